"""What a change must leave alone because somebody holds it, and why it cannot go where it could not.

Holds travel as windows with the purge. Who cannot leave a window out is not asked to purge at all, and a
store that deletes whole recordings keeps all that a window touches: what is deleted does not come back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from vmsguard.controls.device_clock import CLOCK, error_of
from vmsguard.controls.held import window_of
from vmsguard.engine.blast import Claims
from vmsguard.model.changes import Change
from vmsguard.model.fact_values import StoredRecording
from vmsguard.model.facts import FactKey
from vmsguard.model.held_window import HeldWindow, read_windows, write_windows
from vmsguard.model.manifest import VerbSupport
from vmsguard.model.pack import Hold
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.vocabulary import WHOLE

__all__ = ["PURGE", "held_at", "held_recordings", "leave_held"]

PURGE = "footage.purge"
_SHORTENS = "retention.set"


def held_at(claims: Claims, change: Change, *, wide: bool) -> tuple[Hold, ...]:
    """The holds in force on any camera whose footage the change could reach, in this run or not."""
    if wide or change.channel == WHOLE:
        cameras = {
            camera for (target, _), named in claims.cameras.items() if target == change.target for camera in named
        }
    else:
        cameras = set(claims.claimants(change.target, change.channel))
    found = {hold.id: hold for camera in cameras for hold in claims.holds.get(camera, ())}
    return tuple(found[name] for name in sorted(found))


def leave_held(
    change: Change,
    holds: Sequence[Hold],
    support: VerbSupport | None,
    recordings: Iterable[StoredRecording],
    snapshot: CameraSnapshot,
) -> tuple[Change, str]:
    """The change with the windows it leaves out, and why it must not go by itself; empty where it may."""
    if not holds or change.verb not in (PURGE, _SHORTENS):
        return change, ""
    told = f"held: {'; '.join(f'{hold.id} keeps {window_of(hold)}' for hold in holds)}"
    if change.verb == _SHORTENS:
        return change, f"{told}; the store would delete it by itself: export first"
    fact = snapshot.facts.get(FactKey(change.target, WHOLE, CLOCK))
    windows = [window_of(hold, error_of(fact)) for hold in holds]
    left = replace(change, arguments={**change.arguments, "held": write_windows(windows)})
    if support is None:
        return left, ""
    if not support.held:
        return left, f"{told}; this driver cannot leave it out: export first"
    stored = [recording for recording in recordings if not recording.empty]
    touched = [recording for recording in stored if _touches(windows, recording)]
    if not touched or len(touched) < len(stored):
        return left, ""
    if all(any(_inside(window, recording) for window in windows) for recording in touched):
        return left, f"{told}; nothing else is left there"
    return left, "" if support.held == "windows" else f"{told}; this store deletes whole recordings: export first"


def held_recordings(change: Change, recordings: Iterable[StoredRecording]) -> frozenset[str]:
    """Ids of the recordings that a purge leaves because of a window it carries."""
    windows = read_windows(change.arguments.get("held", ""))
    return frozenset(recording.id for recording in recordings if not recording.empty and _touches(windows, recording))


def _touches(windows: Iterable[HeldWindow], recording: StoredRecording) -> bool:
    return any(window.touches(recording.start, recording.end) for window in windows)


def _inside(window: HeldWindow, recording: StoredRecording) -> bool:
    start, end = recording.start, recording.end
    return start is not None and end is not None and window.since <= start and end <= window.until
