"""The executor of one process: asyncio tasks beside the scheduler, nothing to install and nothing to lose."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial

import structlog

from vmsguard.agent.execution.executor import ExecutorNeeds, Handler, Health, Leases
from vmsguard.agent.execution.tasks import TaskRef
from vmsguard.agent.execution.under_lease import under_lease
from vmsguard.errors import LeaseLost, StateError

__all__ = ["LocalExecutor", "local_executor"]


class LocalExecutor:
    """Runs up to ``in_flight`` tasks at once, one per target, each under a lease that is renewed while it runs."""

    def __init__(
        self,
        leases: Leases,
        *,
        in_flight: int = 64,
        grace: float = 120.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._leases = leases
        self._in_flight = in_flight
        self._grace = grace
        self._sleep = sleep
        self._waiting: dict[tuple[str, str, str], TaskRef] = {}
        self._running: dict[str, asyncio.Task[bool]] = {}
        self._keys: dict[str, tuple[str, str, str]] = {}
        self._changed = asyncio.Event()
        self._serving = False
        self._no_leases: StateError | None = None
        self._log = structlog.get_logger("vmsguard.agent")

    async def dispatch(self, refs: Iterable[TaskRef]) -> None:
        """Queue the tasks; raises the ``StateError`` for which no lease was had or given back since the last."""
        for ref in refs:
            if self._keys.get(ref.target) != ref.key:
                self._waiting.setdefault(ref.key, ref)
        self._changed.set()
        failed, self._no_leases = self._no_leases, None
        if failed is not None:
            raise failed

    async def serve(self, handler: Handler, stop: asyncio.Event) -> None:
        self._serving = True
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                self._begin(handler)
                self._changed.clear()
                changed = asyncio.ensure_future(self._changed.wait())
                await asyncio.wait({changed, stopping}, return_when=asyncio.FIRST_COMPLETED)
                changed.cancel()
            await self._wind_up()
        finally:
            self._serving = False
            stopping.cancel()
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def idle(self) -> None:
        """Return once nothing waits and nothing runs; for one round only, while ``serve`` runs."""
        while self._waiting or self._running:
            if self._running:
                await asyncio.wait(self._running.values(), return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)

    def health(self) -> Health:
        return Health(
            ready=self._serving,
            waiting=len(self._waiting),
            running=len(self._running),
            why="" if self._serving else "not serving",
        )

    def _begin(self, handler: Handler) -> None:
        """Start what may start: in the order it was dispatched, past those whose target is busy."""
        room, chosen = self._in_flight - len(self._running), dict[str, tuple[str, str, str]]()
        for key, ref in self._waiting.items():
            if len(chosen) >= room:
                break
            if ref.target not in self._running:
                chosen.setdefault(ref.target, key)
        for key in chosen.values():
            ref = self._waiting.pop(key)
            task = asyncio.ensure_future(under_lease(self._leases, handler, ref, self._sleep))
            self._running[ref.target] = task
            self._keys[ref.target] = key
            task.add_done_callback(partial(self._ended, ref.target))

    def _ended(self, target: str, task: asyncio.Task[bool]) -> None:
        del self._running[target], self._keys[target]
        self._changed.set()
        error = None if task.cancelled() else task.exception()
        if isinstance(error, StateError) and not isinstance(error, LeaseLost):
            self._no_leases = error  # whoever dispatches says so, once and not for every task
        elif error is not None:
            self._log.error("task not given back", target=target, error=type(error).__name__)

    async def _wind_up(self) -> None:
        """Let what runs end by itself for a while; ``serve`` cancels the rest, which is handed back."""
        self._waiting.clear()
        if self._running:
            await asyncio.wait(self._running.values(), timeout=self._grace)


@asynccontextmanager
async def local_executor(needs: ExecutorNeeds) -> AsyncIterator[LocalExecutor]:
    """The executor that ``agent: executor: local`` names."""
    yield LocalExecutor(needs.leases, in_flight=needs.in_flight)
