"""The evidence has a disk of its own and it is full: deletions go on, everything else waits and says so."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from typing import Any

import pytest
from disk_that_fills import DiskThatFills
from sites import HOUR, Sites, utc

from vmsguard.agent.execution import worker
from vmsguard.errors import EvidenceError, StateError
from vmsguard.model.standing_orders import Pause, PauseScope
from vmsguard.state.store import State

MINUTE = timedelta(minutes=1)


@pytest.fixture
def disk(sites: Sites) -> DiskThatFills:
    sites.disk = DiskThatFills(sites.clock)
    sites.enrol({"berlin": "Europe/Berlin"}, {"ber-1": ("berlin", {"country": "DE", "modality": "visible"})})
    sites.accept()
    sites.approve()
    return sites.disk


async def live_in_spite(sites: Sites, until: object, step: timedelta) -> None:
    """As an agent lives: what a round raises is its own to judge."""
    assert sites.agent is not None
    while sites.clock.real() <= until:  # type: ignore[operator]
        for _ in range(2):
            await sites.agent.round_in_spite_of_the_state()
            await sites.executor.idle()
        sites.clock.passed += step


def codes(sites: Sites) -> set[str]:
    return {alert.code for alert in sites.alerts}


async def test_what_is_owed_is_deleted_and_recorded_from_the_reserve_and_all_else_waits(
    sites: Sites, disk: DiskThatFills
) -> None:
    device = sites.devices["t-ber-1"]
    async with sites.living():
        await live_in_spite(sites, utc(25, 3), HOUR)
        sites.alerts.clear()
        disk.room = 0
        begun = len(device.purges)
        await live_in_spite(sites, utc(27, 3), 10 * MINUTE)
        assert len(device.purges) - begun in range(4, 8), "about one every twelve hours"
        assert ["evidence-stopped"] == sorted(codes(sites)), "and so no duty is late"
        told = [alert.at for alert in sites.alerts]
        assert timedelta(hours=1) == min(later - one for one, later in itertools.pairwise(told))
        lost = sites.events("write.failed")
        assert ["ENOSPC"] == [one["error"] for one in lost]
        after = [
            one
            for one in sites.events("apply.intent", "purge", "duty.met", "observe", "verify", "run.planned")
            if one["seq"] > lost[0]["seq"]
        ]
        assert {"apply.intent", "purge", "duty.met"} == {one["event"] for one in after}
        assert len(device.purges) - begun == len([one for one in after if one["event"] == "purge"])

        disk.room = None
        device.firmware = "2.0"
        await live_in_spite(sites, utc(27, 4), MINUTE)
        assert not sites.agent.trouble  # type: ignore[union-attr]
        last = sites.events("observe", "heartbeat", "run.ended")
        assert {"observe", "heartbeat", "run.ended"} == {one["event"] for one in last if one["seq"] > after[-1]["seq"]}
    assert [] == [one for one in sites.events("duty.missed") if one["rule"] == "daily"]
    assert [
        "write-failed: heartbeat could not be written: the disk was full; a complete run followed"
    ] == sites.problems()


async def test_what_the_device_did_not_delete_is_late_and_missed_although_only_the_miss_is_recorded(
    sites: Sites, disk: DiskThatFills
) -> None:
    device = sites.devices["t-ber-1"]
    async with sites.living():
        await live_in_spite(sites, utc(25, 3), HOUR)
        disk.room = 0
        device.ignores_purges = True
        await live_in_spite(sites, utc(26, 14), 10 * MINUTE)
    assert {"duty-slow", "duty-late", "duty-missed", "evidence-stopped"} <= codes(sites)
    assert ["daily"] == [one["rule"] for one in sites.events("duty.missed")]
    assert [] == sites.events("duty.warned", "duty.paged")


async def test_a_pause_and_a_clock_that_is_set_back_meanwhile_are_on_record_once_there_is_room(
    sites: Sites, disk: DiskThatFills
) -> None:
    async with sites.living():
        await live_in_spite(sites, utc(25, 3), HOUR)
        disk.room = 0
        await live_in_spite(sites, utc(25, 5), 10 * MINUTE)
        with sites.state() as state:
            state.put_pause(Pause(scope=PauseScope.ALL, name="", by="role:officer", since=utc(25, 2), reason=""))
        sites.clock.set_by = -2 * HOUR
        await live_in_spite(sites, utc(25, 6), 10 * MINUTE)
        assert [] == sites.events("writes.paused")
        disk.room = None
        await live_in_spite(sites, utc(25, 7), 10 * MINUTE)
    assert ["by-hand"] == [one["reason_code"] for one in sites.events("writes.paused")]
    assert "clock-jumped" in codes(sites)


async def test_a_reserve_that_is_used_up_ends_the_agent_and_says_so(sites: Sites, disk: DiskThatFills) -> None:
    async with sites.living():
        await live_in_spite(sites, utc(25, 3), HOUR)
        disk.room = 0
        await live_in_spite(sites, utc(25, 4), 10 * MINUTE)
        disk.room = 0
        with pytest.raises(EvidenceError, match="the reserve is used up"):
            await live_in_spite(sites, utc(26, 4), 10 * MINUTE)
        assert sites.clock.real() < utc(25, 6), "at the next sign of life already"
    assert "evidence-stopped" in codes(sites)
    disk.room = None
    async with sites.living():
        await live_in_spite(sites, utc(26, 6), 10 * MINUTE)
    assert utc(26, 1) == sites.devices["t-ber-1"].purges[-1]
    assert {"torn-record", "write-failed"} >= {one.partition(":")[0] for one in sites.problems()}


async def test_a_disk_that_filled_and_has_room_again_between_two_rounds_keeps_no_target_waiting(
    sites: Sites, disk: DiskThatFills
) -> None:
    device = sites.devices["t-ber-1"]
    async with sites.living():
        await live_in_spite(sites, utc(25, 3), HOUR)
        assert sites.agent is not None
        with sites.state() as state:
            state.wake_work(["t-ber-1"], sites.clock.now())
        disk.room = 0
        await sites.agent.round_in_spite_of_the_state()
        await sites.executor.idle()
        with sites.state() as state:
            work = state.work("t-ber-1")
            assert work is not None
            assert work.not_before is not None, "it could not be recorded, and waits"
        disk.room = None
        device.firmware = "2.0"
        runs = len(sites.events("run.ended"))
        await sites.look()
        assert runs + 1 == len(sites.events("run.ended")), "at once, and not minutes later"


async def test_a_task_that_ends_without_room_after_there_is_room_again_is_tried_at_once(
    sites: Sites, disk: DiskThatFills, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, waiting = asyncio.Event(), asyncio.Event()
    whole = worker.purge_in_reserve

    async def slow(*given: Any, **named: Any) -> int:
        waiting.set()
        await go_on.wait()
        return await whole(*given, **named)

    monkeypatch.setattr(worker, "purge_in_reserve", slow)
    async with sites.living():
        await live_in_spite(sites, utc(25, 3), HOUR)
        assert sites.agent is not None
        with sites.state() as state:
            state.wake_work(["t-ber-1"], sites.clock.now())
        disk.room = 0
        await sites.agent.round_in_spite_of_the_state()
        await asyncio.wait_for(waiting.wait(), 120)
        await sites.agent.round_in_spite_of_the_state()
        disk.room = None
        await sites.agent.round_in_spite_of_the_state()
        runs = len(sites.events("run.ended"))
        go_on.set()
        await sites.executor.idle()
        assert runs == len(sites.events("run.ended"))
        await sites.look()
        assert runs + 1 == len(sites.events("run.ended"))


async def test_a_state_that_is_away_when_there_is_room_again_is_asked_once_more(
    sites: Sites, disk: DiskThatFills, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StateError("the database does not answer")

    async with sites.living():
        await live_in_spite(sites, utc(25, 3), HOUR)
        assert sites.agent is not None
        disk.room = 0
        await live_in_spite(sites, utc(25, 5), 10 * MINUTE)
        disk.room = None
        runs = len(sites.events("run.ended"))
        with monkeypatch.context() as patched:
            patched.setattr(State, "wake_work", away)
            await sites.agent.round_in_spite_of_the_state()
        await sites.look()
        assert runs + 1 == len(sites.events("run.ended"))
