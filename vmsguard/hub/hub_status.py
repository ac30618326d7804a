"""How every log stands at the hub, read from its files: also while no hub runs, and by whoever may read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.hub.hub_file import HubFile, SiteOfHub
from vmsguard.hub.keep_refused import still_kept
from vmsguard.hub.standing_file import TroubleTold, read_broken, read_standing

__all__ = ["Hearing", "SiteStanding", "standings"]


class Hearing(StrEnum):
    """What can be said of a site from here. ``unknown`` is never a good word."""

    HEARD = "heard"
    UNKNOWN = "unknown"
    """Nothing came for too long, or ever: the link, the site or its agent; from here nobody can tell."""
    REFUSED = "refused"
    """Something came that cannot be true, or a key is not known; a person has to look."""
    DAMAGED = "damaged"
    """The copy cannot be written, or what the hub remembers of it cannot be read."""


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
    broken = read_broken(file.parent)
    refused = found.trouble if found is not None and still_kept(file.parent / "refused") else None
    kept = _kept(file.parent, refused)
    size, newest, heard = (found.size, found.newest, found.heard) if found is not None else (0, "", "")
    age = _age(newest, now)
    hearing, trouble = Hearing.HEARD, ""
    if not size:
        hearing, trouble = Hearing.UNKNOWN, "nothing came yet"
    elif age is None or age > hub.silent_after or _long_ago(heard, hub.silent_after, now):
        hearing, trouble = Hearing.UNKNOWN, "nothing newer came: what happens there is not known"
    if not site.keys:
        hearing, trouble = Hearing.UNKNOWN, "the trust file names no key of this log: nothing of it can be taken"
    if refused is not None:
        hearing, trouble = Hearing.REFUSED, f"{refused.code} at {refused.at}: {refused.why}"
    if broken:
        hearing, trouble = Hearing.DAMAGED, broken
    seconds = None if age is None else int(age.total_seconds())
    return SiteStanding(site.origin, hearing, size, newest, seconds, heard, trouble, kept)


def _kept(folder: Path, refused: TroubleTold | None) -> str:
    return "" if refused is None or not refused.kept else str(folder / "refused" / refused.kept)


def _age(told: str, now: datetime) -> timedelta | None:
    try:
        return now - datetime.fromisoformat(told).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _long_ago(told: str, limit: timedelta, now: datetime) -> bool:
    age = _age(told, now)
    return age is None or age > limit
