"""Which events a purge deletes: all that hold footage from before the cutoff; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from vmsguard.model.held_window import HeldWindow
from vmsguard_zoneminder.local_time import as_utc, naive
from vmsguard_zoneminder.rows import Event

__all__ = ["Selection", "select"]

_EARLIEST_ZONE = timedelta(hours=14)
_LATEST_ZONE = timedelta(hours=-12)
_ONE_CLOCK = timedelta(days=1)
_CHANGE_OF_CLOCKS = timedelta(hours=1)
"""The offset is that of recent events: those of before the clocks last changed are an hour off."""


class Selection(Struct, frozen=True):
    """Event ids by what is to become of them."""

    delete: tuple[int, ...]
    locked: tuple[int, ...]
    """Archived: ZoneMinder answers 200 to their deletion and deletes nothing."""
    undecided: tuple[int, ...]
    """Their local times, in a zone nobody knows, do not tell whether they are older."""
    held: tuple[int, ...] = ()
    """A held window may touch them: they are left whole."""


def select(
    events: Iterable[Event],
    *,
    cutoff: datetime,
    named: Collection[str],
    offset: timedelta | None,
    now: datetime,
    held: Sequence[HeldWindow] = (),
) -> Selection:
    """Events that began before the cutoff, of those named or of all if none is named, and that nobody holds.

    An event is one file or directory: one that straddles the cutoff holds footage from before it and goes
    as a whole. Where the zone is unknown, whoever named an event has decided; else both extremes of the
    world's zones must agree, or all that is listed now is older anyway.
    """
    delete: list[int] = []
    locked: list[int] = []
    undecided: list[int] = []
    kept: list[int] = []
    for event in events:
        if named and str(event.id) not in named:
            continue
        if held and _is_held(event, held, offset, now):
            kept.append(event.id)
            continue
        older = _is_older(event, cutoff, offset, now)
        if older is None and named:
            older = True
        if older is None:
            undecided.append(event.id)
        elif older:
            (locked if event.archived else delete).append(event.id)
    return Selection(tuple(delete), tuple(locked), tuple(undecided), tuple(kept))


def _is_held(event: Event, held: Sequence[HeldWindow], offset: timedelta | None, now: datetime) -> bool:
    """Whether the event may hold a part of a window, wherever its local times may lie in UTC."""
    start, end = naive(event.start_date_time), naive(event.end_date_time)
    if start is None:
        return True
    earliest, latest = (_EARLIEST_ZONE, _LATEST_ZONE) if offset is None else (offset, offset)
    if offset is not None and now.replace(tzinfo=None) + offset - start > _ONE_CLOCK:
        earliest, latest = earliest + _CHANGE_OF_CLOCKS, latest - _CHANGE_OF_CLOCKS
    first = (start - earliest).replace(tzinfo=UTC)
    last = None if end is None else (end - latest).replace(tzinfo=UTC)
    return any(window.touches(first, last) for window in held)


def _is_older(event: Event, cutoff: datetime, offset: timedelta | None, now: datetime) -> bool | None:
    if cutoff >= now:
        return True
    start = as_utc(event.start_date_time, offset)
    if start is not None:
        return start < cutoff
    local = naive(event.start_date_time)
    if local is None:
        return None
    written = local.replace(tzinfo=UTC)
    if written - _LATEST_ZONE < cutoff:
        return True
    if written - _EARLIEST_ZONE >= cutoff:
        return False
    return None
