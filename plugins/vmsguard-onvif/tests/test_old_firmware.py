"""Firmware from before GetServices: what its list of capabilities names is judged; nothing else is called absent."""

from __future__ import annotations

from typing import Any

import pytest

from vmsguard.model.changes import Change
from vmsguard.model.facts import Absent, Items, Known, Unknown
from vmsguard.model.vocabulary import Layer, Why

OLD = {"persona": "no-get-services"}


def told(facts: Any, name: str, layer: Layer = Layer.RUNTIME) -> Any:
    (found,) = [fact.reading for key, fact in facts.items() if (key.name, key.layer) == (name, layer)]
    return found


async def test_what_is_listed_is_read_and_changed_as_on_any_other(simulate: Any) -> None:
    async with simulate(**OLD, rules=["tt:FaceRecognition"]) as simulated:
        async with simulated.session(write=True) as session:
            facts = await session.read()
            assert {job.id: job.active for job in told(facts, "recording.jobs").value.values} == {"job-1": True}
            found = {item.id: item.task for item in told(facts, "analytics.functions").value.values}
            assert found == {"rule:analytics-1/FaceRecognition-1": "face-identification"}
            assert {item.kind for item in told(facts, "stream.services").value.values} == {
                "rtsp",
                "snapshot",
                "multicast",
            }
            for verb, arguments in (
                ("recording.stop", {"job": "job-1"}),
                ("stream.stop", {"service": "rtsp"}),
                ("analytics.stop", {"function": "rule:analytics-1/FaceRecognition-1"}),
            ):
                assert (await session.change(Change(verb, "cam", "source-1", arguments))).reported == "accepted"
        truth = simulated.simulator.camera("cam").truth
        assert (truth.records, truth.streams, truth.recognises) == (False, False, False)


async def test_what_it_could_name_and_does_not_is_absent_and_what_it_could_not_is_unknown(simulate: Any) -> None:
    async with simulate(**OLD, recordings=None, rules=None, modules=None) as simulated, simulated.session() as session:
        facts = await session.read()
    assert told(facts, "ptz.movable") == Absent("GetCapabilities lists no PTZ service")
    jobs = told(facts, "recording.jobs")
    assert (jobs.why, jobs.detail.partition(";")[0]) == (
        Why.UNSUPPORTED_UNPROVEN,
        "GetCapabilities lists no Recording service",
    )
    links = told(facts, "cloud.links")
    assert isinstance(links, Unknown) or links.value.complete is False
    for name in ("stream.services", "analytics.functions"):
        reading = told(facts, name)
        incomplete = isinstance(reading, Known) and isinstance(reading.value, Items) and not reading.value.complete
        assert incomplete or (isinstance(reading, Unknown) and reading.why is Why.UNSUPPORTED_UNPROVEN)


@pytest.mark.parametrize("options", [{}, {"event_subscription": "on"}])
async def test_addresses_in_the_old_list_keep_their_path_alone(simulate: Any, options: dict[str, str]) -> None:
    async with simulate(persona="no-get-services+wrong-xaddr", recordings={"active": False}) as simulated:
        async with simulated.session(**options) as session:
            facts = await session.read()
            assert len(session.identity.foreign_addresses) == 1
        # Every service was found at the enrolled host, the address of a subscription among them.
        assert told(facts, "recording.jobs").value.complete
        assert isinstance(told(facts, "deletion.announced"), Known if options else Unknown)
        assert simulated.simulator.open_subscriptions("cam") == 0
