"""What happened at the cameras and what is on record of it, judged by what must never happen. Pure.

Each property returns what breaks it, as sentences; an empty list means that it held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

__all__ = [
    "Asked",
    "broken_sequence",
    "false_deletions",
    "interleaved_runs",
    "late_deletions",
    "overlapping_runs",
    "still_recording",
    "unannounced_writes",
]

WRITES = frozenset({"purge", "stop"})
_DEVICE_SECOND = 1.0
"""Records tell whole milliseconds at best, and cutoffs whole seconds."""


@dataclass(frozen=True)
class Asked:
    """One request, as the camera carried it out."""

    began: float
    ended: float
    target: str
    what: str
    """``read``, ``stop``, ``purge``, or ``by-hand`` where a person switched recording on."""
    process: int = 0
    session: str = ""
    run: str = ""
    intent: int = -1
    cutoff: float = 0.0
    left: int = 0
    """After a purge: how much of what it was to delete is there."""


def overlapping_runs(asked: Iterable[Asked]) -> list[str]:
    """No two runs have writes at one camera at the same time, nor between what one of them saw and what it did."""
    told: list[str] = []
    for target, here in _by_target(asked).items():
        writes = [one for one in here if one.what in WRITES]
        for mine in _runs(here):
            told += [
                f"{target}: {other.what} of {other.run or other.process} while {mine.name} was at work"
                for other in writes
                if other.run != mine.name and other.began < mine.ended and other.ended > mine.began
            ]
    return told


def interleaved_runs(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """On record a target belongs to one run until the next begins with it, and never goes back."""
    told: list[str] = []
    current: dict[str, str] = {}
    left: dict[str, set[str]] = defaultdict(set)
    for record in records:
        target, run = record.get("target", ""), record.get("run", "")
        if not target or not run or record.get("outcome") == "interrupted":
            continue
        before = current.get(target, run)
        if run != before:
            left[target].add(before)
        if run != before and run in left[target]:
            told.append(f"{target}: {record['event']} {record['seq']} of {run} after {before} had begun")
        current[target] = run
    return told


def unannounced_writes(asked: Iterable[Asked], records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Each write stands on an intent of its own run that was on record before it arrived; one write for one intent."""
    intents = {record["seq"]: record for record in records if record["event"] == "apply.intent"}
    used: dict[int, Asked] = {}
    told: list[str] = []
    for one in asked:
        if one.what not in WRITES:
            continue
        intent = intents.get(one.intent)
        if intent is None or (intent["run"], intent["target"]) != (one.run, one.target):
            told.append(f"{one.target}: {one.what} of {one.run} has no intent")
        elif used.setdefault(one.intent, one) is not one:
            told.append(f"{one.target}: {one.what} was sent twice on intent {one.intent}")
        elif seconds(intent["ts"]) > one.began + 0.001:
            told.append(f"{one.target}: {one.what} of {one.run} came before its intent {one.intent}")
    return told


def false_deletions(
    asked: Iterable[Asked], records: Iterable[Mapping[str, Any]], ledger: Iterable[tuple[str, float]] = ()
) -> list[str]:
    """What is called deleted was deleted: by a purge of its own, that left nothing, and before it was called so.

    ``ledger`` has targets with the cutoffs that the state holds to be verified.
    """
    purged: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        if one.what == "purge" and one.left == 0:
            purged[one.target].append(one)
    told = [
        f"{target}: the ledger has a deletion up to {cutoff} that no purge carried out"
        for target, cutoff in ledger
        if not any(abs(one.cutoff - cutoff) < _DEVICE_SECOND for one in purged[target])
    ]
    last: dict[tuple[str, str], float] = {}
    for record in records:
        if record["event"] == "purge" and not record.get("after"):
            said, cutoff = seconds(record["ts"]), seconds(record["cutoff"])
            if not any(
                one.run == record["run"] and abs(one.cutoff - cutoff) < _DEVICE_SECOND and one.ended <= said + 0.001
                for one in purged[record["target"]]
            ):
                told.append(f"{record['target']}: purge {record['seq']} and nothing was deleted")
        if record["event"] != "duty.met":
            continue
        target, at = record["target"], seconds(record["at"])
        place = target, record["rule"]
        fresh = [one for one in purged[target] if last.get(place, 0.0) < one.ended <= at + _DEVICE_SECOND]
        if fresh:
            last[place] = max(one.ended for one in fresh)
        else:
            told.append(f"{target}: duty.met {record['seq']} and nothing was deleted")
    return told


def late_deletions(
    asked: Iterable[Asked], honest: Collection[str], begun: float, ended: float, allowed: float
) -> list[str]:
    """At each honest camera, from the beginning to the end, no longer than allowed from cutoff to the next deletion."""
    reached: dict[str, list[tuple[float, float]]] = {target: [(begun, begun)] for target in honest}
    for one in asked:
        if one.what == "purge" and one.left == 0 and one.target in reached:
            reached[one.target].append((one.cutoff, one.ended))
    told: list[str] = []
    for target, steps in reached.items():
        for (cutoff, _), (_, done) in pairwise([*steps, (ended, ended)]):
            if done - cutoff > allowed:
                told.append(f"{target}: {done - cutoff:.1f} s from one deletion to the next, {allowed:.1f} allowed")
    return told


def still_recording(asked: Iterable[Asked], forbidden: Collection[str]) -> list[str]:
    """Of cameras that may not record: those that a person switched on, or that began so, and nobody switched off."""
    last = dict.fromkeys(forbidden, "the beginning")
    for one in asked:
        if one.target in last and one.what in ("stop", "by-hand"):
            last[one.target] = one.what
    return [f"{target}: records since {what}" for target, what in last.items() if what != "stop"]


def broken_sequence(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Records count from 0 without a gap, and no later one is dated before an earlier."""
    told: list[str] = []
    before = ""
    for number, record in enumerate(records):
        if record["seq"] != number:
            told.append(f"record {record['seq']} stands at {number}")
        if record["ts"] < before:
            told.append(f"record {record['seq']} is dated before the one in front of it")
        before = record["ts"]
    return told


@dataclass(frozen=True)
class _Run:
    name: str
    began: float
    """When the session began on whose sight it was decided."""
    ended: float
    """Of its last write."""


def _runs(here: Sequence[Asked]) -> list[_Run]:
    """The runs that wrote at one camera."""
    sessions: dict[str, list[Asked]] = defaultdict(list)
    for one in here:
        if one.session:
            sessions[one.session].append(one)
    found: list[_Run] = []
    for name, requests in sessions.items():
        runs = {one.run for one in requests if one.what in WRITES}
        if not runs:
            continue
        began = min(one.began for one in requests)
        looks = [
            min(one.began for one in other)
            for session, other in sessions.items()
            if session != name and other[0].process == requests[0].process and max(one.ended for one in other) <= began
        ]
        ended = max(one.ended for one in requests if one.what in WRITES)
        found += [_Run(run, max(looks, default=began), ended) for run in runs]
    return found


def _by_target(asked: Iterable[Asked]) -> dict[str, list[Asked]]:
    found: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        found[one.target].append(one)
    return found


def seconds(told: str) -> float:
    return datetime.fromisoformat(told).timestamp()
