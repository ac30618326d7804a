"""One HTTP request to somebody outside, within limits: nothing they answer can cost more than it may."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from vmsguard.errors import UsageError

if TYPE_CHECKING:
    from aiohttp import ClientSession

__all__ = ["MAX_REPLY", "NoReply", "Reply", "ask", "checked_url", "client"]

MAX_REPLY = 65_536

_SECONDS = 30.0
_CONNECT_SECONDS = 10.0


class Reply(Struct, frozen=True):
    status: int
    body: bytes
    content_type: str


class NoReply(Exception):
    """Why there is no usable reply, in our own words: theirs may hold anything."""


def checked_url(url: str) -> str:
    """The URL without a slash at its end; ``UsageError`` unless it is plain http(s) without a login in it."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or "@" in parts.netloc or parts.query or parts.fragment:
        raise UsageError(
            "the address of a witness or authority is not a plain http(s) URL",
            hint="write https://HOST[:PORT]/PATH, without a login, ? and #",
        )
    return url.rstrip("/")


@asynccontextmanager
async def client(seconds: float = _SECONDS) -> AsyncIterator[ClientSession]:
    """A session that knows no proxy, no cookie and no compression, for everything asked of one anchor run."""
    import aiohttp

    async with aiohttp.ClientSession(
        trust_env=False,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=seconds, connect=min(seconds, _CONNECT_SECONDS)),
        headers={"Accept-Encoding": "identity"},
    ) as session:
        yield session


async def ask(
    session: ClientSession, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Reply:
    """The reply; ``NoReply`` where there is none in time, or it is larger than 64 KiB, or a redirect."""
    import aiohttp

    try:
        async with session.request(method, url, data=body or None, headers=headers, allow_redirects=False) as response:
            if 300 <= response.status < 400:
                raise NoReply("it answers with a redirect, which is not followed")
            whole = bytearray()
            async for piece in response.content.iter_any():
                whole += piece
                if len(whole) > MAX_REPLY:
                    raise NoReply(f"its reply is larger than {MAX_REPLY} bytes")
            return Reply(response.status, bytes(whole), response.content_type)
    except TimeoutError as error:
        raise NoReply("it does not answer in time") from error
    except aiohttp.ClientConnectorCertificateError as error:
        raise NoReply("its certificate is not trusted here") from error
    except aiohttp.ClientConnectorError as error:
        raise NoReply(f"no connection: {error.strerror or 'refused'}") from error
    except (aiohttp.ClientError, ValueError) as error:
        raise NoReply(f"its reply is not HTTP as it should be ({type(error).__name__})") from error
