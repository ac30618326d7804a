"""A camera's files as recordings, and which of them a purge deletes; pure.

motion writes a picture per frame and a movie per minute or two. An hour of them is one recording here: lists
stay short, and no id tells more than the hour.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from pathlib import PurePosixPath

from msgspec import Struct

from vmsguard.model.fact_values import StoredRecording
from vmsguard.model.held_window import HeldWindow
from vmsguard_motion.footage_disk import SeenFile

__all__ = ["FILES", "OTHERS", "Lengths", "Selection", "recordings", "select"]

FILES = "files"
"""The store that all of a camera's files are in."""

OTHERS = "other-files"
"""The recording that stands for files which motion does not write: nobody knows what they hold."""

_PICTURES = frozenset({".jpg", ".ppm", ".webp"})
_MOVIES = frozenset({".avi", ".flv", ".mkv", ".mov", ".mp4", ".swf"})
_TIMELAPSES = frozenset({".mpg"})
_JUST_NOW = timedelta(seconds=10)
_SLACK = timedelta(seconds=10)
"""A movie may begin with pictures from before it was opened (pre_capture) and is closed a moment late."""


class Lengths(Struct, frozen=True):
    """How long one file of a camera may be; None where there is no limit, or none was told."""

    movie: timedelta | None
    makes_timelapses: bool


class Selection(Struct, frozen=True):
    """Files by what is to become of them."""

    delete: tuple[str, ...]
    undecided: int
    """Movies without a known beginning that may hold footage from before the cutoff."""
    others: int
    """Files that motion does not write."""
    held: int


def recordings(files: Iterable[SeenFile], lengths: Lengths, now: datetime) -> tuple[StoredRecording, ...]:
    """One recording for each hour in which files were finished, and one for files that are not motion's."""
    return tuple(_recording(id_, group, lengths, now) for id_, group in _by_recording(files).items())


def select(
    files: Iterable[SeenFile],
    *,
    cutoff: datetime,
    named: Collection[str],
    lengths: Lengths,
    now: datetime,
    held: Sequence[HeldWindow] = (),
) -> Selection:
    """Files that hold footage from before the cutoff, of the recordings named or of all, and that nobody holds.

    A file goes or stays as a whole: a movie that straddles the cutoff goes. A recording that a held window
    may touch is left whole.
    """
    delete: list[str] = []
    undecided = others = kept = 0
    for id_, group in _by_recording(files).items():
        if named and id_ not in named:
            continue
        whole = _recording(id_, group, lengths, now)
        if any(window.touches(whole.start, whole.end) for window in held):
            kept += len(group)
            continue
        for file in group:
            older = _is_older(file, lengths, cutoff, now)
            if older is False:
                continue
            if id_ == OTHERS:
                others += 1
            elif older or named:
                delete.append(file.path)
            else:
                undecided += 1
    return Selection(tuple(delete), undecided, others, kept)


def _by_recording(files: Iterable[SeenFile]) -> Mapping[str, Sequence[SeenFile]]:
    ordered = sorted(files, key=attrgetter("written"))
    found = {
        id_: tuple(group) for id_, group in groupby((file for file in ordered if _is_ours(file)), key=_hour) if group
    }
    others = tuple(file for file in ordered if not _is_ours(file))
    return {**found, OTHERS: others} if others else found


def _recording(id_: str, group: Sequence[SeenFile], lengths: Lengths, now: datetime) -> StoredRecording:
    begun = [_begun(file, lengths) for file in group]
    known = [start for start in begun if start is not None]
    ended = max(file.written for file in group)
    return StoredRecording(
        id=id_,
        store=FILES,
        start=min(known) if len(known) == len(begun) else None,
        end=ended,
        empty=not any(file.size for file in group),
        open=now - ended < _JUST_NOW and id_ != OTHERS,
        locked=id_ == OTHERS,
    )


def _begun(file: SeenFile, lengths: Lengths) -> datetime | None:
    """The earliest that the footage in a file may begin; None where that has no bound."""
    kind = _kind(file)
    if kind in _MOVIES and not (lengths.makes_timelapses and kind == ".avi"):
        return None if lengths.movie is None else file.written - lengths.movie - _SLACK
    return None if kind in _MOVIES | _TIMELAPSES else file.written


def _is_older(file: SeenFile, lengths: Lengths, cutoff: datetime, now: datetime) -> bool | None:
    if cutoff >= now or file.written < cutoff:
        return True
    start = _begun(file, lengths)
    return None if start is None else start < cutoff


def _is_ours(file: SeenFile) -> bool:
    return _kind(file) in _PICTURES | _MOVIES | _TIMELAPSES


def _kind(file: SeenFile) -> str:
    return PurePosixPath(file.path).suffix.lower()


def _hour(file: SeenFile) -> str:
    return file.written.astimezone(UTC).strftime("%Y-%m-%dT%HZ")
