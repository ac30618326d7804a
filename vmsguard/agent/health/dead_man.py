"""A sign of life to somebody outside: when it stays away, the agent itself is gone, and somebody else must say so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import aiohttp
import structlog

from vmsguard.agent.health.vitals import Vitals

__all__ = ["DeadMan"]

_SECONDS = 15


class DeadMan:
    """Calls an address at every interval while the agent is ready, and never while it is not."""

    def __init__(
        self,
        url: Callable[[], str],
        every: timedelta,
        vitals: Vitals,
        log: structlog.typing.FilteringBoundLogger,
    ) -> None:
        self._url = url
        self._every = every
        self._vitals = vitals
        self._log = log
        self._called: datetime | None = None

    async def call_if_due(self, now: datetime) -> bool:
        """Whether a call was made and taken. One that failed is made again at the next round, not an interval later."""
        if self._called is not None and self._called <= now < self._called + self._every:
            return False
        if troubles := self._vitals.troubles():
            self._log.warning("no sign of life sent", not_ready=sorted(troubles))
            return False
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session,
                session.get(self._url(), allow_redirects=False) as answer,
            ):
                taken = 200 <= answer.status < 300
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            self._log.warning("sign of life not taken", error=type(error).__name__)
            return False
        if taken:
            self._called = now
        else:
            self._log.warning("sign of life not taken", status=status)
        return taken
