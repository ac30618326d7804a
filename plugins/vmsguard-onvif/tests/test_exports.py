"""Exports of others: seen where events tell of them, ended by their own verb, and never called over on a guess."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from vmsguard_onvif import pull_point

from vmsguard.errors import GuardTripped
from vmsguard.model.changes import Change
from vmsguard.model.fact_values import ExternalDestination
from vmsguard.model.vocabulary import Layer
from vmsguard.simulator import topic_set
from vmsguard.testing import Session

ON = {"event_subscription": "on"}
EXPORTING: dict[str, Any] = {"storages": [], "recordings": {"active": False, "export_seconds": 600}}
RUNNING = ExternalDestination("export:export-1", "export", True)
STOP = Change("storage.external.remove", "cam", "*", {"destination": "export:export-1"})


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that stalls makes no pull point silent."""
    monkeypatch.setattr("vmsguard_onvif.pull_point._GRACE", 10.0)


async def destinations(session: Session) -> Any:
    facts = await session.read()
    runtime, stored = (
        next(fact.reading.value for key, fact in facts.items() if (key.name, key.layer) == ("storage.external", layer))
        for layer in (Layer.RUNTIME, Layer.STORED)
    )
    assert runtime == stored
    return runtime


@pytest.mark.parametrize(("seconds", "values"), [(600, (RUNNING,)), (0, ())])
async def test_a_device_that_tells_of_exports_is_believed_as_to_which_run(
    simulate: Any, seconds: int, values: tuple[ExternalDestination, ...]
) -> None:
    setup = {"storages": [], "recordings": {"active": False, "export_seconds": seconds}}
    async with simulate(**setup) as simulated, simulated.session(**ON) as session:
        found = await destinations(session)
    assert (found.values, found.complete) == (values, True)


async def test_unheard_an_export_may_run_and_the_reading_says_how_to_hear_of_it(simulate: Any) -> None:
    async with simulate(**EXPORTING) as simulated, simulated.session() as session:
        found = await destinations(session)
        assert simulated.simulator.camera("cam").truth.exports == ("export-1",)
    assert (found.values, found.complete) == ((), False)
    assert "(event_subscription)" in found.missing


async def test_where_a_subscription_was_asked_for_and_failed_the_reading_says_at_what(simulate: Any) -> None:
    camera = {"persona": "drops-connection-on-events", **EXPORTING}
    async with simulate(**camera) as simulated, simulated.session(**ON) as session:
        found = await destinations(session)
    assert (found.values, found.complete) == ((), False)
    assert "the device's events could not be heard: CreatePullPointSubscription: " in found.missing
    assert "event_subscription" not in found.missing


async def test_where_a_device_has_more_to_tell_than_is_taken_an_export_may_be_among_the_rest(
    simulate: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull_point, "MOST_MESSAGES", 1)
    async with simulate(**EXPORTING) as simulated:
        camera = simulated.simulator.camera("cam")
        jobs = camera.state.configuration.jobs
        jobs += [deepcopy(jobs[0]) for _ in range(60)]
        for number, job in enumerate(jobs):
            job.token = f"job-{number}"
        async with simulated.session(write=True, **ON) as session:
            found = await destinations(session)
            with pytest.raises(GuardTripped, match="more to tell than is taken"):
                await session.change(STOP)
        assert camera.truth.exports == ("export-1",)
        assert simulated.simulator.writes_of("cam") == 0
    assert (found.values, found.complete) == ((), False)
    assert "more events to tell" in found.missing


async def test_events_that_do_not_list_exports_leave_it_open_whether_any_runs(
    simulate: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = topic_set._topics
    monkeypatch.setattr(topic_set, "_topics", lambda device: (t for t in listed(device) if "Monitoring" not in t))
    setup = {"storages": [], "recordings": {"active": False, "export_seconds": 0}}
    async with simulate(**setup) as simulated, simulated.session(**ON) as session:
        found = await destinations(session)
    assert (found.complete, found.missing) == (False, "the device lists no event that tells of running exports")


async def test_a_camera_that_can_export_nothing_is_asked_nothing_about_it(simulate: Any) -> None:
    async with simulate(storages=[], recordings={"active": False}) as simulated, simulated.session() as session:
        assert (await destinations(session)).complete


@pytest.mark.parametrize("begun_by", ["ExportRecordedData", "ExportRecordedSegments"])
async def test_an_export_is_ended_by_the_verb_of_what_began_it_and_is_gone_when_read_back(
    simulate: Any, begun_by: str
) -> None:
    async with simulate(**EXPORTING) as simulated:
        camera = simulated.simulator.camera("cam")
        camera.state.exports[0].begun_by = begun_by
        async with simulated.session(write=True, **ON) as session:
            assert (await session.change(STOP)).reported == "accepted"
            assert (await destinations(session)).values == ()
        assert camera.truth.exports == ()
        assert simulated.simulator.writes_of("cam") == 1
        async with simulated.session(write=True, **ON) as session:
            assert (await session.change(STOP)).reported == "already"
        assert simulated.simulator.writes_of("cam") == 1


async def test_an_acknowledged_stop_without_effect_is_read_back_as_running(simulate: Any) -> None:
    async with simulate(persona="acknowledges-everything", **EXPORTING) as simulated:
        async with simulated.session(write=True, **ON) as session:
            assert (await session.change(STOP)).reported == "accepted"
            assert (await destinations(session)).values == (RUNNING,)
        assert simulated.simulator.camera("cam").truth.exports == ("export-1",)


@pytest.mark.parametrize(("persona", "options"), [("honest", {}), ("drops-connection-on-events", ON)])
async def test_what_cannot_be_heard_is_not_stopped_on_a_guess(
    simulate: Any, persona: str, options: dict[str, str]
) -> None:
    async with simulate(persona=persona, **EXPORTING) as simulated:
        async with simulated.session(write=True, **options) as session:
            with pytest.raises(GuardTripped) as raised:
                await session.change(STOP)
        assert "event_subscription" in raised.value.hint
        assert simulated.simulator.writes_of("cam") == 0
        assert simulated.simulator.camera("cam").truth.exports == ("export-1",)
