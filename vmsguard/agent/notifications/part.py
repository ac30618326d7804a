"""Notifications as a part that lives beside the agent's loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from vmsguard.agent.notifications.notifier import Notifier
from vmsguard.errors import StateError

__all__ = ["NotificationsPart"]

_SECONDS = 5.0


class NotificationsPart:
    """Sends what waits, every few seconds; what is still there at the end waits for the next start."""

    def __init__(
        self,
        notifier: Notifier,
        log: structlog.typing.FilteringBoundLogger,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._notifier = notifier
        self._log = log
        self._sleep = sleep
        self._sending: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._sending = asyncio.ensure_future(self._send())

    async def stop(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sending

    async def _send(self) -> None:
        while True:
            try:
                await self._notifier.flush()
            except StateError as error:
                self._log.error("notifications wait, the state cannot be read", why=error.message)
            except Exception as error:  # noqa: BLE001 - a bug in one message must not silence the pages after it
                self._log.error("notifications not sent", error=type(error).__name__, exc_info=True)
            await self._sleep(_SECONDS)
