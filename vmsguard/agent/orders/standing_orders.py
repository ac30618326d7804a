"""Pauses as the agent makes and tells them: configuration stands still, duties go on."""

from __future__ import annotations

from datetime import datetime

from vmsguard.evidence.writer import EvidenceWriter
from vmsguard.model.standing_orders import Pause, PauseScope
from vmsguard.state.store import State

__all__ = ["AGENT", "Orders", "pause_writes"]

AGENT = "agent"
"""The role that pauses without a person."""

_REASONS = frozenset({"flapping", "inventory-shrank"})


def pause_writes(state: State, scope: PauseScope, name: str, reason: str, now: datetime) -> bool:
    """Stop configuration writes until a person resumes them; False where the agent had stopped them already."""
    standing = {(pause.scope, pause.name) for pause in state.pauses(now) if pause.by == AGENT}
    if (scope, name) in standing:
        return False
    state.put_pause(Pause(scope=scope, name=name, by=AGENT, since=now, reason=reason))
    return True


class Orders:
    """Notices pauses as they are made and ended, by people or by the agent, and records each once while it lives.

    One that stands when the agent starts is recorded again: a reader of one day's log must see it.
    """

    def __init__(self, state: State, evidence: EvidenceWriter) -> None:
        self._state = state
        self._evidence = evidence
        self._known: dict[tuple[PauseScope, str, str], Pause] = {}

    def pause(self, pause: Pause, uid: int) -> None:
        """Keep and record what a person said; ``uid`` is of whose process said it."""
        self.look(pause.since)  # what others did is not this person's
        self._state.put_pause(pause)
        self._known.pop((pause.scope, pause.name, pause.by), None)
        self.look(pause.since, uid)

    def resume(self, scope: PauseScope, name: str, uid: int, now: datetime) -> int:
        """End every pause of that reach; how many there were."""
        self.look(now)
        ended = self._state.end_pause(scope, name)
        self.look(now, uid)
        return ended

    @staticmethod
    def keep(state: State, evidence: EvidenceWriter, pause: Pause, uid: int) -> None:
        """Record and keep a pause where no agent runs."""
        _record(evidence, "writes.paused", pause, uid)
        state.put_pause(pause)

    @staticmethod
    def end(state: State, evidence: EvidenceWriter, scope: PauseScope, name: str, uid: int, now: datetime) -> int:
        """End and record every pause of that reach where no agent runs; how many there were."""
        for pause in state.pauses(now):
            if (pause.scope, pause.name) == (scope, name):
                _record(evidence, "writes.resumed", pause, uid)
        return state.end_pause(scope, name)

    def look(self, now: datetime, uid: int | None = None) -> tuple[Pause, ...]:
        """The pauses in force; what is news is recorded, as said by ``uid`` where one is given."""
        pauses = self._state.pauses(now)
        standing = {(pause.scope, pause.name, pause.by): pause for pause in pauses}
        for key in standing.keys() - self._known.keys():
            _record(self._evidence, "writes.paused", standing[key], uid)
        for key in self._known.keys() - standing.keys():
            _record(self._evidence, "writes.resumed", self._known[key], uid)
        self._known = standing
        return pauses


def _record(evidence: EvidenceWriter, event: str, pause: Pause, uid: int | None) -> None:
    evidence.append(
        event,
        durable=True,
        reach=pause.scope.value,
        name=pause.name,
        approver=pause.by,
        reason_code=pause.reason if pause.reason in _REASONS else "by-hand",
        duties=pause.duties,
        uid=uid,
    )
