"""When a target is to be looked at again: at its next sweep, duty, or at an edge of what is decided by time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from vmsguard.agent.schedule.chance import fraction
from vmsguard.model.inventory import Camera
from vmsguard.run.fleet import Fleet

__all__ = ["Edges", "first_sweep", "next_look", "next_sweep"]

_SPREAD = 0.2
"""Sweeps come up to a tenth early or late, so that a fleet enrolled in one minute is not asked in one minute."""


def next_sweep(last: datetime, interval: timedelta, seed: str, target: str) -> datetime:
    """About one interval after the last; where in the spread differs from time to time."""
    chance = fraction(seed, target, last.isoformat())
    return last + interval * (1 - _SPREAD / 2 + _SPREAD * chance)


def first_sweep(now: datetime, interval: timedelta, seed: str, target: str) -> datetime:
    """Somewhere in the first tenth of the interval: soon, and not all targets at once."""
    return now + interval * fraction(seed, target, "first") / 10


class Edges:
    """Moments at which what is asked of cameras changes without anybody changing a file.

    Exceptions begin and expire, holds and freezes begin and end; each acts at its own second. Made once for a fleet,
    for each of its targets asks.
    """

    def __init__(self, fleet: Fleet) -> None:
        self._of_cameras: dict[str, list[datetime]] = {}
        self._of_sites: dict[str, list[datetime]] = {}
        for grant in fleet.grants:
            for name in grant.cameras:
                self._of_cameras.setdefault(name, []).extend(_told(grant.starts, grant.expires))
        for hold in fleet.holds:
            for name in hold.cameras:
                self._of_cameras.setdefault(name, []).extend(_told(hold.starts, hold.ends))
        for freeze in fleet.freezes:
            for name in freeze.sites:
                self._of_sites.setdefault(name, []).extend(_told(freeze.starts, freeze.ends))

    def after(self, now: datetime, cameras: Iterable[Camera]) -> Iterator[datetime]:
        """Those of these cameras that are still to come."""
        here = tuple(cameras)
        moments = [self._of_cameras.get(camera.id, ()) for camera in here]
        moments += [self._of_sites.get(site, ()) for site in {camera.site for camera in here}]
        yield from (at for some in moments for at in some if at > now)


def _told(*moments: datetime | None) -> Iterator[datetime]:
    # A time without an offset is no time; what states one is not valid, and says so when it is judged.
    yield from (at for at in moments if at is not None and at.tzinfo is not None)


def next_look(sweep: datetime, aims: Iterable[datetime], edges: Iterable[datetime]) -> datetime:
    """The earliest of them."""
    return min((sweep, *aims, *edges))
