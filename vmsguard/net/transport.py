"""The part of the guarded client that knows aiohttp; nothing else in the core imports it at the top."""

from __future__ import annotations

import asyncio
import functools
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from vmsguard.errors import CertificateRefused, DriverError, GuardTripped, ProtocolViolation, Unreachable
from vmsguard.net import limits
from vmsguard.net.body import BodyTooLarge, EncodingRefused, decode, read_capped
from vmsguard.net.bounded_protocol import BoundedProtocol, Flooded
from vmsguard.net.challenges import digest_challenge
from vmsguard.net.login import Login
from vmsguard.net.names import NameRefused, Names
from vmsguard.net.pinned import PinnedCertificate
from vmsguard.net.tls import Pin

__all__ = ["FAILURES", "DigestState", "Transport", "failure", "is_lost_connection"]

FAILURES = (aiohttp.ClientError, OSError, BodyTooLarge, EncodingRefused, NameRefused)
"""What ``Transport.exchange`` raises, cancellation and the caller's timeout apart."""

_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)
_KEEPS_ASKING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})


class _LostOnce(aiohttp.ClientConnectionError):
    """A lost connection that aiohttp must not answer by sending again."""


async def _send_once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    # aiohttp silently sends idempotent methods again when a connection breaks. A DELETE that arrived
    # would be sent twice; whether to repeat is for the guarded client alone to decide.
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _LostOnce from error


async def _release_challenge(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    # The digest middleware drops a 401 without giving its connection back.
    response = await handler(request)
    if response.status == 401:
        response.release()
    return response


class _UnusableChallengeError(aiohttp.ClientError):
    """A digest challenge whose values cannot be answered, or a header that cannot be sent back."""


@dataclass(frozen=True)
class _Asked:
    """Of a 401, what the digest middleware looks at."""

    status: int
    url: URL
    headers: Mapping[str, str]


class _AnyDigest(aiohttp.DigestAuthMiddleware):
    """Takes the digest from wherever it stands among the challenges; aiohttp's own takes the first header or none."""

    def _authenticate(self, response: ClientResponse) -> bool:
        chosen = digest_challenge(response.headers.getall("WWW-Authenticate", ()))
        if chosen is None:
            return super()._authenticate(response)
        asked = _Asked(response.status, response.url, {"www-authenticate": chosen})
        return super()._authenticate(cast("ClientResponse", asked))


class DigestState:
    """One session's digest challenge: kept, answered pre-emptively, never answered twice."""

    def __init__(self, login: Login) -> None:
        self._answers = _AnyDigest(login.user, login.password)

    async def middleware(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """The response to the request, after one challenge at most."""
        try:
            return await self._answers(request, handler)
        except ValueError:
            # A ``domain`` that is no URL, a realm that is no text, a line end in an ``opaque``.
            raise _UnusableChallengeError from None


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
    """Two pooled sessions: one that keeps connections for reads, one that opens a new one per write."""

    def __init__(self, connections: int, names: Names) -> None:
        self._names = names
        self._reads = self._session(connections, force_close=False)
        # A write on a connection the device has silently dropped is lost without a trace.
        self._once = self._session(connections, force_close=True)

    def _session(self, connections: int, *, force_close: bool) -> aiohttp.ClientSession:
        names = _HeldNames(self._names)
        if force_close:
            connector = aiohttp.TCPConnector(limit=connections, force_close=True, resolver=names, use_dns_cache=False)
        else:
            connector = aiohttp.TCPConnector(
                limit=connections, keepalive_timeout=limits.IDLE_SECONDS, resolver=names, use_dns_cache=False
            )
        # aiohttp has no other way in to what reads a connection.
        new_protocol: Any = functools.partial(BoundedProtocol, loop=asyncio.get_running_loop())
        connector._factory = new_protocol
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=_NO_TIMEOUT,
            trust_env=False,
            auto_decompress=False,
            read_bufsize=limits.READ_CHUNK_BYTES,
            max_line_size=limits.MAX_HEADER_BYTES,
            max_field_size=limits.MAX_HEADER_BYTES,
            max_headers=limits.MAX_HEADERS,
            headers={"User-Agent": "vmsguard", "Accept": "*/*", "Accept-Encoding": "identity"},
        )

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
        fresh: bool,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        params: Mapping[str, str] | None,
        tls: aiohttp.Fingerprint | bool,
        digest: DigestState | None,
        cap: int,
        headers_only: bool,
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and decoded body of one exchange; the caller sets the deadline."""
        session = self._once if fresh else self._reads
        middlewares: tuple[aiohttp.ClientMiddlewareType, ...] = (_send_once,) if method in _KEEPS_ASKING else ()
        if digest is not None:
            middlewares = (digest.middleware, _release_challenge, *middlewares)
        async with session.request(
            method,
            url,
            params=params,
            data=body,
            headers=headers,
            allow_redirects=False,
            ssl=tls,
            middlewares=middlewares,
        ) as response:
            if headers_only or (digest is not None and response.status == 401):
                response.close()
                return response.status, response.headers, b""
            length = response.content_length
            if length is not None and length > cap and method != "HEAD":
                response.close()
                raise BodyTooLarge
            raw = await read_capped(response.content, cap)
            encoding = response.headers.get("Content-Encoding")
            if encoding is not None and raw:
                raw = decode(raw, encoding, cap)
            return response.status, response.headers, raw

    async def close(self) -> None:
        await self._reads.close()
        await self._once.close()


def is_lost_connection(error: BaseException) -> bool:
    """Whether an exchange failed for the connection alone, so that a read may be sent once more."""
    if isinstance(error, aiohttp.ClientSSLError | aiohttp.ServerFingerprintMismatch):
        return False
    return isinstance(error, aiohttp.ClientConnectionError | aiohttp.ClientPayloadError | OSError)


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
        case aiohttp.ClientResponseError():
            return ProtocolViolation(target, operation, "the reply is not HTTP within our header limits")
        case _:
            return ProtocolViolation(target, operation, "the reply breaks HTTP or its authentication scheme")


def _system_words(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, ConnectionResetError):
        return "reset"
    return "the host does not answer" if error.errno is None else f"system error {error.errno}"
