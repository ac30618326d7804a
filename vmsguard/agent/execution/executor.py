"""The executor contract: who carries tasks from the scheduler to a handler, in this process or in many.

The truth is the state: an executor may lose tasks and may deliver them twice. It may not run two tasks of one
target at once, and it may not go on with one whose lease is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from msgspec import Struct

from vmsguard.agent.execution.tasks import Outcome, TaskRef
from vmsguard.fleet.read_agent import AgentConfig
from vmsguard.fleet.secrets import SecretStore

__all__ = ["Executor", "ExecutorFactory", "ExecutorNeeds", "Handler", "Health", "Lease", "Leases"]


class Lease(Protocol):
    """The right to work on one target until it runs out or is taken over."""

    @property
    def target(self) -> str: ...

    @property
    def token(self) -> int:
        """Every write of a result carries it; it only grows, so that who was overtaken writes nothing."""
        ...

    async def renew(self) -> bool:
        """Hold it for another term; False: stop at once, somebody else owns the target or nobody knows."""
        ...


class Leases(Protocol):
    """Where an executor gets its leases; beside the scheduler that is the state, in a worker the agent's socket."""

    @property
    def term(self) -> float:
        """Seconds a lease lasts; renewed at a third of it."""
        ...

    async def acquire(self, ref: TaskRef) -> Lease | None:
        """The lease of the task's target; None while another holds it."""
        ...

    async def release(self, lease: Lease, ref: TaskRef, outcome: Outcome | None) -> None:
        """The task ended so; None: it was given up unfinished and is to be handed out again.

        With a token that is stale nothing is written.
        """
        ...


Handler: TypeAlias = Callable[[TaskRef, Lease], Awaitable[Outcome]]
"""Carries one task out. What it raises counts as not carried out, and is tried again later."""


class Health(Struct, frozen=True, kw_only=True):
    """How an executor stands, for readiness and metrics."""

    ready: bool
    waiting: int
    """Dispatched, not begun; as far as this process knows."""
    running: int
    why: str = ""
    """Why it is not ready."""
    workers: int | None = None
    """How many worker processes are there; None where this process does the work."""


class Executor(Protocol):
    """Carries tasks to handlers."""

    async def dispatch(self, refs: Iterable[TaskRef]) -> None:
        """Hand tasks over; one whose ``key`` waits or runs already is left out."""
        ...

    async def serve(self, handler: Callable[[TaskRef, Lease], Awaitable[Outcome]], stop: asyncio.Event) -> None:
        """Carry tasks out until ``stop`` is set; then begin none, finish what runs, and return."""
        ...

    def health(self) -> Health: ...


@dataclass(frozen=True)
class ExecutorNeeds:
    """What an executor is made of. With workers it is made once in the agent, to dispatch, and once in each worker."""

    leases: Leases
    config: AgentConfig
    """``in_flight`` is how many targets of a site are worked on at once, over all workers."""
    secrets: SecretStore
    name: str
    """Of this process, for whoever looks at connections: no address, no person."""
    sites: Callable[[], Collection[str]]
    """The sites of the inventory as it is at the moment."""
    in_flight: int
    """How many targets this process works on at once."""


ExecutorFactory: TypeAlias = Callable[[ExecutorNeeds], AbstractAsyncContextManager[Executor]]
"""Entered before anything is dispatched or served, left when the process ends.

It enters without the server that the executor needs, too: duties raise their alarm through an agent that runs.
"""
