"""The one way to a device: bound to its enrolled origin, bounded in time and size, writing only with a permit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vmsguard.model.changes import Permit
from vmsguard.model.vocabulary import Effect

__all__ = ["GuardedClient", "HttpAuth", "Reply"]


class HttpAuth:
    """How requests authenticate at the HTTP level: one of the constants below."""

    NONE = "none"
    BASIC = "basic"
    DIGEST = "digest"


@dataclass(frozen=True)
class Reply:
    """A complete, size-checked, decompressed answer; ``body`` never enters a log."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class GuardedClient:
    """One target's HTTP client: one connection, one rate limit, one deadline per request."""

    async def request(
        self,
        method: str,
        path: str,
        *,
        effect: Effect,
        operation: str,
        permit: Permit | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        params: Mapping[str, str] | None = None,
        auth: str = HttpAuth.NONE,
        accept_status: frozenset[int] | None = None,
    ) -> Reply:
        """The answer to one request to the enrolled origin; ``path`` may be a full URL only of that origin."""
        raise NotImplementedError
