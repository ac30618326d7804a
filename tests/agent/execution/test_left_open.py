"""A change whose task was cut off does not stay without a word: it is interrupted once nothing more can come of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sites import DeviceDriver, Sites, utc

from vmsguard.agent.execution.tasks import TaskRef
from vmsguard.model.changes import Change, Permit, Receipt
from vmsguard.net.blocking import BlockingPool

PATIENCE = 120


@pytest.fixture
def thermal(sites: Sites) -> Sites:
    sites.enrol({"berlin": "Europe/Berlin"}, {"ber-1": ("berlin", {"country": "DE", "modality": "thermal"})})
    sites.accept()
    sites.approve()
    return sites


def told(sites: Sites) -> list[tuple[str, str, str]]:
    """Of each result its outcome, its code, and the event that it answers."""
    intents = {one["seq"]: one["event"] for one in sites.events("apply.intent")}
    return [
        (one["outcome"], one.get("code", ""), " ".join(intents[seq] for seq in one["cause"]))
        for one in sites.events("apply.result")
    ]


async def lose_the_lease_during(
    thermal: Sites, change: Callable[..., Any], sending: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the task whose change was under way has been cut off."""
    lost = asyncio.Event()

    async def until_lost(_seconds: float) -> None:
        await lost.wait()
        lost.clear()  # of this task alone

    with monkeypatch.context() as patched:
        patched.setattr(thermal.executor, "_sleep", until_lost)
        patched.setattr(DeviceDriver, "change", change)
        await begun(thermal, sending)
        with thermal.state() as state:
            state.end_leases()
        lost.set()
        await asyncio.wait_for(thermal.executor.idle(), PATIENCE)


async def begun(sites: Sites, sending: asyncio.Event) -> None:
    """A round whose task is in the middle of its first change when this returns."""
    assert sites.agent is not None
    sites.clock.passed += timedelta(hours=1)
    await sites.agent.round()
    await asyncio.wait_for(sending.wait(), PATIENCE)


async def test_a_change_that_a_stop_cuts_off_is_interrupted_before_the_log_is_closed(
    thermal: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending = asyncio.Event()

    async def never_ends(self: DeviceDriver, change: Change, permit: Permit) -> Receipt:
        sending.set()
        await asyncio.Event().wait()
        raise AssertionError("cut off")

    monkeypatch.setattr(DeviceDriver, "change", never_ends)
    async with thermal.living():
        await begun(thermal, sending)
        assert thermal.agent is not None
        (intent,) = thermal.agent.equipment.evidence.open_intents
        thermal.executor._grace = 0.0
    assert [("interrupted", "task-cut-off", "apply.intent")] == told(thermal)
    (result,) = thermal.events("apply.result")
    assert ([intent.seq], "t-ber-1") == (result["cause"], result["target"])
    async with thermal.living():
        assert 1 == len(told(thermal)), "the next start finds nothing without a result"


async def test_a_change_whose_lease_was_lost_is_interrupted_and_its_target_is_looked_at_anew(
    thermal: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending, whole = asyncio.Event(), DeviceDriver.change

    async def never_ends(self: DeviceDriver, change: Change, permit: Permit) -> Receipt:
        sending.set()
        await asyncio.Event().wait()
        raise AssertionError("cut off")

    async with thermal.living():
        await lose_the_lease_during(thermal, never_ends, sending, monkeypatch)
        assert [("interrupted", "task-cut-off", "apply.intent")] == told(thermal)
        assert whole is DeviceDriver.change
        await thermal.live(utc(25, 3))
        assert not thermal.devices["t-ber-1"].recording
    found = thermal.problems()
    assert all(one.startswith("run-cut-short") and "later did all" in one for one in found), found


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """What a driver's thread waits for."""
    event = threading.Event()
    yield event
    event.set()


async def test_while_a_drivers_thread_may_still_send_it_nothing_is_said_and_the_next_task_of_the_target_tells_it(
    thermal: Sites, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool, sending = BlockingPool(), asyncio.Event()

    async def in_a_thread(self: DeviceDriver, change: Change, permit: Permit) -> Receipt:
        sending.set()
        await pool.run(self.target.id, held.wait)
        raise AssertionError("cut off")

    async with thermal.living():
        assert thermal.agent is not None
        worker = thermal.agent.handler
        worker._left_open._pool = pool
        await lose_the_lease_during(thermal, in_a_thread, sending, monkeypatch)
        assert [] == told(thermal), "it may reach the device yet"
        (thread,) = pool._left_behind["t-ber-1"]
        held.set()
        await asyncio.to_thread(thread.join)
        await thermal.executor.dispatch([TaskRef("berlin", "t-other", "watch")])
        await thermal.executor.idle()
        assert [] == told(thermal), "a task at another target says nothing of it"
        await thermal.executor.dispatch([TaskRef("berlin", "t-ber-1", "watch")])
        await asyncio.wait_for(thermal.executor.idle(), PATIENCE)
        assert [("interrupted", "task-cut-off", "apply.intent")] == told(thermal)
        thermal.clock.passed += timedelta(minutes=1)
        await thermal.look()
        assert 1 == len([one for one in told(thermal) if one[0] == "interrupted"])
