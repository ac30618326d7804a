"""The agent's health as a part that lives beside its loop: pages, service manager, watchdog, sign of life."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from vmsguard.agent.health.dead_man import DeadMan
from vmsguard.agent.health.probes import ProbeServer
from vmsguard.agent.health.service_manager import ServiceManager
from vmsguard.agent.health.vitals import Vitals

__all__ = ["HealthPart"]

_AT_MOST = 10.0
"""Seconds between two looks at the agent's health."""


class HealthPart:
    """Says that the agent lives for as long as its loop goes round, and stops saying so when it does not.

    ``look`` is called before each word: it ticks the vitals if the loop went round since.
    """

    def __init__(
        self,
        vitals: Vitals,
        manager: ServiceManager,
        *,
        status: Callable[[], str],
        look: Callable[[], None] = lambda: None,
        probes: ProbeServer | None = None,
        dead_man: DeadMan | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._vitals = vitals
        self._manager = manager
        self._status = status
        self._look = look
        self._probes = probes
        self._dead_man = dead_man
        self._sleep = sleep
        self._log = structlog.get_logger("vmsguard.agent")
        self._telling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Serve the pages, and tell the service manager that the agent is there."""
        if self._probes is not None:
            await self._probes.start()
        self._manager.ready(self._status())
        self._telling = asyncio.ensure_future(self._tell())

    async def stop(self) -> None:
        self._vitals.stopping = True
        self._manager.stopping()
        if self._telling is not None:
            self._telling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._telling
        if self._probes is not None:
            await self._probes.stop()

    async def _tell(self) -> None:
        # Half the watchdog's time, as sd_watchdog_enabled(3) has it: one late turn is no death.
        seconds = min(self._manager.watchdog_seconds / 2 or _AT_MOST, _AT_MOST)
        while True:
            self._look()
            if self._vitals.alive:
                self._manager.alive()
            try:
                self._manager.status(self._status())
                if self._dead_man is not None:
                    await self._dead_man.call_if_due(self._vitals.clock.now())
            except Exception as error:  # noqa: BLE001 - the watchdog must hear of an agent whose status line breaks
                self._log.error("health not told", error=type(error).__name__, exc_info=True)
            await self._sleep(seconds)
