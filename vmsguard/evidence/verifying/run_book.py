"""Runs as the log tells them: what each planned, what it recorded, and whether the two agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from operator import eq
from typing import Any

import orjson
from msgspec import Struct

from vmsguard.evidence.problems import Level, Problem
from vmsguard.evidence.record import planned_digest
from vmsguard.evidence.subtrees import root_of
from vmsguard.evidence.tree import leaf_hash
from vmsguard.evidence.verifying.content import CAMERA_ENDING, Verdicts

__all__ = ["Lack", "RunBook", "pairs_digest"]

_SORTS_OTHERWISE = (b" ", b"!", b"\\")
"""A quote ends each id and sorts before everything that can follow in one, but for a space, ``!`` and escapes."""


class Lack(Struct, frozen=True):
    """What a run that ended recorded less than it planned and says it did."""

    begin: int
    """Where it was planned."""
    verdicts: int
    """So many more would do."""


class _Run:
    """One run between its plan and its end."""

    __slots__ = ("counts", "digest", "gathered", "judged", "pairs", "seq", "twice")

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.seq: int = record["seq"]
        self.pairs: int = record["pairs"]
        self.digest: str = record["digest"]
        self.judged: int | None = None
        """Cameras that ``run.scope`` says were looked at; None where the run tells no scope."""
        self.gathered: list[Verdicts] = []
        self.counts: Counter[str] = Counter()
        self.twice: list[int] = []

    def take(self, verdicts: Verdicts) -> None:
        self.gathered.append(verdicts)
        self.counts.update(verdicts.counts)
        self.twice += verdicts.twice

    def finals(self) -> list[bytes]:
        """The distinct pairs that have a final verdict, sorted; those that have two are noted."""
        pairs = sorted(pair for verdicts in self.gathered for pair in verdicts.pairs)
        if any(map(eq, pairs, pairs[1:])):
            seen: set[bytes] = set()
            for verdicts in self.gathered:
                places = verdicts.places()
                self.twice += [seq for pair, seq in places.items() if pair in seen]
                seen |= places.keys()
            pairs = sorted(seen)
        return pairs


class RunBook:
    """Follows plans, verdicts and ends. ``cut_short`` names runs that may lack their beginning here."""

    def __init__(self) -> None:
        self.completed: list[tuple[int, str, str]] = []
        """``(seq of the plan, digest, run)`` of runs that ended with all they planned."""
        self.found: list[tuple[str, Problem]] = []
        """What is wrong, with the run it is wrong with."""
        self.lacking: dict[int, Lack] = {}
        """What runs recorded less than they planned, by the ``run.ended`` at which that is told."""
        self._open: dict[str, _Run] = {}
        self._unplanned: dict[str, tuple[int, int]] = {}
        """Run to the first of its verdicts that no plan announced, and how many they are."""

    def planned(self, record: Mapping[str, Any]) -> None:
        run = record.get("run", "")
        if run in self._open:
            self._add(run, "planned-twice", f"run {run} was planned twice", record["seq"])
        self._open[run] = _Run(record)

    def scope(self, record: Mapping[str, Any]) -> None:
        run = self._open.get(record.get("run", ""))
        if run is not None:
            run.judged = record["judged"]

    def verdicts(self, verdicts: Verdicts) -> None:
        run = self._open.get(verdicts.run)
        if run is not None:
            run.take(verdicts)
            return
        first, count = self._unplanned.get(verdicts.run, (verdicts.seq, 0))
        self._unplanned[verdicts.run] = first, count + sum(verdicts.counts.values())

    def ended(self, record: Mapping[str, Any]) -> None:
        name, seq = record.get("run", ""), record["seq"]
        run = self._open.pop(name, None)
        if run is None:
            self._add(name, "ended-unplanned", f"run {name} ended and no plan is recorded", seq)
            return
        wrong = list(_disagreements(name, run, record))
        if (lack := _lack(run, record)) is not None:
            self.lacking[seq] = lack
        self.found += [(name, problem) for problem in wrong]
        if not wrong:
            self.completed.append((run.seq, run.digest, name))

    def problems(self) -> Iterator[tuple[str, Problem]]:
        """What is wrong in the end, each with its run."""
        yield from self.found
        for name, (first, count) in self._unplanned.items():
            yield name, _incomplete("unplanned-verdict", f"{count} final verdicts of no planned run", first)
        for name, run in self._open.items():
            later = next((who for seq, digest, who in self.completed if digest == run.digest and seq > run.seq), "")
            if later:
                message = f"run {name} was cut short; run {later} later did all of the same plan"
                yield name, Problem(Level.NOTICE, "run-cut-short", message, run.seq)
            else:
                message = f"run {name} did not end: {len(run.finals())} of {run.pairs} final verdicts are there"
                yield name, _incomplete("run-not-ended", message, run.seq)

    def _add(self, run: str, kind: str, message: str, seq: int) -> None:
        self.found.append((run, _incomplete(kind, message, seq)))


def pairs_digest(pairs: list[bytes]) -> str:
    """``planned_digest`` of pairs that are canonical JSON already, sorted and distinct."""
    whole = b"".join(pairs)
    if any(sign in whole for sign in _SORTS_OTHERWISE):
        return planned_digest(orjson.loads(pair) for pair in pairs)
    return root_of([leaf_hash(pair) for pair in pairs]).hex()


def _disagreements(name: str, run: _Run, ended: Mapping[str, Any]) -> Iterator[Problem]:
    """Where what a run recorded is not what it planned or says it did."""
    seq, pairs = ended["seq"], run.finals()
    for twice in sorted(run.twice):
        yield _incomplete("verdict-twice", f"run {name} has a second final verdict for the same pair", twice)
    if len(pairs) != run.pairs:
        message = f"run {name} planned {run.pairs} pairs and recorded {len(pairs)} final verdicts"
        yield _incomplete("verdicts-missing", message, seq)
    elif pairs_digest(pairs) != run.digest:
        yield _incomplete("verdicts-differ", f"run {name} recorded verdicts for other pairs than it planned", seq)
    stated = {verdict: count for verdict, count in ended["verdicts"].items() if count}
    if stated != dict(run.counts):
        yield _incomplete("counts-differ", f"run {name} ended with other counts than its final verdicts give", seq)
    cameras = sum(pair.endswith(CAMERA_ENDING) for pair in pairs)
    if run.judged is not None and run.judged != cameras:
        message = f"run {name} says it judged {run.judged} cameras and recorded a verdict on {cameras}"
        yield _incomplete("scope-differs", message, seq)


def _lack(run: _Run, ended: Mapping[str, Any]) -> Lack | None:
    """What the run lacks; None where it has too much of anything, which no further verdict would mend."""
    pairs = run.finals()
    stated: Mapping[str, int] = ended["verdicts"]
    counts = [stated.get(verdict, 0) - run.counts[verdict] for verdict in {*stated, *run.counts}]
    cameras = sum(pair.endswith(CAMERA_ENDING) for pair in pairs)
    less = [run.pairs - len(pairs), *counts, 0 if run.judged is None else run.judged - cameras]
    if min(less) < 0:
        return None
    return Lack(run.seq, max(run.pairs - len(pairs), sum(counts), less[-1]))


def _incomplete(kind: str, message: str, seq: int) -> Problem:
    return Problem(Level.INCOMPLETE, kind, message, seq)
