"""What people ordered, and what of a plan may be sent in view of it; what others take back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from vmsguard.agent.orders.flapping import flapping_systems
from vmsguard.agent.orders.reversals import reversals_in
from vmsguard.agent.orders.what_may_be_sent import Leave, is_duty, pauses_on
from vmsguard.model.changes import Change
from vmsguard.model.inventory import Target
from vmsguard.model.ledger import Standing
from vmsguard.model.lock import LockState, Pinned
from vmsguard.model.plan import Cause, Plan, PlannedChange
from vmsguard.model.standing_orders import Pause, PauseScope, Reversal
from vmsguard.model.vocabulary import Mode, Role, Stage
from vmsguard.policy.lock.compare import LockStanding

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TARGET = Target(id="t-1", site="s", role=Role.DEVICE, driver="d", url="http://192.0.2.1/")
ACCEPTED = LockStanding(present=True, pinned=(Pinned(kind="pack", name="p", state=LockState.ACCEPTED),))


def reversal(hours_ago: float, system: str = "zm-main", target: str = "t-1") -> Reversal:
    return Reversal(target=target, system=system, change="c", at=NOON - hours_ago * HOUR, value="")


def test_edge_case_18_three_reversals_within_a_day_by_one_system_are_too_many() -> None:
    assert () == flapping_systems([reversal(1), reversal(2)], NOON)
    assert ("zm-main",) == flapping_systems([reversal(1), reversal(2, target="t-2"), reversal(23.9)], NOON)
    assert () == flapping_systems([reversal(1), reversal(2), reversal(24)], NOON)
    assert () == flapping_systems([reversal(1), reversal(2), reversal(3, "other")], NOON)
    assert ("t-1",) == flapping_systems([reversal(hours, "") for hours in (1, 2, 3)], NOON)


def planned(target: str = "t-1", stage: Stage = Stage.STORING, control: str = "storage.edge.off") -> PlannedChange:
    verb = "footage.purge" if stage is Stage.PURGING else "recording.stop"
    return PlannedChange(
        change=Change(verb, target, "1", {"job": "j"}),
        causes=(Cause("c", "p", "r", control),),
        mode=Mode.ENFORCE,
        stage=stage,
        owner_rank=1,
        scope="channel",
    )


DUTY_PURGE = planned(stage=Stage.PURGING, control="deletion.daily")
PLAN = Plan(id="p", made_at=NOON, changes=())


def pause(scope: PauseScope, name: str = "", **more: object) -> Pause:
    return replace(Pause(scope=scope, name=name, by="role:x", since=NOON - HOUR), **more)


def test_a_task_sends_to_its_own_target_and_only_what_a_lock_holds() -> None:
    leave = Leave(TARGET, (), ACCEPTED)
    assert "" == leave(planned(), PLAN)
    assert leave(planned("t-2"), PLAN).startswith("another target")
    assert Leave(TARGET, (), LockStanding())(planned(), PLAN).startswith("not-accepted")
    assert "" == Leave(TARGET, (), LockStanding())(DUTY_PURGE, PLAN), "a duty needs no lock"
    assert not is_duty(planned(stage=Stage.PURGING, control="storage.residue.empty"))


@pytest.mark.parametrize(
    ("one", "reaches"),
    [
        (pause(PauseScope.ALL), True),
        (pause(PauseScope.SITE, "s"), True),
        (pause(PauseScope.SITE, "other"), False),
        (pause(PauseScope.TARGET, "t-1"), True),
        (pause(PauseScope.TARGET, "t-2"), False),
        (pause(PauseScope.ALL, until=NOON), False),
        (pause(PauseScope.ALL, since=NOON + HOUR), False),
    ],
)
def test_a_pause_stops_configuration_where_it_reaches_and_never_a_duty(one: Pause, reaches: bool) -> None:
    leave = Leave(TARGET, pauses_on(TARGET, [one], NOON), ACCEPTED)
    assert reaches is leave(planned(), PLAN).startswith("paused")
    assert "" == leave(DUTY_PURGE, PLAN)


def test_only_a_pause_that_says_so_stops_deletions() -> None:
    leave = Leave(TARGET, pauses_on(TARGET, [pause(PauseScope.ALL, duties=True)], NOON), ACCEPTED)
    assert leave(DUTY_PURGE, PLAN).startswith("paused")


def test_the_system_that_owns_a_configuration_is_changed_first_and_no_deletion_waits_for_it() -> None:
    owner = replace(planned("zm-main"), owner_rank=0)
    plan = Plan(id="p", made_at=NOON, changes=(owner, planned()))
    leave = Leave(TARGET, (), ACCEPTED, {"c"})
    assert leave(planned(), plan).startswith("owner-first")
    assert "" == leave(DUTY_PURGE, plan)
    assert "" == leave(planned(), PLAN)


def test_only_what_held_and_was_changed_by_us_before_was_undone() -> None:
    change = planned()
    standing = Standing(
        camera="c",
        pack="p",
        rule="r",
        control="storage.edge.off",
        endpoint="t-1/1",
        verdict="pass",
        qualifier="direct",
        basis="read-back",
        remediation="none",
        reason="",
        since=NOON,
        checked_at=NOON,
    )
    sent = {change.change.id}
    found = list(reversals_in([change, DUTY_PURGE], "t-1", [standing], sent, {}, NOON))
    assert [change.change.id] == [one.change for one in found]
    assert [] == list(reversals_in([change], "t-1", [replace(standing, verdict="fail")], sent, {}, NOON))
    assert [] == list(reversals_in([change], "t-1", [standing], (), {}, NOON))
