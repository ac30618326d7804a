"""Whether a log tells everything it announced: hashes cannot show what was never written, content can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from vmsguard.evidence.intents import IntentBook
from vmsguard.evidence.problems import Level, Problem
from vmsguard.evidence.record import planned_digest
from vmsguard.evidence.torn import digest_of

__all__ = ["Completeness"]


class _Run:
    """One run between its plan and its end."""

    __slots__ = ("counts", "digest", "finals", "pairs", "seq", "twice")

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.seq: int = record["seq"]
        self.pairs: int = record.get("pairs", 0)
        self.digest: str = record.get("digest", "")
        self.finals: set[tuple[str, ...]] = set()
        self.counts: dict[str, int] = {}
        self.twice: list[int] = []


class Completeness:
    """Follows every record in order; ``problems`` then says what is missing.

    Every planned pair has exactly one final verdict, every intent a result, every heartbeat a successor in
    time. What a crash cut short is excused by a complete run that came after it: the same plan for a run,
    any run for a torn record.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._runs: dict[str, _Run] = {}
        self._intents = IntentBook()
        self._found: list[Problem] = []
        self._losses: list[Problem] = []
        self._alive: tuple[datetime, timedelta, int] | None = None
        self._completed: list[tuple[int, str, str]] = []
        """``(seq of the plan, digest, run)`` of runs that ended with all they planned."""

    def follow(self, record: Mapping[str, Any]) -> None:
        event, seq = record["event"], record["seq"]
        self._follow_heartbeat(record, event)
        if event == "verify":
            self._verdict(record)
        elif event == "run.planned":
            self._planned(record)
        elif event == "run.ended":
            self._ended(record)
        elif event == "log.recovered":
            self._recovered(record)
        elif event == "write.failed":
            lost = record.get("lost", "") or "a record"
            self._losses.append(_incomplete("write-failed", f"{lost} could not be written: the disk was full", seq))
        else:
            self._intents.follow(record)

    def problems(self, now: datetime) -> list[Problem]:
        """What is missing as of ``now``."""
        found = [*self._found, *self._unended(), *self._unexcused()]
        for intent in self._intents.open.values():
            found.append(
                _incomplete("unresolved-intent", f"{intent.change} was announced and no result is recorded", intent.seq)
            )
        if self._alive is not None:
            found.extend(self._silence(now, None))
        return found

    def _planned(self, record: Mapping[str, Any]) -> None:
        run = record.get("run", "")
        if run in self._runs:
            self._found.append(_incomplete("planned-twice", f"run {run} was planned twice", record["seq"]))
        self._runs[run] = _Run(record)

    def _verdict(self, record: Mapping[str, Any]) -> None:
        if not record.get("final"):
            return
        run = self._runs.get(record.get("run", ""))
        if run is None:
            self._found.append(_incomplete("unplanned-verdict", "a final verdict of no planned run", record["seq"]))
            return
        pair = (record["camera"], *(record.get(name, "") for name in ("pack", "rule", "control")))
        if pair in run.finals:
            run.twice.append(record["seq"])
        run.finals.add(pair)
        verdict = record.get("verdict", "")
        run.counts[verdict] = run.counts.get(verdict, 0) + 1

    def _ended(self, record: Mapping[str, Any]) -> None:
        name, seq = record.get("run", ""), record["seq"]
        run = self._runs.pop(name, None)
        if run is None:
            self._found.append(_incomplete("ended-unplanned", f"run {name} ended and no plan is recorded", seq))
            return
        wrong = list(_run_problems(name, run, record))
        self._found.extend(wrong)
        if not wrong:
            self._completed.append((run.seq, run.digest, name))

    def _recovered(self, record: Mapping[str, Any]) -> None:
        seq = record["seq"]
        for piece in record.get("torn", ()):
            kept = self._directory / Path(str(piece.get("file", ""))).name
            if not kept.is_file():
                self._found.append(_incomplete("torn-missing", f"the torn bytes in {kept.name} are gone", seq))
            elif digest_of(kept) != piece.get("sha256"):
                self._found.append(_incomplete("torn-changed", f"the torn bytes in {kept.name} were changed", seq))
        self._losses.append(_incomplete("torn-record", "a crash tore the record that was being written", seq))

    def _unended(self) -> Iterator[Problem]:
        for name, run in self._runs.items():
            later = next((who for seq, digest, who in self._completed if digest == run.digest and seq > run.seq), "")
            if later:
                message = f"run {name} was cut short; run {later} later did all of the same plan"
                yield Problem(Level.NOTICE, "run-cut-short", message, run.seq)
            else:
                message = f"run {name} did not end: {len(run.finals)} of {run.pairs} final verdicts are there"
                yield _incomplete("run-not-ended", message, run.seq)

    def _unexcused(self) -> Iterator[Problem]:
        last = max((seq for seq, _, _ in self._completed), default=-1)
        for loss in self._losses:
            if loss.seq is not None and loss.seq < last:
                yield Problem(Level.NOTICE, loss.kind, f"{loss.message}; a complete run followed", loss.seq)
            else:
                yield loss

    def _follow_heartbeat(self, record: Mapping[str, Any], event: str) -> None:
        """Silence counts only between a heartbeat and the next orderly end."""
        if self._alive is None and event != "heartbeat":
            return
        at = datetime.fromisoformat(record["ts"])
        self._found.extend(self._silence(at, record["seq"]))
        if event == "log.closed":
            self._alive = None
        elif event == "heartbeat":
            self._alive = (at, timedelta(seconds=record["interval"]), record["seq"])
        elif self._alive is not None:
            self._alive = (at, self._alive[1], record["seq"])

    def _silence(self, until: datetime, seq: int | None) -> Iterator[Problem]:
        if self._alive is None:
            return
        since, interval, last = self._alive
        if until - since > 2 * interval:
            passed = int((until - since).total_seconds())
            message = f"{passed} s without a record, where one was promised every {int(interval.total_seconds())} s"
            yield _incomplete("silence", message, last if seq is None else seq)


def _run_problems(name: str, run: _Run, ended: Mapping[str, Any]) -> Iterator[Problem]:
    seq = ended["seq"]
    for twice in run.twice:
        yield _incomplete("verdict-twice", f"run {name} has a second final verdict for the same pair", twice)
    if len(run.finals) != run.pairs:
        message = f"run {name} planned {run.pairs} pairs and recorded {len(run.finals)} final verdicts"
        yield _incomplete("verdicts-missing", message, seq)
    elif planned_digest(run.finals) != run.digest:
        yield _incomplete("verdicts-differ", f"run {name} recorded verdicts for other pairs than it planned", seq)
    stated = {verdict: count for verdict, count in ended.get("verdicts", {}).items() if count}
    if stated != run.counts:
        yield _incomplete("counts-differ", f"run {name} ended with other counts than its final verdicts give", seq)


def _incomplete(kind: str, message: str, seq: int) -> Problem:
    return Problem(Level.INCOMPLETE, kind, message, seq)
