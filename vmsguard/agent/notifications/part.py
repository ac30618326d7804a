"""Notifications as a part that lives beside the agent's loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

import structlog

from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.notifications.notifier import Notifier
from vmsguard.errors import StateError

__all__ = ["NotificationsPart"]

_SECONDS = 5.0
_LAST_SECONDS = 20.0
"""At the end; what was not sent by then is sent after the next start."""


class NotificationsPart:
    """Sends what waits, every few seconds and once more at the end."""

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
        self._unkept: list[Alert] = []
        self._direct: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._sending = asyncio.ensure_future(self._send())

    async def stop(self) -> None:
        """Send what can be sent within a few seconds: the last thing an agent has to say is why it stops."""
        if self._sending is not None:
            self._sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sending
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_SECONDS):
                await asyncio.gather(*self._direct)
                await self._flush()

    def tell_directly(self, alerts: Sequence[Alert]) -> None:
        """Begin to send alerts that the state cannot keep; those told in one breath go together."""
        self._unkept.extend(alerts)
        if not self._direct:
            task = asyncio.ensure_future(self._tell_directly())
            self._direct.add(task)
            task.add_done_callback(self._direct.discard)

    async def _tell_directly(self) -> None:
        await asyncio.sleep(0)  # until whoever tells has told all
        alerts, self._unkept = self._unkept, []
        try:
            await self._notifier.tell_directly(alerts)
        except Exception as error:  # noqa: BLE001 - a bug in one message must not silence the pages after it
            self._log.error("notifications not sent", error=type(error).__name__, exc_info=True)

    async def _send(self) -> None:
        while True:
            await self._flush()
            await self._sleep(_SECONDS)

    async def _flush(self) -> None:
        try:
            await self._notifier.flush()
        except StateError as error:
            self._log.error("notifications wait, the state cannot be read", why=error.message)
        except Exception as error:  # noqa: BLE001 - a bug in one message must not silence the pages after it
            self._log.error("notifications not sent", error=type(error).__name__, exc_info=True)
