"""The targets of a run that was asked for, held so that no task works at one of them meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from vmsguard.agent.control.server import Tell
from vmsguard.errors import LeaseLost, VmsguardError
from vmsguard.model.clock import Clock
from vmsguard.state.store import State

__all__ = ["HeldTargets", "TargetsBusy", "hold_targets"]

_PATIENCE = 900.0
"""Seconds that tasks may still work at targets of the run: as long as one session may last."""
_LOOK_AGAIN = 0.25


class TargetsBusy(VmsguardError):
    """The agent kept working at targets of the run."""

    exit_code = 4

    def __init__(self, targets: frozenset[str]) -> None:
        few = sorted(targets)[:3]
        more = f" and {len(targets) - len(few)} more" if len(targets) > len(few) else ""
        super().__init__(
            f"the agent is still at work at {', '.join(few)}{more}",
            hint="try again later, or leave their cameras out with --limit",
        )


@dataclass
class HeldTargets:
    """Leases in the hand of one run."""

    state: State
    clock: Clock
    owner: str
    count: int
    ttl: timedelta

    def fenced(self) -> AbstractContextManager[None]:
        """Within it nothing reaches the state once one of them is somebody else's."""
        return self.state.fenced_all(self.owner, self.count)

    def require(self, target: str) -> None:
        """Raise ``LeaseLost`` unless the target is ours, or nobody's to work at."""
        work = self.state.work(target)
        if work is not None and work.owner != self.owner:
            raise LeaseLost(target)

    async def keep(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Renew them again and again; return when one is gone."""
        while self.state.renew_all(self.owner, self.clock.now(), self.ttl) == self.count:
            await sleep(self.ttl.total_seconds() / 3)


@asynccontextmanager
async def hold_targets(
    state: State, clock: Clock, targets: frozenset[str], owner: str, ttl: timedelta, tell: Tell
) -> AsyncIterator[HeldTargets]:
    """All of the targets, once no task works at any of them; raises ``TargetsBusy`` where that takes too long.

    A target where no work is known is nobody's, and no task goes there: there is nothing to hold.
    """
    held: set[str] = set()
    until = clock.monotonic() + _PATIENCE
    renewed = clock.monotonic()
    try:
        while True:
            taken = state.lease_free(targets - held, owner, clock.now(), ttl)
            held |= taken
            busy = state.leased_elsewhere(targets, owner, clock.now())
            if not busy and not taken:
                break
            if clock.monotonic() > until:
                raise TargetsBusy(busy)
            if clock.monotonic() > renewed + ttl.total_seconds() / 3:
                renewed = clock.monotonic()
                state.renew_all(owner, clock.now(), ttl)
            if busy:
                tell("wait for tasks", len(held), len(held) + len(busy))
                await asyncio.sleep(_LOOK_AGAIN)
        yield HeldTargets(state, clock, owner, len(held), ttl)
    finally:
        state.give_back_all(owner)
