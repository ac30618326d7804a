"""Deletions that a target told of by itself, held against what it lists afterwards: pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from vmsguard.model.fact_values import AnnouncedDeletion, StoredRecording
from vmsguard.model.facts import Fact, FactKey, Items, Known
from vmsguard.model.results import Finding
from vmsguard.model.snapshot import CameraSnapshot

__all__ = ["announced_findings", "announced_left", "finding_of"]

_WHOLE_SECONDS = timedelta(seconds=1)
"""Devices tell whole seconds: footage of the last one of a deletion may be new."""


def announced_left(announced: Iterable[AnnouncedDeletion], listed: Iterable[StoredRecording]) -> tuple[str, ...]:
    """The recordings of which a deletion was announced and that begin inside of what is said to be gone.

    ``listed`` was read after the announcement. One that does not say until when proves nothing either way.
    """
    left: dict[str, None] = {}
    recordings = [recording for recording in listed if not recording.empty and recording.start is not None]
    for deletion in announced:
        for recording in recordings:
            if recording.id == deletion.id and _inside(recording, deletion):
                left[recording.id] = None
    return tuple(left)


def _inside(recording: StoredRecording, deletion: AnnouncedDeletion) -> bool:
    if recording.start is None or deletion.until is None:
        return False
    begun = deletion.start is None or deletion.start <= recording.start
    return begun and recording.start < deletion.until - _WHOLE_SECONDS


def announced_findings(snapshots: Mapping[str, CameraSnapshot]) -> Iterator[Finding]:
    """One for each channel of which a target announced a deletion while its own list still shows the footage."""
    places = {
        (endpoint.target, endpoint.channel): snapshot.facts
        for snapshot in snapshots.values()
        for endpoint in snapshot.endpoints
    }
    for (target, channel), facts in sorted(places.items(), key=lambda item: item[0]):
        announced = facts.get(FactKey(target, channel, "deletion.announced"))
        if announced is not None:
            left = announced_left(_items(announced), _items(facts.get(FactKey(target, channel, "footage.recordings"))))
            if left:
                yield finding_of(target, channel, left)


def _items(fact: Fact | None) -> tuple[Any, ...]:
    if fact is None or not isinstance(fact.reading, Known) or not isinstance(fact.reading.value, Items):
        return ()
    return tuple(fact.reading.value.values)


def finding_of(target: str, channel: str, left: Iterable[str]) -> Finding:
    """What a person is told of these recordings."""
    return Finding(
        code="announced-deletion-left",
        subject=f"{target}/{channel}",
        message=f"the target announced that footage was deleted, and still lists it ({', '.join(left)})",
        next_step="believe what it lists; ask the maker for a fixed firmware, and delete on the device's own pages",
    )
