"""The agent's side of an executor whose tasks are carried out by workers: it hands over, and serves nothing itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from vmsguard.agent.execution.executor import Executor, Handler, Health
from vmsguard.agent.execution.tasks import TaskRef

__all__ = ["Dispatching"]


class Dispatching:
    """Ready while tasks can be handed over and somebody is there to take them.

    Without a worker it dispatches all the same: the tasks wait, and cost nothing.
    """

    def __init__(self, executor: Executor, workers: Callable[[], int]) -> None:
        self._executor = executor
        self._workers = workers

    async def dispatch(self, refs: Iterable[TaskRef]) -> None:
        await self._executor.dispatch(refs)

    async def serve(self, handler: Handler, stop: asyncio.Event) -> None:
        """Wait for the end; what runs, runs in workers."""
        await stop.wait()

    def health(self) -> Health:
        told, workers = self._executor.health(), self._workers()
        if told.ready and not workers:
            return replace(told, workers=0, ready=False, why="no worker is connected: start vmsguard agent worker")
        return replace(told, workers=workers)
