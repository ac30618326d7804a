"""The loop at work: drift found at once, a system that flaps, a target that answers again, a lease that is lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec import structs
from sites import HOUR, Sites, utc

from vmsguard.agent import agent as loop
from vmsguard.errors import EvidenceError, StateError
from vmsguard.model.standing_orders import PauseScope

MINUTES = timedelta(minutes=1)


def thermal(sites: Sites) -> None:
    sites.enrol({"berlin": "Europe/Berlin"}, {"ber-1": ("berlin", {"country": "DE", "modality": "thermal"})})
    sites.accept()
    sites.approve()


async def test_edge_case_15_a_firmware_update_that_switches_recording_on_again_is_found_by_the_watch(
    sites: Sites,
) -> None:
    thermal(sites)
    device = sites.devices["t-ber-1"]
    async with sites.living():
        await sites.live(utc(25, 1))
        assert not device.recording
        sites.clock.passed = timedelta(hours=1, minutes=10)
        await sites.look()
        device.firmware = "2.0"
        device.switch_on()
        sites.clock.passed += 6 * MINUTES
        await sites.look()
        assert not device.recording, "found long before the next sweep"
        assert [utc(25, 1), utc(25, 1, 16)] == device.stops
    exposed = [
        event for event in sites.events("verify") if event.get("exposure_to") and event.get("rule") == "saving-off"
    ]
    assert "2026-10-25T01:16:00Z" == exposed[-1]["exposure_to"]


async def test_edge_case_18_three_reversals_stop_our_writes_and_no_deletion_and_name_the_system(sites: Sites) -> None:
    thermal(sites)
    device = sites.devices["t-ber-1"]
    async with sites.living():
        for hour in range(1, 15):
            sites.clock.passed = hour * HOUR
            await sites.look()
            device.switch_on()
        with sites.state() as state:
            # Found at 02:00, 03:00 and 04:00; the one of 05:00 stands.
            assert 4 == len(state.reversals(utc(25, 0)))
            (pause,) = state.pauses(sites.clock.now())
    assert (PauseScope.TARGET, "t-ber-1", "agent", "flapping") == (pause.scope, pause.name, pause.by, pause.reason)
    assert ["t-ber-1"] == [alert.subject for alert in sites.alerts if alert.code == "flapping"]
    # Stopped at 01:00, and after each of the reversals found at 02:00, 03:00 and 04:00.
    assert [utc(25, hour) for hour in (1, 2, 3, 4)] == device.stops
    # 01:00 is the first deletion, 13:00 half a gap later: duties go on.
    assert {utc(25, 1), utc(25, 13)} <= set(device.purges)
    assert ["flapping"] == [event["reason_code"] for event in sites.events("writes.paused")]


async def test_edge_case_9_what_answers_again_is_deleted_from_before_its_pause_is_over(sites: Sites) -> None:
    thermal(sites)
    device = sites.devices["t-ber-1"]
    async with sites.living():
        await sites.live(utc(25, 10))
        device.offline = True
        await sites.live(utc(26, 2))
        with sites.state() as state:
            work = state.work("t-ber-1")
        assert work is not None
        assert work.not_before is not None
        assert work.attempt > 3
        device.offline = False
        sites.clock.passed = timedelta(hours=26, minutes=10)
        await sites.look()
        assert device.purges[-1] == utc(26, 2, 10)
    assert [utc(26, 1).isoformat()] == [event["due"].replace(".000000Z", "+00:00") for event in missed(sites)]


async def test_what_answers_and_does_not_delete_is_tried_at_growing_pauses_whatever_the_watch_sees(
    sites: Sites,
) -> None:
    thermal(sites)
    device = sites.devices["t-ber-1"]
    device.ignores_purges = True
    async with sites.living():
        await sites.live(utc(25, 12), step=MINUTES)
        assert sites.agent is not None
        work = sites.agent.equipment.state.work("t-ber-1")
    assert work is not None
    assert work.attempt > 6
    tries = len(device.purges)
    assert 8 < tries < 40, "an hour apart in the end, not five minutes"


def missed(sites: Sites) -> list[dict[str, str]]:
    return [event for event in sites.events("duty.missed") if event["rule"] == "daily"]


async def test_files_with_mistakes_leave_what_was_in_force_in_force(sites: Sites) -> None:
    thermal(sites)
    async with sites.living():
        await sites.live(utc(25, 1))
        sites.write("inventory.yaml", "no inventory")
        await sites.live(utc(25, 13))
        assert sites.agent is not None
        assert sites.agent.in_force.trouble
    assert utc(25, 13) in sites.devices["t-ber-1"].purges


async def test_a_state_that_stays_away_is_told_after_a_minute_and_no_restart_of_a_database_is(
    sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    thermal(sites)

    def away(*_: object) -> None:
        raise StateError("the database does not answer")

    async with sites.living():
        agent = sites.agent
        assert agent is not None
        await sites.look()
        with monkeypatch.context() as patched:
            patched.setattr(type(agent.equipment.state), "due_work", away)
            for seconds in (0, 59, 60, 61, 119, 120):
                sites.clock.passed = timedelta(seconds=seconds)
                await agent.round_in_spite_of_the_state()
                told = [alert.at for alert in sites.alerts if alert.code == "state-stopped"]
                assert told == [utc(25, 0, minute) for minute in (1, 2) if seconds >= 60 * minute]
        await agent.round_in_spite_of_the_state()
        assert not agent.trouble


async def test_evidence_that_cannot_be_written_is_told_before_the_agent_ends(
    sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    thermal(sites)
    async with sites.living():
        assert sites.agent is not None
        await sites.look()
        with monkeypatch.context() as patched:
            patched.setattr(type(sites.agent.equipment.evidence), "broken", "no space is left")
            with pytest.raises(EvidenceError):
                await sites.agent.round()
    assert ["evidence"] == [alert.subject for alert in sites.alerts if alert.code == "evidence-stopped"]


async def test_what_is_aimed_at_while_a_run_is_under_way_does_not_wait_for_the_next_sweep(sites: Sites) -> None:
    thermal(sites)
    sites.settings = structs.replace(sites.settings, sweep=timedelta(days=1))
    device = sites.devices["t-ber-1"]
    async with sites.living():
        sites.clock.passed = timedelta(hours=3)
        await sites.look()
        assert [utc(25, 3)] == device.purges
        with sites.state() as state:
            state.wake_work(["t-ber-1"], sites.clock.now())
        sites.clock.passed = timedelta(hours=15, seconds=-1)  # a second before half of the gap has run
        takes = iter([timedelta(seconds=2)])
        footage = device.footage

        def slow() -> list[tuple[int, datetime, datetime]]:
            sites.clock.passed += next(takes, timedelta())
            return footage()

        device.footage = slow  # type: ignore[method-assign]
        await sites.look()
    assert [utc(25, 3), utc(25, 15, 0, 1)] == device.purges


async def test_a_site_with_more_due_than_is_read_at_once_does_not_keep_another_from_its_turn(
    sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    cameras = {f"dark-{n}": ("dark", {"country": "DE", "modality": "visible"}) for n in range(6)}
    cameras["lit-1"] = ("lit", {"country": "DE", "modality": "visible"})
    sites.enrol({"dark": "Europe/Berlin", "lit": "Europe/Berlin"}, cameras)
    sites.accept()
    sites.settings = structs.replace(sites.settings, starts_per_second=2.0)
    monkeypatch.setattr(loop, "_AT_ONCE", 3)
    async with sites.living():
        agent = sites.agent
        assert agent is not None
        with sites.state() as state:
            state.wake_work([f"t-dark-{n}" for n in range(6)], utc(25, 0))
            state.wake_work(["t-lit-1"], utc(25, 1))
        sites.clock.passed = 2 * HOUR
        assert {"dark"} == {one.site for one in agent.equipment.state.due_work(sites.clock.now(), 3)}
        handed = agent._due(sites.clock.now(), sites.clock.monotonic())
        assert {"dark", "lit"} == {ref.site for ref in handed}
        assert len(handed) == len({ref.target for ref in handed})
