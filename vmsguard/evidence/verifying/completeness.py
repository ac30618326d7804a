"""Whether a log tells everything it announced: hashes cannot show what was never written, content can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from vmsguard.evidence.intents import IntentBook
from vmsguard.evidence.problems import Level, Problem
from vmsguard.evidence.torn import digest_of
from vmsguard.evidence.verifying.content import Content, Verdicts
from vmsguard.evidence.verifying.duty_book import DutyBook
from vmsguard.evidence.verifying.erasures import Erasures
from vmsguard.evidence.verifying.run_book import RunBook
from vmsguard.evidence.verifying.timeline import Passage, Timeline

__all__ = ["Completeness"]

_VERDICTS_LACKING = frozenset(("counts-differ", "scope-differs", "verdicts-missing"))
"""What may be wrong with a run only because verdicts of it were taken out one by one."""

_BEGINNING_LACKING = frozenset(("ended-unplanned", "unplanned-verdict"))
"""What may be wrong with a run only because its beginning is not there to be read."""


class Completeness:
    """Takes in what the segments say, in order; ``problems`` then tells what is missing.

    Every planned pair has exactly one final verdict, every intent a result, every duty that fell due its
    deletion or its miss, every heartbeat a successor in time. What a crash cut short is excused by a complete
    run that came after it: the same plan for a run, any run for a torn record. What an announced erasure took
    out, and what stands before ``since``, cannot be judged: that is said and not counted against the log.
    """

    def __init__(self, directory: Path, *, since: int = 0) -> None:
        self.anchored: list[dict[str, Any]] = []
        """Every ``checkpoint.anchored``, for who checks the files they name."""
        self.rotated: list[dict[str, Any]] = []
        """Every ``key.rotated``, for who knows the trusted keys."""
        self.events: Counter[str] = Counter()
        self._directory = directory
        self._since = since
        self._runs = RunBook()
        self._intents = IntentBook()
        self._duties = DutyBook()
        self._erasures = Erasures()
        self._timeline = Timeline()
        self._found: list[Problem] = []
        self._losses: list[Problem] = []
        self._answered: set[int] = set()
        self._followers: dict[str, Callable[[dict[str, Any]], None]] = {
            "apply.intent": self._intents.follow,
            "apply.result": self._result,
            "checkpoint.anchored": self.anchored.append,
            "duty.due": self._duties.follow,
            "duty.ended": self._duties.follow,
            "duty.met": self._duties.follow,
            "duty.missed": self._duties.follow,
            "erase.done": self._erasures.follow,
            "erase.requested": self._erasures.follow,
            "heartbeat": self._timeline.follow,
            "key.rotated": self.rotated.append,
            "log.closed": self._timeline.follow,
            "log.recovered": self._recovered,
            "run.ended": self._runs.ended,
            "run.planned": self._runs.planned,
            "run.scope": self._runs.scope,
            "write.failed": self._lost,
        }

    def take(self, content: Content) -> None:
        """Go on with the next segment."""
        self._timeline.enter(content.first, content.last)
        self.events.update(content.events)
        for item in content.items:
            if isinstance(item, Verdicts):
                self._runs.verdicts(item)
            elif isinstance(item, Passage):
                self._timeline.look(item)
            else:
                self._followers[item["event"]](item)

    def problems(self, now: datetime, border: int, tombstones: Sequence[int]) -> Iterator[Problem]:
        """What is missing as of ``now``, of a log without the records before ``border`` and with ``tombstones``."""
        yield from self._found
        yield from self._of_runs(tombstones)
        yield from self._unexcused()
        yield from self._unresolved(tombstones)
        yield from self._timeline.problems
        yield from self._timeline.until(now)
        yield from self._owed(now, tombstones)
        yield from self._erasures.problems(border, tombstones, self._since)
        if self._since:
            message = (
                f"records before {self._since}: by hash only, the saved head vouches for them; "
                "what was announced there and is still open was not judged again"
            )
            yield Problem(Level.NOTICE, "not-judged", message)

    def _of_runs(self, tombstones: Sequence[int]) -> Iterator[Problem]:
        """What is wrong with runs; of one that cannot be whole here, only that."""
        cut: dict[str, Problem] = {}
        for run, problem in self._runs.problems():
            if self._cut(run, problem, tombstones):
                message = f"run {run} lost records to an announced erasure: its completeness cannot be checked again"
                cut.setdefault(run, Problem(Level.NOTICE, "run-cut-by-erasure", message, problem.seq))
            elif problem.kind in _BEGINNING_LACKING and self._since:
                message = f"run {run} began before record {self._since}: whether it is complete was not judged"
                cut.setdefault(run, Problem(Level.NOTICE, "not-judged", message, problem.seq))
            else:
                yield problem
        yield from cut.values()

    def _cut(self, run: str, problem: Problem, tombstones: Sequence[int]) -> bool:
        """Whether the problem is only that records of the run were taken out, and no more than that explains."""
        if problem.seq is None:
            return False
        if problem.kind in _BEGINNING_LACKING:
            return self._erasures.cut_by_pruning(run, problem.seq)
        lack = self._runs.lacking.get(problem.seq)
        if problem.kind not in _VERDICTS_LACKING or lack is None:
            return False
        taken = self._erasures.taken("verify", tombstones, run)
        return lack.verdicts <= sum(lack.begin < seq < problem.seq for seq in taken)

    def _unexcused(self) -> Iterator[Problem]:
        last = max((seq for seq, _, _ in self._runs.completed), default=-1)
        for loss in self._losses:
            if loss.seq is not None and loss.seq < last:
                yield Problem(Level.NOTICE, loss.kind, f"{loss.message}; a complete run followed", loss.seq)
            else:
                yield loss

    def _unresolved(self, tombstones: Sequence[int]) -> Iterator[Problem]:
        found = []
        for intent in self._intents.open.values():
            message = f"{intent.change} was announced and no result is recorded"
            found.append(_incomplete("unresolved-intent", message, intent.seq))
        yield from self._perhaps_erased("apply.result", found, tombstones)
        for seq in sorted(self._erasures.open_intents - self._answered):
            if seq not in self._intents.open:
                message = f"record {seq}, since taken out, announced a change and no result is recorded"
                yield _incomplete("unresolved-intent", message, seq)

    def _owed(self, now: datetime, tombstones: Sequence[int]) -> Iterator[Problem]:
        last = self._timeline.last
        if last is None:
            return
        until = max(now, last.at) if self._timeline.promised else last.at
        found = list(self._duties.problems(until))
        yield from (problem for problem in found if problem.kind != "duty-open")
        unanswered = [problem for problem in found if problem.kind == "duty-open"]
        yield from self._perhaps_erased("duty.met", unanswered, tombstones)

    def _perhaps_erased(
        self, event: str, unanswered: Sequence[Problem], tombstones: Sequence[int]
    ) -> Iterator[Problem]:
        """Missing answers, but for as many as were taken out behind what they answer: of those nobody can tell."""
        taken = self._erasures.taken(event, tombstones)
        for problem in sorted(unanswered, key=lambda one: one.seq or 0, reverse=True):
            if taken and taken[-1] > (problem.seq or 0):
                taken.pop()
                message = f"{problem.message}; it may be among the {event} records that were taken out"
                yield Problem(Level.NOTICE, problem.kind, message, problem.seq)
            else:
                yield problem

    def _result(self, record: Mapping[str, Any]) -> None:
        self._answered.update(record.get("cause", ()))
        self._intents.follow(record)

    def _recovered(self, record: Mapping[str, Any]) -> None:
        seq = record["seq"]
        for piece in record["torn"]:
            kept = self._directory / Path(piece["file"]).name
            file = kept.name
            if not kept.is_file():
                self._found.append(_incomplete("torn-missing", f"the torn bytes in {file} are gone", seq, file))
            elif kept.stat().st_size != piece["size"] or digest_of(kept) != piece["sha256"]:
                self._found.append(_incomplete("torn-changed", f"the torn bytes in {file} were changed", seq, file))
        self._losses.append(_incomplete("torn-record", "a crash tore the record that was being written", seq))

    def _lost(self, record: Mapping[str, Any]) -> None:
        lost = record.get("lost") or "a record"
        message = f"{lost} could not be written: the disk was full"
        self._losses.append(_incomplete("write-failed", message, record["seq"]))


def _incomplete(kind: str, message: str, seq: int, file: str = "") -> Problem:
    return Problem(Level.INCOMPLETE, kind, message, seq, file)
