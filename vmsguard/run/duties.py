"""Duties to delete: when each was met or missed, when it is due next, and when nothing is owed any more. Pure.

A duty is due the longest gap after the cutoff of the last verified deletion (DESIGN 8). Data written just
after one purge must be gone by the end of the next, so what counts is when the next deletion was verified.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from vmsguard.model.duty_watch import DutyWatch
from vmsguard.model.inventory import Camera
from vmsguard.model.ledger import Deletion, Duty
from vmsguard.model.results import Result
from vmsguard.model.vocabulary import WHOLE, Qualifier, Verdict

__all__ = [
    "CONTROLS",
    "DutyKey",
    "Happened",
    "enrolled",
    "key_of",
    "latest_deletion",
    "no_longer_owed",
    "owed",
    "regauged",
    "settle",
]

CONTROLS = frozenset({"deletion.daily", "deletion.periodic"})
"""What owes a deletion again and again."""

_HOLDS = frozenset({Verdict.PASS, Verdict.NOT_APPLICABLE})

DutyKey: TypeAlias = tuple[str, str, str, str, str]
"""``(camera, pack, rule, target, channel)``."""


class Happened(Struct, frozen=True):
    """One thing to record of a duty; ``duty`` as it was when that happened."""

    event: str
    duty: Duty
    at: datetime | None = None
    since: datetime | None = None
    """The cutoff of the verified deletion before, or the enrolment."""
    code: str = ""
    verified: bool = False
    """A deletion was verified, in time or not."""
    day: str = ""
    """The calendar day that passed without one."""

    @property
    def gap_seconds(self) -> int:
        return 0 if self.at is None or self.since is None else max(0, int((self.at - self.since).total_seconds()))


def key_of(entry: Duty | DutyWatch) -> DutyKey:
    return entry.camera, entry.pack, entry.rule, entry.target, entry.channel


def latest_deletion(deletions: Iterable[Deletion], target: str, channel: str) -> Deletion | None:
    """The verified deletion that reached furthest at a place, or on the target as a whole."""
    here = [entry for entry in deletions if entry.target == target and entry.channel in (channel, WHOLE)]
    return max(here, key=lambda entry: entry.cutoff, default=None)


def enrolled(result: Result, gap: timedelta, done: Deletion | None, now: datetime) -> tuple[Duty, list[Happened]]:
    """A new duty: due one gap after the last verified deletion, or after its enrolment where there was none."""
    target, _, channel = result.endpoint.partition("/")
    begun = done.cutoff if done is not None and result.verdict is Verdict.PASS else now
    duty = Duty(
        camera=result.camera,
        pack=result.pack,
        rule=result.rule,
        target=target,
        channel=channel,
        max_gap_seconds=int(gap.total_seconds()),
        next_due=begun + gap,
        enrolled_at=now,
    )
    return duty, [Happened("duty.due", duty)]


def settle(
    duty: Duty, done: Deletion | None, before: Deletion | None, now: datetime, *, holds: bool
) -> tuple[Duty, list[Happened]]:
    """The duty as it stands at ``now``, and what happened to it since it was last looked at.

    ``done`` is the last verified deletion at its place, ``before`` the last one before this run. ``holds``
    says that its control passed: a deletion of one store alone does not meet a duty to delete them all.
    """
    gap = timedelta(seconds=duty.max_gap_seconds)
    begun = duty.next_due - gap
    happened: list[Happened] = []
    since = duty.enrolled_at if before is None else before.cutoff
    if done is not None and holds and done.cutoff > begun:
        since = begun if since >= done.cutoff else since
        event = "duty.met" if done.ended <= duty.next_due else "duty.missed"
        happened.append(Happened(event, duty, done.ended, since, verified=True))
        duty = replace(duty, next_due=done.cutoff + gap)
        since = done.cutoff
    if now > duty.next_due:
        happened.append(Happened("duty.missed", duty, now, since))
        duty = replace(duty, next_due=duty.next_due + gap * -((duty.next_due - now) // gap))
    if happened:
        happened.append(Happened("duty.due", duty))
    return duty, happened


def regauged(duty: Duty, gap: timedelta) -> tuple[Duty, list[Happened]]:
    """The duty under another gap than it was enrolled with: the old one ends, the new one begins where it began."""
    old = timedelta(seconds=duty.max_gap_seconds)
    if gap == old:
        return duty, []
    new = replace(duty, max_gap_seconds=int(gap.total_seconds()), next_due=duty.next_due - old + gap)
    return new, [Happened("duty.ended", duty, code="gap-changed"), Happened("duty.due", new)]


def no_longer_owed(
    duty: Duty, results: Iterable[Result], cameras: Mapping[str, Camera], *, asked: bool, retired: Collection[str] = ()
) -> str:
    """Why nothing is owed any more, as a stable code; empty while it is.

    Only what was seen ends a duty: what nobody could judge leaves it standing. ``results`` are those of the
    duty's rule on its camera, ``cameras`` those enrolled; ``asked`` says that this run asked for the deletion.
    A camera that the inventory lost owes what it owed, until the record of its disposal puts it into ``retired``.
    """
    camera = cameras.get(duty.camera)
    if camera is None:
        return "camera-retired" if duty.camera in retired else ""
    if duty.target not in {ref.target for ref in camera.endpoints}:
        return "endpoint-retired"
    told = tuple(results)
    rule = next((result for result in told if result.level == "rule"), None)
    if rule is None:
        return "rule-not-applied"
    if rule.verdict is Verdict.PASS and rule.qualifier is Qualifier.EXCEPTION:
        return "excepted"
    if asked:
        return ""
    if rule.verdict is Verdict.NOT_APPLICABLE:
        return "rule-not-applicable"
    place = f"{duty.target}/{duty.channel}"
    here = [result for result in told if result.control and result.endpoint == place]
    off = bool(here) and all(result.verdict in _HOLDS for result in here)
    return "switched-off" if off else ""


def owed(
    results: Iterable[Result], gaps: Mapping[tuple[str, str], timedelta]
) -> dict[DutyKey, tuple[Result, timedelta]]:
    """What deletion controls ask of endpoints, by the duty it makes, with the gap that its rule allows."""
    asked: dict[DutyKey, tuple[Result, timedelta]] = {}
    for result in results:
        gap = gaps.get((result.pack, result.rule))
        if result.control not in CONTROLS or gap is None or not result.endpoint:
            continue
        if result.verdict is not Verdict.NOT_APPLICABLE:
            target, _, channel = result.endpoint.partition("/")
            asked[(result.camera, result.pack, result.rule, target, channel)] = (result, gap)
    return asked
