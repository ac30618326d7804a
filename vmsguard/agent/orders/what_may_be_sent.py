"""What the agent sends by itself: duties always; configuration only as accepted, and while nothing stops it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from msgspec import Struct

from vmsguard.model.inventory import Target
from vmsguard.model.lock import LockState
from vmsguard.model.plan import Plan, PlannedChange
from vmsguard.model.standing_orders import Pause, PauseScope
from vmsguard.model.vocabulary import Mode, Stage
from vmsguard.policy.lock.compare import LockStanding
from vmsguard.run.duties import CONTROLS

__all__ = ["Leave", "is_duty", "pauses_on"]


def is_duty(planned: PlannedChange) -> bool:
    """Whether a change carries out a deletion that is owed again and again, and nothing besides."""
    return planned.stage is Stage.PURGING and {cause.control for cause in planned.causes} <= CONTROLS


def pauses_on(target: Target, pauses: Iterable[Pause], now: datetime) -> tuple[Pause, ...]:
    """The pauses in force that reach a target."""
    reached = {(PauseScope.ALL, ""), (PauseScope.SITE, target.site), (PauseScope.TARGET, target.id)}
    return tuple(
        pause
        for pause in pauses
        if (pause.scope, pause.name) in reached and pause.since <= now and (pause.until is None or now < pause.until)
    )


class Leave(Struct, frozen=True):
    """What one task may send to its target; called with a change, and the plan it stands in, by the run.

    A change of another target waits for that target's own turn: each has one writer.
    """

    target: Target
    pauses: tuple[Pause, ...]
    """Those that reach the target."""
    lock: LockStanding
    owned_elsewhere: Collection[str] = ()
    """Cameras whose configuration another target owns and would put back."""

    def __call__(self, planned: PlannedChange, plan: Plan) -> str:
        """Why the change is not sent now; empty where nothing stands in its way."""
        if planned.change.target != self.target.id:
            return "another target's turn"
        if is_duty(planned):
            return "paused: deletions too" if any(pause.duties for pause in self.pauses) else ""
        if self.pauses:
            pause = self.pauses[0]
            return f"paused: {pause.reason or 'by hand'} ({pause.scope.value})"
        waiting = sorted({cause.pack for cause in planned.causes if not self._accepted(cause.pack)})
        if waiting:
            return f"not-accepted: no lock holds {', '.join(waiting)} as it is here"
        if self._owner_first(planned, plan):
            return "owner-first: the system that owns this configuration is changed before"
        return ""

    def duties_only(self, planned: PlannedChange, plan: Plan) -> str:
        """As when it is called, of a task that may carry out deletions that are owed and nothing else."""
        return self(planned, plan) if is_duty(planned) else "only duties: the evidence has no room for anything else"

    def _accepted(self, pack: str) -> bool:
        pinned = self.lock.pack(pack)
        return pinned is not None and pinned.state is LockState.ACCEPTED

    def _owner_first(self, planned: PlannedChange, plan: Plan) -> bool:
        cameras = {cause.camera for cause in planned.causes} & set(self.owned_elsewhere)
        return bool(cameras) and any(
            other.mode is Mode.ENFORCE
            and other.change.target != self.target.id
            and other.stage is not Stage.PURGING
            and cameras & {cause.camera for cause in other.causes}
            and other.owner_rank < planned.owner_rank
            for other in plan.changes
        )
