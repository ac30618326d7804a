"""What the calendar brings: exceptions that end soon, holds to be reviewed, freezes, a clock that was set back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from vmsguard.controls.held import keeps_in_place
from vmsguard.model.facts import Items, Known
from vmsguard.model.pack import Hold
from vmsguard.model.results import Finding
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.policy.holds import InForce, decide_hold
from vmsguard.run.fleet import Fleet
from vmsguard.run.holds import freezes_in_force

__all__ = ["time_notices"]

_WARN = timedelta(days=14)
_WARN_AGAIN = timedelta(days=3)
_TOLERANCE = timedelta(minutes=5)
"""A clock that is corrected by less was not set back."""


def time_notices(
    fleet: Fleet, snapshots: Mapping[str, CameraSnapshot], now: datetime, latest: datetime | None
) -> tuple[Finding, ...]:
    """Notices in a stable order; ``latest`` is the highest time this instance has seen."""
    behind = _clock(now, latest)
    at = now if latest is None else max(now, latest)
    return (*behind, *_exceptions(snapshots, at), *_holds(fleet, snapshots, now), *_freezes(fleet, now))


def _clock(now: datetime, latest: datetime | None) -> Iterator[Finding]:
    if latest is not None and latest - now > _TOLERANCE:
        yield Finding(
            code="clock-behind",
            subject="clock",
            message=f"this machine's clock is {latest - now} behind the latest time it was seen at; exceptions are "
            "decided at the later one",
            next_step="set the clock right; if the later time was the wrong one, restore the state from before it",
        )


def _exceptions(snapshots: Mapping[str, CameraSnapshot], now: datetime) -> Iterator[Finding]:
    standing = {
        one.grant.id: one
        for snapshot in snapshots.values()
        for one in snapshot.exceptions
        if not one.reasons and now < one.grant.expires
    }
    for name, one in sorted(standing.items()):
        left = one.grant.expires - now
        follows = {"revert": "the rule holds again"}.get(
            one.type.on_expiry, "the rule holds again and what was gained is deleted"
        )
        message = f"the exception ends on {one.grant.expires.isoformat()}; then {follows}"
        next_step = "prepare the cameras for the rule, or ask for a new exception in time"
        if left <= _WARN_AGAIN:
            yield Finding(code="exception-ends-in-3-days", subject=name, message=message, next_step=next_step)
        elif left <= _WARN:
            yield Finding(code="exception-ends-in-14-days", subject=name, message=message, next_step=next_step)


def _holds(fleet: Fleet, snapshots: Mapping[str, CameraSnapshot], now: datetime) -> Iterator[Finding]:
    for hold in fleet.holds:
        cameras = [snapshots[name].camera for name in hold.cameras if name in snapshots]
        decided = [decide_hold(hold, camera, now) for camera in cameras]
        if any(isinstance(one, InForce) and one.review_due for one in decided):
            yield Finding(
                code="hold-review-due",
                subject=hold.id,
                message=f"the hold was to be reviewed on {hold.review_on}; it stays in force",
                next_step="decide whether it is still needed: set reviewed_on and review_on, or ends",
            )
        at_risk = sorted(camera.id for camera in cameras if _deletes_by_itself(snapshots[camera.id], hold, now))
        if at_risk:
            yield Finding(
                code="hold-at-risk",
                subject=hold.id,
                message=f"a store of {', '.join(at_risk)} deletes old footage by itself, held footage included",
                next_step="export the held window and record the export, or lift the store's own time limit",
            )


def _deletes_by_itself(snapshot: CameraSnapshot, hold: Hold, now: datetime) -> bool:
    """Whether a store with a time limit of its own lies behind the camera, and the hold rests on it."""
    if hold not in snapshot.holds or not keeps_in_place(hold, snapshot.camera, snapshot.documents, now):
        return False
    settings = (fact.reading for key, fact in snapshot.facts.items() if key.name == "recording.retention")
    return any(
        setting.seconds is not None
        for reading in settings
        if isinstance(reading, Known) and isinstance(reading.value, Items)
        for setting in reading.value.values
    )


def _freezes(fleet: Fleet, now: datetime) -> Iterator[Finding]:
    for freeze in freezes_in_force(fleet.freezes, now):
        until = freeze.ends.isoformat()
        yield Finding(
            code="freeze-in-force",
            subject=freeze.id,
            message=f"changes at {', '.join(freeze.sites)} wait until {until}, except duties to delete",
            next_step="run vmsguard plan to see what waits",
        )
