"""What the agent does for one question of a worker, at once and without waiting for anything but its own disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Raw

from vmsguard.agent.execution.last_looks import LastLooks
from vmsguard.agent.execution.tasks import Kind
from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.workers.calls import LEASES, READS, WRITES, state_call
from vmsguard.agent.workers.frames import Question, encode
from vmsguard.agent.workers.given_up import GivenUp
from vmsguard.errors import EvidenceError, LeaseLost, NotForWorkers, StateError
from vmsguard.evidence.log import EvidenceLog
from vmsguard.model.clock import Clock
from vmsguard.model.work import WORKER, Lease
from vmsguard.state.store import State

__all__ = ["EVENTS", "Answering", "TaskEnded"]

EVENTS = frozenset(
    {
        "apply.intent",
        "apply.result",
        "device.unreachable",
        "document.recorded",
        "driver.error",
        "duty.day_missed",
        "duty.due",
        "duty.ended",
        "duty.met",
        "duty.missed",
        "exception.expired",
        "exception.granted",
        "exception.refused",
        "finding",
        "hold.expired",
        "hold.lifted",
        "hold.placed",
        "observe",
        "plugin.failed",
        "policy.applied",
        "policy.weakened",
        "proof.recorded",
        "purge",
        "rule.applied",
        "run.ended",
        "run.planned",
        "run.scope",
        "scope.changed",
        "trust.learned",
        "verify",
        "witness",
    }
)
"""What a run records. The log's own events, people's orders and alarms are the agent's to tell."""

_APART = timedelta(seconds=15)
"""How far a worker's clock may be from the agent's: what it says of when something was deleted goes on record."""

Tell: TypeAlias = Callable[[Iterable[Alert]], None]
TaskEnded: TypeAlias = Callable[[str, str, float], None]
"""Told of a task that a worker ended: its kind, what it came to, and the seconds it took."""
_Record: TypeAlias = tuple[str, str, bool, tuple[int, ...], dict[str, Any]]
_RECORD: msgspec.msgpack.Decoder[_Record] = msgspec.msgpack.Decoder(_Record)
_ALERTS: msgspec.msgpack.Decoder[tuple[Alert, ...]] = msgspec.msgpack.Decoder(tuple[Alert, ...])
_NOTE: msgspec.msgpack.Decoder[tuple[str, bool]] = msgspec.msgpack.Decoder(tuple[str, bool])
_ENDED: msgspec.msgpack.Decoder[tuple[Kind, Literal["done", "retry", "drop", "failed"], float]] = (
    msgspec.msgpack.Decoder(tuple[Kind, Literal["done", "retry", "drop", "failed"], float])
)
_NUMBERED: msgspec.msgpack.Decoder[tuple[str, int]] = msgspec.msgpack.Decoder(tuple[str, int])


class Answering:
    """Called in the agent's loop only, so that nothing comes between looking at a lease and writing under it."""

    def __init__(
        self,
        state: State,
        log: EvidenceLog,
        clock: Clock,
        given_up: GivenUp,
        *,
        tell: Tell,
        looks: LastLooks,
        task_ended: TaskEnded = lambda kind, outcome, seconds: None,
    ) -> None:
        self._state = state
        self._log = log
        self._clock = clock
        self._given_up = given_up
        self._tell = tell
        self._looks = looks
        self._others: Mapping[str, Callable[[Question], Any]] = {
            "evidence.append": self._append,
            "evidence.broken": lambda _: log.broken,
            "evidence.checkpoint": self._checkpoint,
            "evidence.size": lambda _: log.size,
            "evidence.unresolved": lambda question: given_up.before(question.leases),
            "looks.note": self._note,
            "looks.note_waiting": lambda question: looks.note_waiting(*_NUMBERED.decode(question.arguments)),
            "looks.silent": lambda question: looks.silent(*_NUMBERED.decode(question.arguments)),
            "looks.waiting": lambda _: tuple(looks.waiting()),
            "task.ended": lambda question: task_ended(*_ENDED.decode(question.arguments)),
            "tell": lambda question: tell(_ALERTS.decode(question.arguments)),
        }

    def answer(self, question: Question) -> bytes:
        """The answer, encoded; raises errors of the tree, and ``msgspec.DecodeError`` for what cannot be read."""
        with ExitStack() as fences:
            for lease in question.leases:
                fences.enter_context(self._state.fenced(lease))
            room, _, name = question.what.partition(".")
            if room == "state":
                return encode(self._of_state(name, question))
            other = self._others.get(question.what)
            if other is None:
                raise NotForWorkers(question.what)
            return encode(other(question))

    def _of_state(self, name: str, question: Question) -> Any:
        if name in LEASES:
            return self._lease_call(name, question.arguments)
        if name not in READS and name not in WRITES:
            raise NotForWorkers(name)
        if name in WRITES and not question.leases:
            raise StateError(f"{name}: no lease was told", hint="a worker writes only within the lease of a target")
        return state_call(name).carry_out(self._state, question.arguments)

    def _lease_call(self, name: str, arguments: Raw) -> Any:
        """Leases go by the agent's clock alone: one that is ahead would take what another worker holds."""
        call = state_call(name)
        if name in ("finish", "give_back"):
            return call.carry_out(self._state, arguments)
        told = call.questions.decode(arguments)
        now = self._clock.now()
        if name == "renew":
            # Not measured here: a question that waited for a busy agent tells an old time, and is no wrong clock.
            return self._state.renew(told.lease, now, told.ttl)
        if abs(told.now - now) > _APART:
            raise StateError(
                f"the worker's clock is {(told.now - now).total_seconds():+.0f} s apart from the agent's",
                hint="set the clocks by one time service; until then the worker is given nothing to do",
            )
        owner = told.owner if told.owner.startswith(WORKER) else f"{WORKER}{told.owner}"
        return self._state.lease(told.target, owner, now, told.ttl)

    def _append(self, question: Question) -> int:
        event, run, durable, cause, fields = _RECORD.decode(question.arguments)
        if event not in EVENTS:
            raise NotForWorkers(event)
        if not question.leases:
            raise EvidenceError(f"{event}: no lease was told", hint="a worker records only within a target's lease")
        intent = event == "apply.intent"
        for lease in question.leases:
            self._require_held(lease, still_running=intent)
        if not intent:
            return self._log.append(event, run=run, durable=durable, cause=cause, **fields)
        under = next((lease for lease in question.leases if lease.target == fields.get("target")), None)
        if under is None:
            raise LeaseLost(str(fields.get("target", "")))
        seq = self._log.append(event, run=run, durable=True, cause=cause, **fields)
        self._given_up.announced(seq, under)
        return seq

    def _require_held(self, lease: Lease, *, still_running: bool) -> None:
        """A result may come late, as long as nobody else has begun; nothing new is announced once time is up."""
        work = self._state.work(lease.target)
        if work is None or (work.owner, work.token) != (lease.owner, lease.token):
            raise LeaseLost(lease.target)
        if still_running and (work.lease_until is None or work.lease_until <= self._clock.now()):
            raise LeaseLost(lease.target)

    def _checkpoint(self, question: Question) -> tuple[int, bytes]:
        head = self._log.checkpoint()
        return head.size, head.root

    def _note(self, question: Question) -> None:
        target, answered = _NOTE.decode(question.arguments)
        self._looks.note(target, answered=answered)
