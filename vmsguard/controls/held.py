"""What holds keep in place: footage that a purge has to leave, and that no duty to delete is met with.

A hold covers footage, wherever it is stored. Once an export of its window is on record, encrypted and kept
apart, the hold is served by that, and what lies among live data is to be deleted again (PIPA 21(3)).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from vmsguard.controls.device_clock import clock_error
from vmsguard.controls.papers import covers, flaw
from vmsguard.controls.view import View
from vmsguard.model.counted import counted
from vmsguard.model.fact_values import StoredRecording
from vmsguard.model.held_window import HeldWindow
from vmsguard.model.inventory import Camera
from vmsguard.model.pack import Document, Hold
from vmsguard.model.paper_days import day_at

__all__ = ["exports_of", "held_by", "held_reason", "keeps_in_place", "window_of"]

_EXPORT = "hold-export"
_MOMENT = timedelta(microseconds=1)


def window_of(hold: Hold, clock_error: timedelta = timedelta()) -> HeldWindow:
    """What the hold keeps, as a clock that is this far off may have dated it."""
    return HeldWindow(hold.window_from, hold.window_until).wider(clock_error)


def exports_of(hold: Hold, camera: Camera, documents: Iterable[Document], now: datetime) -> tuple[Document, ...]:
    """Papers on record that say the camera's held footage was exported, encrypted and kept apart.

    One of a day before the window was over cannot hold all of it, and one that does not say which cameras or
    sites it covers releases none: what it lets go is deleted.
    """
    last = hold.window_until - _MOMENT
    return tuple(
        document
        for document in documents
        if document.kind == _EXPORT
        and document.details.get("hold") == hold.id
        and document.details.get("encrypted") is True
        and document.dated >= day_at(document, last)
        and (document.cameras or document.sites)
        and covers(document, camera)
        and not flaw(document, now)
    )


def keeps_in_place(hold: Hold, camera: Camera, documents: Iterable[Document], now: datetime) -> bool:
    """Whether footage in the hold's window must stay where it is."""
    return not exports_of(hold, camera, documents, now)


def held_by(recordings: Iterable[StoredRecording], view: View) -> dict[str, Sequence[str]]:
    """Recording id to the ids of the holds whose window it may touch, by the clock of the endpoint's target."""
    snapshot = view.snapshot
    if not snapshot.holds:
        return {}
    error = clock_error(view)
    windows = [
        (hold.id, window_of(hold, error))
        for hold in snapshot.holds
        if keeps_in_place(hold, view.camera, snapshot.documents, view.now)
    ]
    found = {
        recording.id: tuple(name for name, window in windows if window.touches(recording.start, recording.end))
        for recording in recordings
        if not recording.empty
    }
    return {name: holds for name, holds in found.items() if holds}


def held_reason(held: Mapping[str, Sequence[str]]) -> str:
    """The reason of a verdict where nothing is left but held footage."""
    holds = ", ".join(sorted({name for names in held.values() for name in names}))
    return f"held: {counted(len(held), 'recording')} kept by {holds}"
