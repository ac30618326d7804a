"""The part of the guarded client that knows aiohttp; nothing else in the core imports it at the top."""

from __future__ import annotations

import asyncio
import functools
import socket
from collections.abc import Mapping
from typing import Any, TypeAlias

import aiohttp
from aiohttp import ClientRequest
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.http import HttpProcessingError
from yarl import URL

from vmsguard.errors import CertificateRefused, DriverError, GuardTripped, ProtocolViolation, Unreachable
from vmsguard.net import limits
from vmsguard.net.body import BodyTooLarge, EncodingRefused, decode, read_capped
from vmsguard.net.bounded_protocol import BoundedProtocol, Flooded
from vmsguard.net.digest import Begun, DigestState
from vmsguard.net.names import NameRefused, Names
from vmsguard.net.pinned import PinnedCertificate
from vmsguard.net.request_head import request_head
from vmsguard.net.tls import Pin

__all__ = ["Route", "Transport"]

_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)
_SWITCHED = 101
_LONGEST_LENGTH = 18

Route: TypeAlias = ClientRequest
"""What aiohttp connects by: never sent, it names an origin and the certificate that must be met there."""


class _BadReplyError(aiohttp.ClientError):
    """A reply that is not HTTP, or not within our limits on its headers."""


class _HeldNames(AbstractResolver):
    """``Names`` as aiohttp asks for it; connections go to the very addresses that were checked."""

    def __init__(self, names: Names) -> None:
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in await self._names.addresses(host)
        ]

    async def close(self) -> None:
        """Nothing to give back."""


