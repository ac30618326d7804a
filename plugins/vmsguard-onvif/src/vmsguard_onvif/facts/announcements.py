"""The fact about deletions that a device told of by itself: its word, beside which its lists are still read."""

from __future__ import annotations

from vmsguard.model.facts import Items, Known
from vmsguard_onvif.announcements import announced_deletions
from vmsguard_onvif.facts.storage import recordings_of
from vmsguard_onvif.gathering import Answered
from vmsguard_onvif.observed import Told, runtime
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.topology import Topology

__all__ = ["deletions_announced"]

_WHILE = "only what was told while this session listened"


async def deletions_announced(readings: Readings, topology: Topology, channel: str) -> Told:
    """Those of the channel's recordings, and of recordings that no list shows any more, which may be any channel's."""
    listener = readings.listener
    if listener.why is not None:
        return runtime(listener.why.reading)
    found = await recordings_of(readings, topology, channel)
    mine = {recording.token for recording in found} if isinstance(found, list) else set()
    every = await readings.recordings()
    listed = {recording.token for recording in every.value} if isinstance(every, Answered) else set()
    told = tuple(
        deletion for deletion in announced_deletions(listener.heard) if deletion.id in mine or deletion.id not in listed
    )
    missing = f"{_WHILE}; the subscription names another host, which was not followed" if listener.foreign else _WHILE
    return runtime(Known(Items(told, complete=False, missing=missing)))
