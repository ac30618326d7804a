"""The digest login of one session, computed by aiohttp: one challenge kept and answered ahead of every request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, cast

import aiohttp
from aiohttp import ClientRequest, ClientResponse
from aiohttp.connector import Connection
from multidict import CIMultiDictProxy
from yarl import URL

from vmsguard.net.challenges import digest_challenge
from vmsguard.net.login import Login

__all__ = ["Begun", "DigestState"]


class Begun(NamedTuple):
    """A reply of which the headers are here; its body is still to be read from the connection."""

    status: int
    url: URL
    headers: CIMultiDictProxy[str]
    content: aiohttp.StreamReader
    connection: Connection


_Begin: TypeAlias = Callable[[Mapping[str, str]], Awaitable[Begun]]


class _UnusableChallengeError(aiohttp.ClientError):
    """A digest challenge whose values cannot be answered, or a header that cannot be sent back."""


@dataclass(slots=True)
class _Asking:
    """Of a request, what the digest middleware looks at and writes to."""

    method: str
    url: URL
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
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

    async def answered(
        self, begin: _Begin, method: str, url: URL, headers: Mapping[str, str] | None, body: bytes | None
    ) -> Begun:
        """The reply to the request that ``begin`` sends with the headers it is given, after one challenge at most."""

        async def sent(asking: ClientRequest) -> ClientResponse:
            begun = await begin(cast("_Asking", asking).headers)
            if begun.status == 401:
                # The next try goes over the same connection.
                begun.connection.release()
            return cast("ClientResponse", begun)

        asking = _Asking(method, url, dict(headers or ()), body or b"")
        try:
            return cast("Begun", await self._answers(cast("ClientRequest", asking), sent))
        except ValueError:
            # A ``domain`` that is no URL, a realm that is no text, a line end in an ``opaque``.
            raise _UnusableChallengeError from None
