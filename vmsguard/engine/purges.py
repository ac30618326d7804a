"""Purges: how much they would delete, and whether it is time, because deleting what is being written is futile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from vmsguard.engine.demands import Demand
from vmsguard.engine.held import PURGE, held_recordings
from vmsguard.model.changes import Change
from vmsguard.model.fact_values import StoredRecording
from vmsguard.model.facts import Absent, Fact, FactKey, Items, Known
from vmsguard.model.plan import PlannedChange
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.truth import Truth
from vmsguard.model.vocabulary import WHOLE, Layer, Mode

__all__ = [
    "deletes_what_was_before",
    "footage_at",
    "purge_blocker",
    "purge_extent",
    "without_named_twice",
    "without_widening",
]

_STOP = "recording.stop"
_AFTER_STOP = "storage.residue.empty"
"""The control whose purge means "what was stored before"; a duty or a limit deletes beside running recordings."""

_GO_ALONG = frozenset({"deletion.on_request", "exception.expiry", "purge.on_reject", _AFTER_STOP})
"""Controls that name recordings, and whose purge is part of that one where both are asked for."""


def purge_extent(change: Change, snapshot: CameraSnapshot) -> tuple[int, datetime | None]:
    """How many items a destructive change would delete, as read, and how far back the oldest reaches."""
    if change.verb == "face_library.purge":
        found = _items(_fact(snapshot, change, "face_library.sizes"))
        return sum(item.count for item in found if item.id == change.arguments.get("library")), None
    if change.verb != "footage.purge":
        return 0, None
    told = change.arguments.get("cutoff", "")
    cutoff = datetime.fromisoformat(told) if told else None
    doomed = [
        item
        for item in _items(_fact(snapshot, change, "footage.recordings"))
        if not item.empty and (item.start is None or cutoff is None or item.start < cutoff)
    ]
    held = held_recordings(change, doomed)
    named = frozenset(filter(None, change.arguments.get("recordings", "").split(",")))
    doomed = [item for item in doomed if item.id not in held and (not named or item.id in named)]
    return len(doomed), min((item.start for item in doomed if item.start is not None), default=None)


def footage_at(snapshot: CameraSnapshot, change: Change) -> Sequence[StoredRecording]:
    """The recordings listed where a change deletes."""
    return _items(_fact(snapshot, change, "footage.recordings"))


def _fact(snapshot: CameraSnapshot, change: Change, name: str, layer: Layer = Layer.RUNTIME) -> Fact | None:
    for channel in (change.channel, WHOLE):
        fact = snapshot.facts.get(FactKey(change.target, channel, name, layer))
        if fact is not None:
            return fact
    return None


def _items(fact: Fact | None) -> Sequence[Any]:
    if fact is None or not isinstance(fact.reading, Known) or not isinstance(fact.reading.value, Items):
        return ()
    return fact.reading.value.values


def without_widening(groups: Iterable[list[Demand]]) -> list[list[Demand]]:
    """The groups, with what only a person may send apart from what goes by itself and would delete less.

    Of two cutoffs the later one is sent: a rule that may only propose must not choose it for one that enforces.
    A conflict holds back all that share the change, so that there nothing comes apart.
    """
    found: list[list[Demand]] = []
    for group in groups:
        free = [demand for demand in group if demand.free]
        if not free or "cutoff" not in free[0].change.arguments or any(demand.in_conflict for demand in group):
            found.append(group)
            continue
        latest = max(map(_cutoff, free))
        found.append([demand for demand in group if _cutoff(demand) <= latest])
        more = [demand for demand in group if _cutoff(demand) > latest]
        if more:
            found.append(more)
    return found


def without_named_twice(groups: Sequence[list[Demand]]) -> list[list[Demand]]:
    """The groups, with purges of named recordings joined to a purge of everything there that goes anyway.

    Only one that may go by itself takes others in: what asks for less must not set more free.
    """
    whole = {
        (demand.change.target, demand.change.channel): group
        for group in groups
        for demand in group
        if _purges_all(demand.change) and demand.free
    }
    kept: list[list[Demand]] = []
    for group in groups:
        change = group[0].change
        wider = whole.get((change.target, change.channel)) if change.arguments.get("recordings") else None
        if wider is None or max(map(_cutoff, wider)) < max(map(_cutoff, group)):
            kept.append(group)
        else:
            wider.extend(group)
    return kept


def _purges_all(change: Change) -> bool:
    return change.verb == PURGE and not change.arguments.get("recordings")


def _cutoff(demand: Demand) -> datetime:
    return datetime.fromisoformat(demand.change.arguments["cutoff"])


def deletes_what_was_before(planned: PlannedChange) -> bool:
    """Whether a purge means all that was stored until recording stopped, and nothing else."""
    causes = {cause.control for cause in planned.causes}
    return _AFTER_STOP in causes and causes <= _GO_ALONG


def purge_blocker(
    planned: PlannedChange,
    others: Iterable[PlannedChange],
    snapshots: Mapping[str, CameraSnapshot],
    now: datetime,
) -> str:
    """Why a purge must wait; empty where recording is off, is being stopped, or is proven unstoppable."""
    if not deletes_what_was_before(planned):
        return ""
    change = planned.change
    stopping = {
        other.change.arguments.get("job", "")
        for other in others
        if other.change.verb == _STOP
        and other.change.target == change.target
        and other.change.channel in (change.channel, WHOLE)
        and other.mode is Mode.ENFORCE
    }
    for snapshot in (snapshots[cause.camera] for cause in planned.causes):
        records = _records(snapshot, change, stopping)
        if records is Truth.FALSE or _unstoppable(snapshot, change, now):
            continue
        return "still-recording: stop it first" if records is Truth.TRUE else "not-known-whether-it-records"
    return ""


def _records(snapshot: CameraSnapshot, change: Change, stopping: set[str]) -> Truth:
    """Whether something goes on recording. As set is enough for "no": a read-back follows every stop."""
    stored = Truth.UNKNOWN
    for layer in (Layer.STORED, Layer.RUNTIME):
        fact = _fact(snapshot, change, "recording.jobs", layer)
        if fact is None or not isinstance(fact.reading, Known) or not isinstance(fact.reading.value, Items):
            if fact is not None and isinstance(fact.reading, Absent):
                stored = Truth.FALSE
            continue
        jobs = fact.reading.value
        going_on = [job for job in jobs.values if job.id not in stopping]
        if any(job.active for job in going_on):
            return Truth.TRUE
        if layer is Layer.STORED and jobs.complete and all(job.active is False for job in going_on):
            stored = Truth.FALSE
    return stored


def _unstoppable(snapshot: CameraSnapshot, change: Change, now: datetime) -> bool:
    """A proof, valid for the firmware at hand, that recording cannot be stopped here."""
    seen = snapshot.targets.get(change.target)
    firmware = "" if seen is None or seen.identity is None else seen.identity.firmware
    return any(
        proof.verb == _STOP
        and proof.target == change.target
        and proof.channel in (change.channel, WHOLE)
        and proof.firmware == firmware != ""
        and now < proof.expires
        for proof in snapshot.proofs
    )
