"""The one function that decides every hold: approved by another, window stated, begun, not ended, reviewed.

A hold suspends deletion of what its window covers on the cameras it names, and does nothing else. One
whose review is due stays in force: to delete is final, to look again is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from msgspec import Struct

from vmsguard.model.inventory import Camera
from vmsguard.model.pack import Freeze, Hold
from vmsguard.policy.people import two_people

__all__ = [
    "REVIEW_EVERY",
    "InForce",
    "NotInForce",
    "decide_hold",
    "freezes_at",
    "holds_on",
    "latest_review",
    "review_flaw",
]

REVIEW_EVERY = timedelta(days=90)
"""The longest a hold goes unreviewed; our number, no source gives one (policy-packs 6.5, 29)."""


class InForce(Struct, frozen=True):
    hold: Hold
    review_due: bool = False
    """The day of its review has come, on the calendar of the hold's own zone."""


class NotInForce(Struct, frozen=True):
    """It keeps nothing, with every reason as ``<stable-code>: sentence``."""

    reasons: tuple[str, ...]


def decide_hold(hold: Hold, camera: Camera, now: datetime) -> InForce | NotInForce:
    """Whether the hold keeps footage of this camera at ``now``; half-open, like its window."""
    reasons = tuple(_reasons(hold, camera, now))
    if reasons:
        return NotInForce(reasons)
    today = now.astimezone(hold.starts.tzinfo).date()
    return InForce(hold, hold.review_on is not None and today >= hold.review_on)


def holds_on(camera: Camera, holds: Iterable[Hold], now: datetime) -> tuple[Hold, ...]:
    """Those in force on the camera."""
    return tuple(hold for hold in holds if isinstance(decide_hold(hold, camera, now), InForce))


def latest_review(hold: Hold) -> date:
    """The last day by which somebody must look at the hold again."""
    return (hold.reviewed_on or hold.starts.date()) + REVIEW_EVERY


def review_flaw(hold: Hold) -> str:
    """What is wrong with when the hold is looked at again; empty where nothing is."""
    latest = latest_review(hold)
    if hold.review_on is None:
        if hold.ends is not None and hold.ends.date() <= latest:
            return ""
        return f"the hold may last longer than {REVIEW_EVERY.days} days and nobody is to review it"
    if hold.review_on > latest:
        return f"review_on ({hold.review_on}) is more than {REVIEW_EVERY.days} days after it began or was reviewed"
    if hold.reviewed_on is not None and hold.review_on <= hold.reviewed_on:
        return f"review_on ({hold.review_on}) is not after reviewed_on ({hold.reviewed_on})"
    return ""


def freezes_at(site: str, freezes: Iterable[Freeze], now: datetime) -> tuple[Freeze, ...]:
    """The freezes that cap what is changed at a site now: while ``starts <= now < ends``."""
    return tuple(freeze for freeze in freezes if site in freeze.sites and freeze.starts <= now < freeze.ends)


def _reasons(hold: Hold, camera: Camera, now: datetime) -> Iterator[str]:
    if camera.id not in hold.cameras:
        yield f"hold-scope: {hold.id} does not name this camera"
    if not two_people(hold.author, hold.approver):
        yield f"hold-self-approved: {hold.id} needs an approver who is not its author"
    times = (hold.window_from, hold.window_until, hold.starts, *(() if hold.ends is None else (hold.ends,)))
    if any(time.tzinfo is None for time in times):
        yield f"hold-time: {hold.id} states a time without an offset"
        return
    if hold.window_until <= hold.window_from:
        yield f"hold-time: the window of {hold.id} ends before it begins"
    if flaw := review_flaw(hold):
        yield f"hold-unreviewed: {flaw}"
    if now < hold.starts:
        yield f"hold-not-started: {hold.id} starts on {hold.starts.isoformat()}"
    if hold.ends is not None and now >= hold.ends:
        yield f"hold-ended: {hold.id} ended on {hold.ends.isoformat()}"
