"""Runs that people ask of an agent: beside its tasks, never at the same target, one at a time, stopped in order."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sites import HOUR, ORIGIN, DeviceDriver, Sites

from vmsguard.agent.control.asked_runs import AskedRuns, LeasesLost
from vmsguard.agent.control.server import Peer
from vmsguard.errors import LeaseLost, UsageError

PEER = Peer(os.getpid(), 4711, 100)
CAMERA = {"country": "DE", "modality": "thermal"}


class Gate:
    """Holds changes back until they may go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached = asyncio.Event()
        self.open = asyncio.Event()
        change = DeviceDriver.change
        gate = self

        async def held_back(self: Any, *told: Any) -> Any:
            gate.reached.set()
            await gate.open.wait()
            return await change(self, *told)

        monkeypatch.setattr(DeviceDriver, "change", held_back)


@pytest.fixture
async def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(monkeypatch)


@pytest.fixture
def two(sites: Sites) -> Sites:
    """Two cameras that record and may not, under a policy that is accepted."""
    sites.enrol({"berlin": "Europe/Berlin"}, dict.fromkeys(("a", "b"), ("berlin", CAMERA)))
    sites.accept()
    return sites


def runs_of(sites: Sites) -> AskedRuns:
    assert sites.agent is not None
    return AskedRuns(sites.agent, ORIGIN, sites._new_run)


def ask(
    runs: AskedRuns, command: str, tell: Callable[[str, int, int], None] = lambda *_: None, **more: Any
) -> asyncio.Task[Any]:
    return asyncio.ensure_future(runs.run({"command": command, **more}, PEER, tell))


