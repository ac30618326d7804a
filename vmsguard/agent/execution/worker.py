"""Carries out one task: everything that is due at one target, in one run, under one lease."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from vmsguard.agent.execution.executor import Lease
from vmsguard.agent.execution.last_looks import LastLooks
from vmsguard.agent.execution.leases import FencedLease
from vmsguard.agent.execution.left_open import LeftOpen
from vmsguard.agent.execution.tasks import WATCH, Done, Drop, Outcome, Retry, TaskRef
from vmsguard.agent.execution.watch_target import watch_target
from vmsguard.agent.execution.what_to_tell import alerts_of
from vmsguard.agent.fleet_in_force import FleetInForce
from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.orders.approvals import approved_count, forget_approval
from vmsguard.agent.orders.flapping import WINDOW, flapping_systems
from vmsguard.agent.orders.reversals import reversals_in
from vmsguard.agent.orders.standing_orders import pause_writes
from vmsguard.agent.orders.what_may_be_sent import Leave, is_duty, pauses_on
from vmsguard.agent.schedule.aims import aims_at
from vmsguard.agent.schedule.backoff import MOST
from vmsguard.agent.schedule.duty_clock import Tell
from vmsguard.agent.schedule.sweeps import next_look, next_sweep
from vmsguard.agent.settings import AgentSettings
from vmsguard.errors import EvidenceError, LeaseLost, SecretMissing
from vmsguard.model.inventory import Camera, Target
from vmsguard.model.ledger import Standing
from vmsguard.model.standing_orders import PauseScope
from vmsguard.model.vocabulary import Remediation, Why
from vmsguard.run.apply import purge_in_reserve, run_apply
from vmsguard.run.credentials import refused_here
from vmsguard.run.equipment import Equipment
from vmsguard.run.outcome import RunOutcome

__all__ = ["Worker"]

_WITHOUT_ROOM = 300.0
"""Seconds until a target is tried again of which nothing could be recorded; the agent tries all once there is room."""

T = TypeVar("T")

_UNDONE = frozenset({Remediation.NO_EFFECT, Remediation.REFUSED, Remediation.FAILED, Remediation.APPLIED})


@dataclass
class Worker:
    """The handler of every executor that runs beside the state."""

    equipment: Equipment
    in_force: FleetInForce
    settings: AgentSettings
    tell: Tell
    new_run: Callable[[], str]
    looks: LastLooks = field(default_factory=LastLooks)
    _lacking: set[str] = field(default_factory=set, init=False)
    """Targets for which a login was missing."""

    def __post_init__(self) -> None:
        self._left_open = LeftOpen(self.equipment)

    async def __call__(self, ref: TaskRef, lease: Lease) -> Outcome:
        self._left_open.record(ref.target)
        target = self.in_force.target(ref.target)
        if target is None or not isinstance(lease, FencedLease):
            return Drop("unknown here")
        try:
            with lease.fenced():
                if ref.kind == WATCH:
                    return await self._watch(target, lease)
                return await self._work(target, lease)
        except LeaseLost:
            return Drop("lease lost")

    async def _watch(self, target: Target, lease: FencedLease) -> Outcome:
        """What changed, or answers again after it did not, is looked at as a whole now."""
        if lease.held.attempt and refused_here(target, self.equipment):
            # A camera that locks accounts counts every try: the same login waits for its turn, another is tried now.
            return Done()
        watched = await watch_target(target, self.equipment)
        # What answers and was not changed by what was sent is not tried more often for that.
        back = watched.answered and self.looks.silent(target.id, lease.held.attempt)
        self.looks.note(target.id, answered=watched.answered)
        if watched.changes or back or self._found_again(target):
            beside = self.in_force.beside(target.id) if watched.changes else frozenset[str]()
            self.equipment.state.wake_work({target.id, *beside}, self.equipment.clock.now())
        return Done()

    async def _work(self, target: Target, lease: FencedLease) -> Outcome:
        state, clock = self.equipment.state, self.equipment.clock
        cameras = {camera.id: camera for camera in self.in_force.cameras_at(target.id)}
        if not cameras:
            return self._finish(target, lease, cameras, clock.now())
        begun = clock.now()
        if lease.held.next_due > begun:
            return Drop("done by another task")
        # A cutoff is told in whole seconds: what is deleted from this second on is deleted in this run.
        since = begun.replace(microsecond=0)
        due = {key: since for key, aim in aims_at(target.id, state, begun).items() if aim <= begun}
        before = state.standings(among=cameras.keys())
        sent = state.changes_sent(target.id)
        fleet = replace(self.in_force.about(cameras.values()), due=due)
        leave = Leave(
            target=target,
            pauses=pauses_on(target, state.pauses(begun), begun),
            lock=fleet.lock,
            owned_elsewhere={name for name, one in cameras.items() if one.managed_by not in ("", target.id)},
        )
        try:
            confirmed = approved_count(state, target.id, begun)
            outcome = await self._one_run(
                target,
                lambda run: run_apply(fleet, self.equipment, run, confirm_purge=confirmed, barred=leave),
            )
        except SecretMissing:
            self._lacking.add(target.id)
            raise
        except EvidenceError:
            if self.equipment.evidence.broken:
                raise
            # No room is left but for deletions, and those that are owed do not wait for more (DESIGN 7).
            await self._one_run(
                target, lambda run: purge_in_reserve(fleet, self.equipment, run, barred=leave.duties_only)
            )
            return Retry(_WITHOUT_ROOM)
        self.looks.note_run(target.id, outcome)
        self._follow_up(target, cameras, outcome, before, sent, lease.held.attempt)
        overdue = any(aim <= clock.now() for aim in aims_at(target.id, state, clock.now()).values())
        return (
            Retry(_pause_after(outcome, target))
            if _came_to_nothing(outcome, target, overdue=overdue)
            else self._finish(target, lease, cameras, begun)
        )

    async def _one_run(self, target: Target, carry_out: Callable[[str], Awaitable[T]]) -> T:
        """What a run comes to; where it is cut off, what it announced does not stay without a word on it."""
        run = self.new_run()
        try:
            return await carry_out(run)
        except BaseException:
            self._left_open.cut_off(target.id, run)
            raise

    def _found_again(self, target: Target) -> bool:
        """Whether a login that was missing when it was needed is there now."""
        if target.id not in self._lacking:
            return False
        try:
            self.equipment.login(target.login.change)
        except SecretMissing:
            return False
        self._lacking.discard(target.id)
        return True

    def _finish(self, target: Target, lease: FencedLease, cameras: Mapping[str, Camera], begun: datetime) -> Outcome:
        """Give the lease back with the next time there is something to do: now, for what came up since ``begun``."""
        now = self.equipment.clock.now()
        # What was aimed at already and could not be sent waits for a person, or for the next sweep.
        aims = (aim for aim in aims_at(target.id, self.equipment.state, now).values() if aim > begun)
        next_due = next_look(
            next_sweep(now, self.settings.sweep, self.settings.seed, target.id),
            aims,
            self.in_force.edges.after(begun, cameras.values()),
        )
        return Done() if self.equipment.state.finish(lease.held, next_due) else Drop("lease lost")

    def _follow_up(
        self,
        target: Target,
        cameras: Mapping[str, Camera],
        outcome: RunOutcome,
        before: Collection[Standing],
        sent: Collection[str],
        attempt: int,
    ) -> None:
        """What a run leads to besides its verdicts: approvals used up, systems that flap, people told."""
        state, now = self.equipment.state, self.equipment.clock.now()
        planned = () if outcome.plan is None else outcome.plan.changes
        if state.deletions([target.id]):
            forget_approval(state, target.id)
        for reversal in reversals_in(planned, target.id, before, sent, cameras, now):
            state.add_reversal(reversal)
        self.tell(
            (*alerts_of(outcome, before, target, cameras, attempt, now), *self._stop_flapping(target, cameras, now))
        )

    def _stop_flapping(self, here: Target, cameras: Mapping[str, Camera], now: datetime) -> Iterator[Alert]:
        """Pause what one system keeps undoing; one alert names it."""
        state = self.equipment.state
        systems = {here.id, *(camera.managed_by for camera in cameras.values())}
        recent = state.reversals(now - WINDOW, systems)
        for system in flapping_systems(recent, now):
            targets = {one.target for one in recent if (one.system or one.target) == system}
            fresh = [name for name in sorted(targets) if pause_writes(state, PauseScope.TARGET, name, "flapping", now)]
            if fresh:
                yield Alert(code="flapping", site=here.site, subject=system, at=now, target=system)


def _pause_after(outcome: RunOutcome, target: Target) -> float:
    """Seconds until another try at the least: a refused login is not hammered, for cameras lock accounts."""
    refused = any(one.target == target.id and one.why is Why.AUTH for one in outcome.unreachable)
    return MOST if refused else 0.0


def _came_to_nothing(outcome: RunOutcome, target: Target, *, overdue: bool) -> bool:
    """Whether another try soon is worth it: not reached, or sent and not seen to have worked.

    What a person or an order holds back is no failure, and does not change by trying.
    """
    if any(one.target == target.id for one in outcome.unreachable):
        return True
    planned = () if outcome.plan is None else outcome.plan.enforceable
    if overdue and any(is_duty(one) and one.change.target == target.id for one in planned):
        return True
    return outcome.sent > 0 and any(
        result.level == "rule" and result.remediation in _UNDONE for result in outcome.results
    )
