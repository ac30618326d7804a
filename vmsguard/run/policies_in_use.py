"""The packs a run went by, as its outcome tells them: which version, accepted or not, and due to be read again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from msgspec import Struct

from vmsguard.model.lock import LockState
from vmsguard.model.results import Upcoming
from vmsguard.policy.in_force import zone_of
from vmsguard.policy.review import review_overdue
from vmsguard.run.fleet import Fleet

__all__ = ["ComingRule", "PolicyInUse", "coming_rules", "policies_in_use"]


class PolicyInUse(Struct, frozen=True, kw_only=True):
    pack: str
    version: str
    sha256: str
    reviewed_next: date
    """The day by which its texts are to be read again."""
    review_overdue: bool
    lock: str = ""
    """``accepted``, ``differs``, ``edited-in-place`` or ``not-locked``; empty without a lock."""
    note: str = ""
    """Why what it asks is only proposed."""


class ComingRule(Struct, frozen=True, kw_only=True, rename={"starts": "from"}):
    """A rule that is not in force yet, and what it would say today."""

    pack: str
    rule: str
    starts: date
    today: dict[str, int]
    """How many cameras would have each verdict."""
    would_fail: tuple[str, ...] = ()
    """The cameras that would break it."""


def policies_in_use(fleet: Fleet, now: datetime) -> tuple[PolicyInUse, ...]:
    """The packs assigned to the cameras of this run, by id."""
    packs = {rules.pack.id: rules for camera in fleet.cameras for rules in fleet.rules.get(camera.site, ())}
    found = []
    for name, rules in sorted(packs.items()):
        pack, zone = rules.pack, zone_of(rules.pack, rules.zone)
        pinned = fleet.lock.pack(name)
        found.append(
            PolicyInUse(
                pack=name,
                version=pack.version,
                sha256=pack.digest,
                reviewed_next=pack.reviewed_next,
                review_overdue=review_overdue(pack, now.astimezone(zone).date()),
                lock="" if pinned is None else pinned.state.value,
                note="" if pinned is None or pinned.state is LockState.ACCEPTED else pinned.blocker,
            )
        )
    return tuple(found)


def coming_rules(upcoming: Iterable[Upcoming]) -> tuple[ComingRule, ...]:
    """One entry for each rule, the next to come first."""
    found: dict[tuple[date, str, str], tuple[dict[str, int], list[str]]] = {}
    for one in upcoming:
        today, failing = found.setdefault((one.starts, one.pack, one.rule), ({}, []))
        today[one.verdict.value] = today.get(one.verdict.value, 0) + 1
        if one.verdict.value == "fail":
            failing.append(one.camera)
    return tuple(
        ComingRule(pack=pack, rule=rule, starts=starts, today=dict(sorted(today.items())), would_fail=tuple(failing))
        for (starts, pack, rule), (today, failing) in sorted(found.items())
    )
