"""How every log stands at the hub, read from its files: also while no hub runs, and by whoever may read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.hub.hub_file import HubFile, SiteOfHub
from vmsguard.hub.standing_file import CopyStanding, read_standing

__all__ = ["Hearing", "SiteStanding", "standings"]


class Hearing(StrEnum):
    """What can be said of a site from here. ``unknown`` is never a good word."""

    HEARD = "heard"
    UNKNOWN = "unknown"
    """Nothing came for too long, or ever: the link, the site or its agent; from here nobody can tell."""
    REFUSED = "refused"
    """Something came that cannot be true, or a key is not known; a person has to look."""
    DAMAGED = "damaged"
    """What the hub remembers of the copy cannot be read."""


class SiteStanding(Struct, frozen=True):
    origin: str
    hearing: Hearing
    size: int
    newest: str
    """The time in the newest record, by the site's clock; empty where there is none."""
    age_seconds: int | None
    """Since then, by the hub's clock; None where nothing is there."""
    heard: str
    trouble: str
    """In words; empty where there is none."""
    kept: str
    """The file with what was refused last."""


def standings(hub: HubFile, now: datetime) -> tuple[SiteStanding, ...]:
    """Every site that the hub file names, in its order."""
    return tuple(_standing(hub, site, now) for site in hub.sites)


def _standing(hub: HubFile, site: SiteOfHub, now: datetime) -> SiteStanding:
    file = hub.standing(site.origin)
    try:
        found = read_standing(file)
    except EvidenceError as error:
        return SiteStanding(site.origin, Hearing.DAMAGED, 0, "", None, "", str(error), "")
    if found is None or not found.size:
        why = "" if site.keys else "the trust file names no key of this log"
        trouble = found.trouble.why if found is not None and found.trouble else why or "nothing came yet"
        hearing = Hearing.REFUSED if found is not None and found.trouble else Hearing.UNKNOWN
        return SiteStanding(site.origin, hearing, 0, "", None, "", trouble, _kept(file.parent, found))
    age = _age(found.newest, now)
    silent = age is None or age > hub.silent_after or _long_ago(found.heard, hub.silent_after, now)
    hearing, trouble = Hearing.HEARD, ""
    if silent:
        hearing, trouble = Hearing.UNKNOWN, "nothing newer came: what happens there is not known"
    if found.trouble is not None:
        hearing, trouble = Hearing.REFUSED, f"{found.trouble.code} at {found.trouble.at}: {found.trouble.why}"
    seconds = None if age is None else int(age.total_seconds())
    kept = _kept(file.parent, found)
    return SiteStanding(site.origin, hearing, found.size, found.newest, seconds, found.heard, trouble, kept)


def _kept(folder: Path, found: CopyStanding | None) -> str:
    if found is None or found.trouble is None or not found.trouble.kept:
        return ""
    return str(folder / "refused" / found.trouble.kept)


def _age(told: str, now: datetime) -> timedelta | None:
    try:
        return now - datetime.fromisoformat(told).astimezone(UTC)
    except ValueError:
        return None


def _long_ago(told: str, limit: timedelta, now: datetime) -> bool:
    age = _age(told, now)
    return age is None or age > limit
