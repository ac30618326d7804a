"""Leases from the state, which in a worker is the agent's, and what the work asks of a lease."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, runtime_checkable

from vmsguard.agent.execution.executor import Lease
from vmsguard.agent.execution.tasks import DUE, Done, Outcome, Retry, TaskRef
from vmsguard.agent.schedule.backoff import retry_after
from vmsguard.errors import LeaseLost, StateError
from vmsguard.model.clock import Clock
from vmsguard.model.work import Lease as WorkLease
from vmsguard.state.store import State

__all__ = ["FencedLease", "StateLease", "StateLeases"]


@runtime_checkable
class FencedLease(Lease, Protocol):
    """A lease under which a task can be carried out, wherever it comes from."""

    @property
    def held(self) -> WorkLease:
        """As the state gave it."""
        ...

    def fenced(self) -> AbstractContextManager[None]:
        """Within it no write reaches the state once the lease is somebody else's."""
        ...


@dataclass(frozen=True)
class StateLease:
    """A lease with the state behind it."""

    held: WorkLease
    state: State
    clock: Clock
    ttl: timedelta

    @property
    def target(self) -> str:
        return self.held.target

    @property
    def token(self) -> int:
        return self.held.token

    async def renew(self) -> bool:
        return self.state.renew(self.held, self.clock.now(), self.ttl)

    def fenced(self) -> AbstractContextManager[None]:
        """Within it no write reaches the state once the lease is somebody else's."""
        return self.state.fenced(self.held)


class StateLeases:
    """Hands out leases in the name of one process, and takes back what ended without a result."""

    def __init__(
        self,
        state: State,
        clock: Clock,
        *,
        owner: str,
        term: float,
        seed: str,
        in_hand: Callable[[], Collection[str]] = lambda: (),
    ) -> None:
        """``in_hand`` tells the targets to which something may be on its way that was announced and not answered."""
        self._state = state
        self._clock = clock
        self._owner = owner
        self._seed = seed
        self._in_hand = in_hand
        self._left: dict[str, tuple[TaskRef, Outcome | None]] = {}
        """Tasks of which the state was not told that they ended, and as what."""
        self._out: dict[str, int] = {}
        """By target the token of the lease that a task here has."""
        self.term = term

    async def acquire(self, ref: TaskRef) -> StateLease | None:
        ttl = timedelta(seconds=self.term)
        self.give_back_left()
        try:
            held = self._state.lease(ref.target, self._owner, self._clock.now(), ttl)
        except StateError:
            # It may have been given, and the answer lost. The lease of another task of this target stays that one's.
            if ref.target not in self._out and ref.target not in self._in_hand():
                self._left[ref.target] = ref, None
            raise
        if held is None:
            return None
        self._out[ref.target] = held.token
        return StateLease(held, self._state, self._clock, ttl)

    async def release(self, lease: Lease, ref: TaskRef, outcome: Outcome | None) -> None:
        """What was done is written already. All else leaves the work as due as it was, after a pause if it failed.

        A task that only looked, or was given up unfinished, leaves the pause as it was too. One that was given up in
        the middle of a change keeps its lease until that runs out: nobody else is to ask the target anything before.
        """
        if self._out.get(ref.target) == lease.token:
            del self._out[ref.target]
        if outcome is None and ref.target in self._in_hand():
            return
        if (isinstance(outcome, Done) and ref.kind == DUE) or not isinstance(lease, FencedLease):
            return
        try:
            self._end(lease.held, ref, outcome)
        except LeaseLost:
            raise
        except StateError:
            self._left[ref.target] = ref, outcome
            raise

    def give_back_left(self) -> None:
        """End what the state still holds in our name although its task is over: it was away when that ended.

        Raises ``StateError`` while it is. What somebody else took meanwhile is his.
        """
        for target, (ref, outcome) in tuple(self._left.items()):
            work = self._state.work(target)
            if work is not None and work.owner == self._owner and work.lease_until is not None:
                held = WorkLease(
                    target=target,
                    site=work.site,
                    owner=work.owner,
                    token=work.token,
                    until=work.lease_until,
                    next_due=work.next_due,
                    attempt=work.attempt,
                )
                self._end(held, ref, outcome)
            del self._left[target]

    def _end(self, held: WorkLease, ref: TaskRef, outcome: Outcome | None) -> None:
        if not isinstance(outcome, Retry) or ref.kind != DUE:
            self._state.give_back(held)
            return
        attempt = held.attempt + 1
        pause = max(outcome.after, retry_after(attempt, self._seed, ref.target))
        self._state.finish(held, held.next_due, attempt, self._clock.now() + timedelta(seconds=pause))
