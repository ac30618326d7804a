"""Which of a rule's texts are in force on a day; a rule that rests on none of them binds nobody that day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from vmsguard.model.pack import Citation, Pack, Source
from vmsguard.model.vocabulary import Force

__all__ = ["SITE_ZONE", "Standing", "is_zone", "standing_on", "turning_days", "zone_of"]

SITE_ZONE = "site"
"""``timezone: site``: a pack that counts its days where the camera stands."""

_FORCES = tuple(Force)
"""Strongest first."""


class Standing(Struct, frozen=True, kw_only=True):
    """What a rule rests on for one day; ``reason`` is empty while it is in force."""

    cites: tuple[Citation, ...]
    """The citations in force; where none is, those that will be first, or else all that ended."""
    force: Force | None
    """The strongest of those citations; None where no known text is cited."""
    reason: str = ""
    """``upcoming: …`` or ``lapsed: …``, a stable code with a sentence."""
    starts: date | None = None
    """The day an upcoming rule comes into force."""

    @property
    def binds(self) -> bool:
        return not self.reason


def standing_on(day: date, cites: Iterable[Citation], sources: Mapping[str, Source]) -> Standing:
    """What the citations amount to on a day of the pack's zone.

    A text is in force from its ``from`` until the day before its ``until``. A citation of a text the pack
    does not name is taken as in force: a rule is never dropped for a slip.
    """
    cited = tuple(cites)
    now = tuple(one for one in cited if _in_force(sources.get(one.source), day))
    if now or not cited:
        return Standing(cites=now, force=_strongest(now, sources))
    known = [sources[one.source] for one in cited]
    ahead = [source.since for source in known if source.since > day]
    if ahead:
        starts = min(ahead)
        reason = f"upcoming: in force from {starts}"
        coming = tuple(one for one in cited if sources[one.source].since == starts)
        return Standing(cites=coming, force=_strongest(coming, sources), reason=reason, starts=starts)
    ended = max(source.until for source in known if source.until is not None)
    return Standing(cites=cited, force=_strongest(cited, sources), reason=f"lapsed: not in force since {ended}")


def turning_days(cites: Iterable[Citation], sources: Mapping[str, Source]) -> frozenset[date]:
    """The days on which a text that is cited comes into force or ends."""
    known = [sources[one.source] for one in cites if one.source in sources]
    return frozenset(day for source in known for day in (source.since, source.until) if day is not None)


@cache
def is_zone(name: str) -> bool:
    """Whether this machine knows a time zone of that name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # "Asia" is a folder, "../x" is refused
        return False
    return True


def zone_of(pack: Pack, site_zone: str = "") -> ZoneInfo:
    """Where the pack's days are counted; UTC for one that leaves it to a site of which nobody states the zone."""
    return ZoneInfo((site_zone if pack.timezone == SITE_ZONE else pack.timezone) or "UTC")


def _in_force(source: Source | None, day: date) -> bool:
    return source is None or (source.since <= day and (source.until is None or day < source.until))


def _strongest(cites: Iterable[Citation], sources: Mapping[str, Source]) -> Force | None:
    forces = [sources[one.source].force for one in cites if one.source in sources]
    return min(forces, key=_FORCES.index, default=None)
