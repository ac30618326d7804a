"""What the calendar brings to exceptions, holds and papers: told once each, whether or not a camera can be reached.

Each is told under the moment at which it became so: told again after a crash, it is the same alert.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.schedule.duty_clock import Tell
from vmsguard.model.inventory import Camera
from vmsguard.model.pack import Document, ExceptionGrant, Hold
from vmsguard.model.paper_days import ends, in_zone
from vmsguard.run.fleet import Fleet
from vmsguard.state.store import State

__all__ = ["CalendarAlarms", "calendar_alerts"]

_BEFORE, _AGAIN = timedelta(days=14), timedelta(days=3)
_LATELY = timedelta(days=14)
"""For as long as an end was announced beforehand it is told afterwards; then the file is a record of the past."""


@dataclass
class CalendarAlarms:
    """Asked about once a minute."""

    state: State
    tell: Tell
    _told: frozenset[Alert] = field(default=frozenset(), init=False)

    def look(self, fleet: Fleet, now: datetime) -> None:
        """Tell what has come about since the last look; of a new process what stands, which the outbox knows."""
        granted = {name for name, _ in self.state.exceptions_in_force()}
        standing = frozenset(calendar_alerts(fleet, granted, now))
        news = sorted(standing - self._told, key=lambda alert: (alert.at, alert.code, alert.subject, alert.site))
        if news:
            self.tell(news)
        self._told = standing


def calendar_alerts(fleet: Fleet, granted: Collection[str], now: datetime) -> Iterator[Alert]:
    """What stands now; ``granted`` are the exceptions that lifted something when their cameras were judged last."""
    cameras = fleet.inventory.cameras
    for grant in fleet.grants:
        if told := _of_grant(grant, granted, now):
            yield from _everywhere(*told, grant.id, _sites(grant.cameras, cameras))
    for hold in fleet.holds:
        for one in _of_hold(hold, now):
            yield from _everywhere(*one, hold.id, _sites(hold.cameras, cameras))
    for document in fleet.documents:
        for site in sorted({*document.sites, *_sites(document.cameras, cameras)}) or [""]:
            (here,) = in_zone((document,), fleet.zone_at(site))
            if told := _of_document(here, now):
                yield from _everywhere(*told, document.id, (site,))


def _of_grant(grant: ExceptionGrant, granted: Collection[str], now: datetime) -> tuple[str, datetime] | None:
    if grant.expires.tzinfo is None:  # no time at all, and refused for that
        return None
    if now >= grant.expires:
        return ("exception-ended", grant.expires) if now < grant.expires + _LATELY else None
    since = _announced(grant.expires, now)
    return ("exception-ends", since) if since and grant.id in granted else None


def _of_hold(hold: Hold, now: datetime) -> Iterator[tuple[str, datetime]]:
    if now < hold.starts:
        return
    if hold.ends is not None and now >= hold.ends:
        if now < hold.ends + _LATELY:
            yield "hold-ended", hold.ends
        return
    if hold.ends is not None and now >= hold.ends - _AGAIN:
        yield "hold-ends", hold.ends - _AGAIN
    if hold.review_on is not None:
        due = datetime.combine(hold.review_on, time(), hold.starts.tzinfo)
        if now >= due:
            yield "hold-review", due


def _of_document(document: Document, now: datetime) -> tuple[str, datetime] | None:
    end = ends(document)
    if end is None:
        return None
    if now >= end:
        return ("document-ended", end) if now < end + _LATELY else None
    since = _announced(end, now)
    return ("document-ends", since) if since else None


def _announced(end: datetime, now: datetime) -> datetime | None:
    """The moment of the last announcement; None before the first."""
    return next((end - before for before in (_AGAIN, _BEFORE) if now >= end - before), None)


def _sites(names: Iterable[str], cameras: Mapping[str, Camera]) -> set[str]:
    return {cameras[name].site for name in names if name in cameras}


def _everywhere(code: str, at: datetime, subject: str, sites: Collection[str]) -> Iterator[Alert]:
    """At each site that it concerns, for routes are of sites; what concerns none that is known goes on all of them."""
    for site in sorted(sites) or [""]:
        yield Alert(code=code, site=site, subject=subject, at=at.astimezone(UTC))
