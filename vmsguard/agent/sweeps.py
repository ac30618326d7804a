"""When a target is to be looked at again: at its next sweep, duty, or at an edge of what is decided by time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from vmsguard.agent.chance import fraction
from vmsguard.model.inventory import Camera
from vmsguard.run.fleet import Fleet

__all__ = ["edges_after", "first_sweep", "next_look", "next_sweep"]

_SPREAD = 0.2
"""Sweeps come up to a tenth early or late, so that a fleet enrolled in one minute is not asked in one minute."""


def next_sweep(last: datetime, interval: timedelta, seed: str, target: str) -> datetime:
    """About one interval after the last; where in the spread differs from time to time."""
    chance = fraction(seed, target, last.isoformat())
    return last + interval * (1 - _SPREAD / 2 + _SPREAD * chance)


def first_sweep(now: datetime, interval: timedelta, seed: str, target: str) -> datetime:
    """Somewhere in the first tenth of the interval: soon, and not all targets at once."""
    return now + interval * fraction(seed, target, "first") / 10


def edges_after(now: datetime, fleet: Fleet, cameras: Iterable[Camera]) -> Iterator[datetime]:
    """Moments still to come at which what is asked of these cameras changes without anybody changing a file.

    Exceptions begin and expire, holds and freezes begin and end; each acts at its own second.
    """
    here = tuple(cameras)
    names = {camera.id for camera in here}
    sites = {camera.site for camera in here}
    for grant in fleet.grants:
        if names & set(grant.cameras):
            yield from _ahead(now, grant.starts, grant.expires)
    for hold in fleet.holds:
        if names & set(hold.cameras):
            yield from _ahead(now, hold.starts, hold.ends)
    for freeze in fleet.freezes:
        if sites & set(freeze.sites):
            yield from _ahead(now, freeze.starts, freeze.ends)


def _ahead(now: datetime, *moments: datetime | None) -> Iterator[datetime]:
    # A time without an offset is no time; what states one is not valid, and says so when it is judged.
    yield from (at for at in moments if at is not None and at.tzinfo is not None and at > now)


def next_look(sweep: datetime, aims: Iterable[datetime], edges: Iterable[datetime]) -> datetime:
    """The earliest of them."""
    return min((sweep, *aims, *edges))