async def until(so: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not so():
            await asyncio.sleep(0.01)


def all_due(sites: Sites) -> None:
    """Have the agent look at every target now."""
    assert sites.agent is not None
    sites.agent.equipment.state.wake_work(sites.devices, sites.clock.now())


def planned(sites: Sites, *, asked: bool) -> list[str]:
    return [event["run"] for event in sites.events("run.planned") if ("uid" in event) is asked]


async def test_a_run_bears_the_user_who_asked_and_tasks_bear_none(two: Sites) -> None:
    async with two.living():
        all_due(two)
        await two.look()
        answer = await ask(runs_of(two), "check")
    assert [4711] == [event["uid"] for event in two.events("run.planned") if "uid" in event]
    assert planned(two, asked=False)
    assert answer.value["evidence"]["size"] > 0
    assert ["a", "b"] == [part[0].camera for part in answer.parts]


async def test_a_target_that_a_task_works_at_is_waited_for(two: Sites, gate: Gate) -> None:
    heard: list[tuple[str, int, int]] = []
    async with two.living():
        assert two.agent is not None
        all_due(two)
        await two.agent.round()
        await gate.reached.wait()
        asked = ask(runs_of(two), "check", lambda *told: heard.append(told))
        await until(lambda: heard)
        assert [] == planned(two, asked=True)
        gate.open.set()
        await asked
    assert {("wait for tasks", 0, 2)} == set(heard[:1])
    order = [event["run"] for event in two.events("run.planned", "run.ended")]
    (mine,) = planned(two, asked=True)
    assert [mine, mine] == order[-2:], "all of it after the tasks"
    assert [] == two.problems()


async def test_no_task_begins_at_a_target_of_a_run_that_was_asked_for(two: Sites, gate: Gate) -> None:
    async with two.living():
        assert two.agent is not None
        asked = ask(runs_of(two), "apply", confirm_purge=100)
        await gate.reached.wait()
        all_due(two)
        await two.look()
        assert [] == planned(two, asked=False)
        gate.open.set()
        await asked
        assert (1, 1) == tuple(len(two.devices[name].stops) for name in ("t-a", "t-b"))
        await two.look()
        assert planned(two, asked=False), "what came due meanwhile is looked at after it"
        assert (1, 1) == tuple(len(two.devices[name].stops) for name in ("t-a", "t-b"))
    assert [] == two.problems()


async def test_two_runs_take_turns(two: Sites, gate: Gate) -> None:
    heard: list[str] = []
    async with two.living():
        runs = runs_of(two)
        first = ask(runs, "apply", limit=["a"])
        await gate.reached.wait()
        second = ask(runs, "check", lambda phase, *_: heard.append(phase), limit=["b"])
        await until(lambda: heard)
        assert "wait for another run" == heard[0]
        gate.open.set()
        answers = await asyncio.gather(first, second)
    assert ["apply", "check"] == [answer.value["command"] for answer in answers]
    begun, ended, begun_too, ended_too = (one["run"] for one in two.events("run.planned", "run.ended"))
    assert (begun, begun_too) == (ended, ended_too)


async def test_who_queues_without_end_is_told_so(two: Sites, gate: Gate) -> None:
    async with two.living():
        runs = runs_of(two)
        waiting = [ask(runs, "apply") for _ in range(4)]
        await gate.reached.wait()
        with pytest.raises(UsageError, match="too many runs"):
            await ask(runs, "check")
        for one in waiting[1:]:
            one.cancel()
        gate.open.set()
        await waiting[0]


async def test_a_run_that_is_called_off_ends_after_the_change_it_is_in(two: Sites, gate: Gate) -> None:
    async with two.living():
        assert two.agent is not None
        state = two.agent.equipment.state
        asked = ask(runs_of(two), "apply", limit=["a"], confirm_purge=100)
        await gate.reached.wait()
        for _ in range(3):  # whoever is in a hurry says so more than once
            asked.cancel()
            await asyncio.sleep(0.02)
        assert not asked.done(), "a change is under way"
        assert "asked:" in state.work("t-a").owner
        gate.open.set()
        with pytest.raises(asyncio.CancelledError):
            await asked
        assert 1 == len(two.devices["t-a"].stops)
        assert [] == two.devices["t-a"].purges, "the next change was not begun"
        assert "" == state.work("t-a").owner
        (run,) = planned(two, asked=True)
        intents = two.events("apply.intent")
        assert [(run, "accepted")] == [(one["run"], one["outcome"]) for one in two.events("apply.result")]
        assert ["recording.stop"] == [one["verb"] for one in intents]
        two.approve()
        await two.look()
        assert [run] != [one["run"] for one in two.events("apply.intent")], "a task looks at what was left"
        assert two.devices["t-a"].purges


async def test_a_check_that_is_called_off_ends_at_once(two: Sites, monkeypatch: pytest.MonkeyPatch) -> None:
    reached = asyncio.Event()

    async def never(self: Any) -> Any:
        reached.set()
        await asyncio.Event().wait()

    async with two.living():
        assert two.agent is not None
        with monkeypatch.context() as patched:
            patched.setattr(DeviceDriver, "open", never)
            asked = ask(runs_of(two), "check")
            await reached.wait()
            asked.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asked
        assert 0 == two.agent.equipment.state.leases_of("test")
        assert "check" == (await ask(runs_of(two), "check")).value["command"]


async def test_a_run_whose_target_went_to_somebody_else_sends_nothing_more(two: Sites, gate: Gate) -> None:
    async with two.living():
        assert two.agent is not None
        state = two.agent.equipment.state
        asked = ask(runs_of(two), "apply", limit=["a"], confirm_purge=100)
        await gate.reached.wait()
        two.clock.passed += timedelta(hours=2)  # it was not renewed in time
        assert state.lease("t-a", "another", two.clock.now(), HOUR) is not None
        gate.open.set()
        with pytest.raises((LeaseLost, LeasesLost)):
            await asked
        assert [] == two.devices["t-a"].purges
        assert "another" == state.work("t-a").owner, "what another holds is not given back"


async def test_a_lease_that_cannot_be_renewed_ends_the_run(
    two: Sites, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with two.living():
        assert two.agent is not None
        asked = ask(runs_of(two), "apply", limit=["a"], confirm_purge=100)
        two.agent.sleep = lambda _: gate.reached.wait()  # type: ignore[assignment,return-value]
        await gate.reached.wait()
        two.agent.equipment.state.drop_work(["t-a"])
        await asyncio.sleep(0.05)
        gate.open.set()
        with pytest.raises((LeaseLost, LeasesLost)):
            await asked
        assert [] == two.devices["t-a"].purges


async def test_what_is_explained_is_on_no_record_and_asked_for_in_turn(two: Sites, gate: Gate) -> None:
    async with two.living():
        runs = runs_of(two)
        first = ask(runs, "apply", limit=["a"])
        await gate.reached.wait()
        explained = asyncio.ensure_future(runs.explain({"cameras": ["b"]}, PEER, lambda *_: None))
        await asyncio.sleep(0)
        assert not explained.done()
        gate.open.set()
        await first
        seen = ("run.planned", "observe", "verdict", "run.ended")
        before = len(two.events(*seen))
        answer = await explained
        assert ["b"] == [part["camera"] for part in answer.parts]
        assert (1, True) == (answer.value["targets"], answer.value["reached"])
        assert before == len(two.events(*seen)) > 0


async def test_more_cameras_than_fit_into_memory_are_not_explained_at_once(
    two: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmsguard.agent.control.asked_runs._EXPLAINED", 1)
    async with two.living():
        with pytest.raises(UsageError, match="2 cameras are more than"):
            await runs_of(two).explain({"cameras": []}, PEER, lambda *_: None)


async def test_a_camera_that_the_agent_does_not_know_is_said(two: Sites) -> None:
    async with two.living():
        with pytest.raises(UsageError, match=r"--limit: no camera 'c'"):
            await ask(runs_of(two), "check", limit=["c"])


async def test_a_request_that_is_none_is_refused(two: Sites) -> None:
    async with two.living():
        with pytest.raises(UsageError, match="does not understand"):
            await ask(runs_of(two), "rollback")


async def test_other_files_and_another_installation_are_told(two: Sites) -> None:
    async with two.living():
        runs = runs_of(two)
        same = await runs.in_force({"origin": ORIGIN, "digests": {}}, PEER, lambda *_: None)
        other = await runs.in_force({"origin": ORIGIN, "digests": {"inventory": "0"}}, PEER, lambda *_: None)
        assert (list(same["differs"]), "inventory" in other["differs"]) == ([], True)
        with pytest.raises(UsageError, match=r"not of vmsguard\.example\.org"):
            await runs.in_force({"origin": "vmsguard.example.org/elsewhere"}, PEER, lambda *_: None)


async def test_files_that_changed_a_moment_ago_are_in_force_for_the_run(two: Sites) -> None:
    async with two.living():
        two.enrol({"berlin": "Europe/Berlin"}, dict.fromkeys(("a", "b", "c"), ("berlin", CAMERA)))
        answer = await ask(runs_of(two), "check")
    assert ["a", "b", "c"] == [part[0].camera for part in answer.parts]