class Transport:
    """Two pools of connections: one that keeps them for reads, one that opens a new one per write.

    aiohttp connects, checks certificates, keeps connections and parses replies. Its ``ClientSession`` is left
    out: redirects, cookies, proxies, netrc and silent repetition are what a guarded client must not have, and
    they are two thirds of what a request costs.
    """

    failures = (aiohttp.ClientError, OSError, BodyTooLarge, EncodingRefused, NameRefused)
    """What ``exchange`` raises, cancellation and the caller's timeout apart."""

    def __init__(self, connections: int, names: Names) -> None:
        self._loop = asyncio.get_running_loop()
        held = _HeldNames(names)
        self._kept = aiohttp.TCPConnector(
            limit=connections, keepalive_timeout=limits.IDLE_SECONDS, resolver=held, use_dns_cache=False
        )
        # A write on a connection the device has silently dropped is lost without a trace.
        self._once = aiohttp.TCPConnector(limit=connections, force_close=True, resolver=held, use_dns_cache=False)
        # aiohttp has no other way in to what reads a connection.
        new_protocol: Any = functools.partial(BoundedProtocol, loop=self._loop)
        self._kept._factory = self._once._factory = new_protocol

    def route(self, origin: str, pin: PinnedCertificate | None) -> Route:
        """Where the requests to one origin go, and which certificate must be met there (None: a trusted one)."""
        return ClientRequest("GET", URL(origin), loop=self._loop, ssl=True if pin is None else pin)

    @staticmethod
    def url(text: str) -> URL:
        return URL(text)

    @staticmethod
    def pinned(pin: Pin) -> PinnedCertificate:
        return PinnedCertificate(pin)

    async def exchange(
        self,
        method: str,
        url: URL,
        *,
        route: Route,
        fresh: bool,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        params: Mapping[str, str] | None,
        digest: DigestState | None,
        cap: int,
        headers_only: bool,
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and decoded body of one exchange; the caller sets the deadline."""
        if params:
            url = url.extend_query(params)
        connector = self._once if fresh else self._kept
        if digest is None:
            begun = await self._begin(connector, route, method, url, headers, body)
        else:
            begun = await digest.answered(
                lambda headers: self._begin(connector, route, method, url, headers, body), method, url, headers, body
            )
            if begun.status == 401:
                begun.connection.release()
                return begun.status, begun.headers, b""
        try:
            if headers_only:
                begun.connection.close()
                return begun.status, begun.headers, b""
            told = begun.headers.get("Content-Length")
            if told is not None and method != "HEAD" and (len(told) > _LONGEST_LENGTH or int(told) > cap):
                raise BodyTooLarge
            raw = await read_capped(begun.content, cap)
        except HttpProcessingError:
            begun.connection.close()
            raise _BadReplyError from None
        except BaseException:
            begun.connection.close()
            raise
        begun.connection.release()
        encoding = begun.headers.get("Content-Encoding")
        if encoding is not None and raw:
            raw = decode(raw, encoding, cap)
        return begun.status, begun.headers, raw

    async def _begin(
        self,
        connector: aiohttp.TCPConnector,
        route: Route,
        method: str,
        url: URL,
        headers: Mapping[str, str] | None,
        body: bytes | None,
    ) -> Begun:
        """Send once and read as far as the headers of the final reply."""
        length = None if body is None else len(body)
        close = connector.force_close
        head = request_head(method, url.raw_path_qs, route.headers["Host"], headers, length, close=close)
        connection = await connector.connect(route, [], _NO_TIMEOUT)
        try:
            protocol, transport = connection.protocol, connection.transport
            if protocol is None or transport is None:
                raise aiohttp.ServerDisconnectedError
            protocol.set_response_params(
                skip_payload=method == "HEAD",
                read_until_eof=True,
                auto_decompress=False,
                read_bufsize=limits.READ_CHUNK_BYTES,
                max_line_size=limits.MAX_HEADER_BYTES,
                max_field_size=limits.MAX_HEADER_BYTES,
                max_headers=limits.MAX_HEADERS,
            )
            transport.write(head if body is None else head + body)
            message, content = await protocol.read()
            while message.code < 200 and message.code != _SWITCHED:
                message, content = await protocol.read()
        except HttpProcessingError:
            connection.close()
            raise _BadReplyError from None
        except BaseException:
            connection.close()
            raise
        return Begun(message.code, url, message.headers, content, connection)

    async def close(self) -> None:
        await self._kept.close()
        await self._once.close()

    @staticmethod
    def is_lost_connection(error: BaseException) -> bool:
        """Whether an exchange failed for the connection alone, so that a read may be sent once more."""
        if isinstance(error, aiohttp.ClientSSLError | aiohttp.ServerFingerprintMismatch):
            return False
        return isinstance(error, aiohttp.ClientConnectionError | aiohttp.ClientPayloadError | OSError)

    @staticmethod
    def failure(error: BaseException, target: str, operation: str) -> DriverError:
        """The error of our tree for one of ``FAILURES``; its message holds no text a device sent."""
        match error:
            case aiohttp.ServerFingerprintMismatch():
                return CertificateRefused(
                    target,
                    operation,
                    "the certificate is not the pinned one; nothing was sent",
                    hint="If the device was given a new certificate, check it at the device and update tls_pin, or run "
                    "`vmsguard trust accept`.",
                )
            case aiohttp.ClientConnectorCertificateError():
                return CertificateRefused(
                    target,
                    operation,
                    "the certificate is not trusted; nothing was sent",
                    hint="Set tls_pin to the device's SHA-256 fingerprint, or install the site's CA.",
                )
            case aiohttp.ClientSSLError():
                return Unreachable(target, operation, "the TLS handshake failed")
            case NameRefused():
                return GuardTripped(
                    target,
                    operation,
                    f"{error}; nothing was sent",
                    hint="If the target is meant to be on this machine or this link, enrol it by its IP address.",
                )
            case Flooded():
                return Unreachable(target, operation, "the reply never came to the point: too much around its body")
            case BodyTooLarge():
                return Unreachable(target, operation, "the reply is larger than max_reply_bytes")
            case EncodingRefused():
                return ProtocolViolation(target, operation, "the reply is in an encoding that was not asked for")
            case aiohttp.ClientConnectorDNSError():
                return Unreachable(target, operation, "the host name does not resolve")
            case aiohttp.ClientConnectorError():
                return Unreachable(target, operation, f"no connection: {_system_words(error.os_error)}")
            case aiohttp.ClientPayloadError():
                return Unreachable(target, operation, "the reply ended before it was complete")
            case aiohttp.ClientConnectionError() | OSError():
                return Unreachable(target, operation, "the connection was lost before a reply")
            case _BadReplyError():
                return ProtocolViolation(target, operation, "the reply is not HTTP within our header limits")
            case _:
                return ProtocolViolation(target, operation, "the reply breaks HTTP or its authentication scheme")


def _system_words(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, ConnectionResetError):
        return "reset"
    return "the host does not answer" if error.errno is None else f"system error {error.errno}"
