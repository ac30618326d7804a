"""Intents of workers that nobody is left to say anything of: who may record that, and when.

The log is not opened anew when a worker dies, so what it announced and did not answer is nobody's ``unresolved``. It
is told as interrupted by the next task of its target, before that announces anything, or here once no lease stands
any more under which a result could come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from vmsguard.evidence.intents import UnresolvedIntent
from vmsguard.evidence.log import EvidenceLog
from vmsguard.model.clock import Clock
from vmsguard.model.work import WORKER, Lease
from vmsguard.state.store import State

__all__ = ["GivenUp"]


class GivenUp:
    """Follows what is announced over all lines of one agent."""

    def __init__(self, state: State, log: EvidenceLog, clock: Clock) -> None:
        self._state = state
        self._log = log
        self._clock = clock
        self._under: dict[int, Lease] = {}

    def announced(self, seq: int, lease: Lease) -> None:
        """This intent was acknowledged to who held this lease then."""
        self._under[seq] = lease

    def before(self, leases: Collection[Lease]) -> tuple[UnresolvedIntent, ...]:
        """What earlier holders left at the targets of these leases."""
        tokens = {lease.target: lease.token for lease in leases}
        return tuple(
            intent
            for intent, under in self._open()
            if intent.target in tokens and (under is None or under.token != tokens[intent.target])
        )

    def record(self) -> int:
        """Record as interrupted what no lease stands for any more; how many.

        A lease that ran out and that nobody took is ended first, so that a result that still comes is refused: the
        log never says two things of one change.
        """
        given_up = [(intent, under) for intent, under in self._open() if not self._may_be_answered(intent, under)]
        for intent, under in given_up:
            self._log.append(
                "apply.result",
                durable=True,
                cause=[intent.seq],
                change=intent.change,
                target=intent.target,
                channel=intent.channel,
                outcome="interrupted",
                code="found-at-start" if under is None else "worker-gone",
            )
        return len(given_up)

    def _open(self) -> Iterator[tuple[UnresolvedIntent, Lease | None]]:
        """Intents of workers without a result; with no lease those that were open when the log was opened."""
        if not self._under and not self._log.unresolved:
            return
        open_now = {intent.seq: intent for intent in self._log.open_intents}
        self._under = {seq: lease for seq, lease in self._under.items() if seq in open_now}
        for intent in self._log.unresolved:
            yield intent, None
        for seq, lease in self._under.items():
            yield open_now[seq], lease

    def _may_be_answered(self, intent: UnresolvedIntent, under: Lease | None) -> bool:
        work = self._state.work(intent.target)
        if work is None or not work.owner:
            return False
        over = work.lease_until is None or work.lease_until <= self._clock.now()
        if under is None:
            # Whoever announced it under an agent before this one may live on, or its successor is about to record it.
            return work.owner.startswith(WORKER) and not over
        if (work.owner, work.token) != (under.owner, under.token):
            return False
        if over:
            self._state.give_back(under)
        return not over
