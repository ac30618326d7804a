"""Purges: how much they would delete, and whether it is time, because deleting what is being written is futile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from vmsguard.engine.held import held_recordings
from vmsguard.model.changes import Change
from vmsguard.model.fact_values import StoredRecording
from vmsguard.model.facts import Absent, Fact, FactKey, Items, Known
from vmsguard.model.plan import PlannedChange
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.truth import Truth
from vmsguard.model.vocabulary import WHOLE, Layer, Mode

__all__ = ["deletes_what_was_before", "footage_at", "purge_blocker", "purge_extent"]

_STOP = "recording.stop"
_AFTER_STOP = frozenset({"storage.residue.empty"})
"""Controls whose purge means "what was stored before"; a duty or a limit deletes beside running recordings."""


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
    doomed = [item for item in doomed if item.id not in held]
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


def deletes_what_was_before(planned: PlannedChange) -> bool:
    """Whether a purge means all that was stored until recording stopped, and nothing else."""
    return {cause.control for cause in planned.causes} <= _AFTER_STOP


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
