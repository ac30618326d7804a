"""The functions that the driver tells of simulated cameras, and how they are switched off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from vmsguard_onvif.outside_onvif import ANALYSING

from vmsguard.errors import DeviceFault, GuardTripped, NotSupported, Refused
from vmsguard.model.changes import Change
from vmsguard.model.facts import Fact, FactKey, Items, Known, Unknown
from vmsguard.model.vocabulary import Layer, Role, Why
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Analyser, Device
from vmsguard.simulator.personas import PERSONAS, Manner, Persona, Reply
from vmsguard.simulator.soap import SoapRequest

FACES = {"classes": ["Human", "Head", "Face"]}


@pytest.fixture
def more_personas(monkeypatch: pytest.MonkeyPatch) -> Callable[[Persona], None]:
    """Makes a persona known under its name for one test."""
    return lambda persona: monkeypatch.setitem(PERSONAS, persona.name, persona)


def functions(facts: dict[FactKey, Fact], channel: str = "source-1", layer: Layer = Layer.RUNTIME) -> Items[Any]:
    (found,) = (
        fact.reading
        for key, fact in facts.items()
        if (key.name, key.channel, key.layer) == ("analytics.functions", channel, layer)
    )
    assert isinstance(found, Known), found
    return found.value


def tasks(items: Items[Any]) -> dict[str, tuple[str, bool | None]]:
    return {function.id: (function.task, function.enabled) for function in items.values}


async def told(simulated: Any, channel: str = "source-1", layer: Layer = Layer.RUNTIME) -> dict[str, Any]:
    async with simulated.session() as session:
        return tasks(functions(await session.read(), channel, layer))


def stop(function: str, channel: str = "source-1") -> Change:
    return Change("analytics.stop", "cam", channel, {"function": function})


# -- rules and modules, wherever they are configured


async def test_a_configuration_that_no_profile_holds_is_read_too(simulate: Any) -> None:
    async with simulate(rules=["tt:FaceRecognition"], modules=[]) as simulated:
        for profile in simulated.simulator.camera("cam").state.configuration.profiles:
            profile.analytics = ""
        assert await told(simulated) == {"rule:analytics-1/FaceRecognition-1": ("face-identification", True)}


@pytest.mark.parametrize("missing", ["media", "media2"])
async def test_either_media_service_is_enough(simulate: Any, missing: str) -> None:
    async with simulate(rules=["tt:FaceRecognition"], without=[missing]) as simulated:
        assert await told(simulated) == {"rule:analytics-1/FaceRecognition-1": ("face-identification", True)}


async def test_what_one_channel_searches_for_is_not_told_of_the_other(simulate: Any) -> None:
    async with simulate(channels=2, rules=["tt:FaceRecognition"]) as simulated:
        simulated.simulator.camera("cam").state.configuration.analytics[1].rules.clear()
        assert await told(simulated, "source-1") == {
            "rule:analytics-1/FaceRecognition-1": ("face-identification", True)
        }
        # The topic that the device announces for the first channel is explained by its rule.
        assert await told(simulated, "source-2") == {}


async def test_two_rules_of_one_name_do_not_hide_each_other(simulate: Any) -> None:
    both = [{"type": "tt:FaceRecognition", "name": "x"}, {"type": "tt:LineDetector", "name": "x"}]
    for rules in (both, both[::-1]):
        async with simulate(rules=rules) as simulated:
            assert await told(simulated) == {"rule:analytics-1/x": ("face-identification", True)}


async def test_a_type_that_is_supported_and_not_configured_is_not_installed(simulate: Any) -> None:
    supported = {"supported": [{"type": "tt:FaceRecognition"}]}
    async with simulate(rules=["tt:LineDetector"], searching=supported) as simulated:
        assert await told(simulated) == {"rule:analytics-1/LineDetector-1": ("other", True)}
        assert simulated.simulator.camera("cam").truth.recognises is False


# -- what a type's own words leave open is asked of the device


@pytest.mark.parametrize(
    ("supported", "task"),
    [
        ({"topics": ["tns1:RuleEngine/Recognition/Face"]}, "face-identification"),
        ({"topics": ["tns1:RuleEngine/acme:X9/Seen"], "items": ["EnrollmentID"]}, "face-identification"),
        ({"topics": ["tns1:RuleEngine/MyRuleDetector/FaceDetect"]}, "face-detection"),
        ({"topics": ["tns1:RuleEngine/LineDetector/Crossed"]}, "unclassified"),
        ({}, "unclassified"),
    ],
)
async def test_a_rule_of_an_unknown_type_is_what_its_events_say(simulate: Any, supported: Any, task: str) -> None:
    searching = {"supported": [{"type": "acme:X9", **supported}]}
    async with simulate(rules=["acme:X9"], searching=searching) as simulated:
        assert await told(simulated) == {"rule:analytics-1/X9-1": (task, True)}


@pytest.mark.parametrize(
    ("sample", "task"),
    [
        (FACES, "face-detection"),
        ({**FACES, "face": ["Age", "Gender"]}, "face-attributes"),
        ({**FACES, "label": True}, "unclassified"),
        ({"classes": ["Human", "Vehicle"]}, "unclassified"),
        (None, "unclassified"),
    ],
)
async def test_a_module_of_an_unknown_type_is_what_its_metadata_show(simulate: Any, sample: Any, task: str) -> None:
    searching = {"supported": [{"type": "tnssamsung:WiseAI", "kind": "module", "sample": sample}]}
    async with simulate(modules=["tnssamsung:WiseAI"], searching=searching) as simulated:
        assert await told(simulated) == {"module:analytics-1/WiseAI-1": (task, True)}


@pytest.mark.parametrize(
    ("classes", "task"),
    [(["Person", "Face"], "face-detection"), (["Person", "Vehicle"], "other"), ([], "unclassified")],
)
async def test_a_rule_without_a_filter_finds_every_class_it_could_name(
    simulate: Any, classes: list[str], task: str
) -> None:
    searching = {"supported": [{"type": "tt:ObjectDetection", "classes": classes}]}
    async with simulate(rules=["tt:ObjectDetection"], searching=searching) as simulated:
        assert await told(simulated) == {"rule:analytics-1/ObjectDetection-1": (task, True)}


# -- applications


async def test_applications_are_told_by_name_by_events_and_by_nothing(simulate: Any) -> None:
    programs = [
        {"id": "FaceRecognition"},
        {"id": "a1", "name": "face detection"},
        {"id": "DetectorApp", "topics": ["FaceDetection"]},
        {"id": "Counter", "active": False, "autostart": False},
    ]
    async with simulate(applications=programs) as simulated:
        assert await told(simulated) == {
            "application:FaceRecognition": ("face-identification", True),
            "application:a1": ("face-detection", True),
            "application:DetectorApp": ("face-detection", True),
            "application:Counter": ("unclassified", False),
        }


async def test_an_application_that_starts_with_the_device_is_only_off_until_then(simulate: Any) -> None:
    async with simulate(applications=[{"id": "FaceRecognition", "active": False, "autostart": True}]) as simulated:
        assert await told(simulated) == {"application:FaceRecognition": ("face-identification", False)}
        stored = await told(simulated, layer=Layer.STORED)
        assert stored == {"application:FaceRecognition": ("face-identification", True)}


async def test_deactivating_stops_an_application_and_uninstalls_nothing(simulate: Any) -> None:
    async with simulate(applications=[{"id": "FaceRecognition", "does": "face-identification"}]) as simulated:
        assert simulated.simulator.camera("cam").truth.recognises is True
        async with simulated.session(write=True) as session:
            assert (await session.change(stop("application:FaceRecognition"))).reported == "accepted"
            assert (await session.change(stop("application:FaceRecognition"))).reported == "already"
        device = simulated.simulator.camera("cam")
        assert device.truth.recognises is False
        assert [program.id for program in device.state.configuration.applications] == ["FaceRecognition"]
        assert simulated.simulator.writes_of("cam") == 1
        assert await told(simulated, layer=Layer.STORED) == {
            "application:FaceRecognition": ("face-identification", False)
        }


async def test_an_application_that_starts_again_is_not_stored_as_off(simulate: Any) -> None:
    async with simulate(applications=[{"id": "FaceRecognition", "keeps_autostart": True}]) as simulated:
        async with simulated.session(write=True) as session:
            await session.change(stop("application:FaceRecognition"))
        assert await told(simulated) == {"application:FaceRecognition": ("face-identification", False)}
        stored = await told(simulated, layer=Layer.STORED)
        assert stored == {"application:FaceRecognition": ("face-identification", True)}


# -- topics of events


class HidesItsEvents(Persona):
    """Lists an Events service and drops every connection to it."""

    name = "hides-events"

    def instead(self, device: Device, request: SoapRequest) -> Reply | None:
        return Reply(0, b"", Manner.DROP) if request.operation == "GetEventProperties" else None


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("tns1:RuleEngine/Recognition/Face", "unclassified"),
        ("tns1:VideoSource/tnssamsung:FaceDetection", "face-detection"),
        ("tns1:OpenApp/WiseAI/ObjectDetection", "unclassified"),
        ("tns1:RuleEngine/Radiometry/BodyTemperatureAlarm", "body-temperature"),
    ],
)
async def test_a_topic_without_a_function_is_neither_on_nor_off(simulate: Any, topic: str, expected: str) -> None:
    async with simulate(searching={"announces": [topic]}) as simulated:
        path = topic.replace("tns1:", "").replace("tnssamsung:", "")
        assert await told(simulated) == {f"topic:{path}": (expected, None)}


async def test_topics_of_interfaces_and_lines_are_no_hints(simulate: Any) -> None:
    topics = ["tns1:Monitoring/NetworkInterface", "tns1:RuleEngine/LineDetector/Crossed"]
    async with simulate(searching={"announces": topics}) as simulated:
        assert await told(simulated) == {}


async def test_a_topic_that_a_supported_type_names_as_its_own_hints_at_nothing(simulate: Any) -> None:
    searching = {
        "supported": [{"type": "tt:FaceRecognition"}],
        "announces": ["tns1:RuleEngine/Recognition/Face"],
    }
    async with simulate(rules=["tt:FaceRecognition"], searching=searching) as simulated:
        function = "rule:analytics-1/FaceRecognition-1"
        assert await told(simulated) == {function: ("face-identification", True)}
        async with simulated.session(write=True) as session:
            await session.change(stop(function))
        assert await told(simulated) == {}


async def test_a_device_without_an_analytics_service_can_still_announce_recognition(simulate: Any) -> None:
    searching = {"announces": ["tns1:RuleEngine/Recognition/Face"], "recognises_unlisted": True}
    async with simulate(rules=None, modules=None, searching=searching) as simulated:
        assert await told(simulated) == {"topic:RuleEngine/Recognition/Face": ("unclassified", None)}


async def test_topics_that_cannot_be_read_leave_the_list_open_and_all_else_readable(
    simulate: Any, more_personas: Any
) -> None:
    more_personas(HidesItsEvents())
    async with simulate(persona="hides-events", rules=["tt:LineDetector"]) as simulated, simulated.session() as session:
        facts = await session.read()
        found = functions(facts)
        assert found.complete is False
        assert tasks(found) == {"rule:analytics-1/LineDetector-1": ("other", True)}
        jobs = [fact.reading for key, fact in facts.items() if key.name == "recording.jobs"]
        assert [type(reading) for reading in jobs] == [Known, Known]


# -- searching recordings by a picture or by words


@pytest.mark.parametrize(("hours", "jobs", "enabled"), [(72, True, True), (0, False, None), (None, False, False)])
async def test_a_search_is_on_where_there_is_something_to_search(
    simulate: Any, hours: int | None, jobs: bool, enabled: bool | None
) -> None:
    recordings = {"active": jobs, "history_hours": hours or 0}
    searching = {"image_search": True, "language_search": True}
    async with simulate(recordings=recordings, searching=searching) as simulated:
        if hours is None:
            have = simulated.simulator.camera("cam").state.configuration
            have.recordings, have.jobs = [], []
        expected = {"search:image": ("unclassified", enabled), "search:language": ("unclassified", enabled)}
        assert await told(simulated) == expected


async def test_no_search_is_told_of_a_device_without_one(simulate: Any) -> None:
    async with simulate(searching={"image_search": False}) as simulated:
        assert await told(simulated) == {}


# -- faces at doors


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (None, ("unclassified", None)),
        ([], ("unclassified", None)),
        ([["pt:Card", "pt:PIN"]], ("unclassified", False)),
        ([["pt:Card", "pt:Face"]], ("face-verification", None)),
        ([["pt:Face", "pt:Card"]], ("unclassified", None)),
        ([["pt:Face"]], ("face-identification", None)),
        ([["pt:Face", "pt:Fingerprint"]], ("face-identification", None)),
        ([["pt:Card", "pt:Face"], ["pt:Face"]], ("face-identification", None)),
        ([["pt:Card"]] * 25, ("unclassified", None)),
    ],
)
async def test_a_face_at_a_door_is_one_to_one_only_after_a_claim(simulate: Any, levels: Any, expected: Any) -> None:
    searching = {"credentials": ["pt:Card", "pt:Face"], "levels": levels}
    async with simulate(searching=searching) as simulated:
        assert await told(simulated) == {"credential:face": expected}


async def test_a_door_that_takes_no_faces_has_no_such_function(simulate: Any) -> None:
    async with simulate(searching={"credentials": ["pt:Card"], "levels": [["pt:Card"]]}) as simulated:
        assert await told(simulated) == {}


async def test_credentials_of_people_are_never_asked_for(simulate: Any, more_personas: Any) -> None:
    asked: list[str] = []

    class Listens(Persona):
        name = "listens"

        def instead(self, device: Device, request: SoapRequest) -> Reply | None:
            asked.append(request.operation)
            return None

    more_personas(Listens())
    searching = {"credentials": ["pt:Face"], "levels": [["pt:Face"]]}
    async with simulate(persona="listens", searching=searching) as simulated:
        await told(simulated)
    assert {name for name in asked if "Credential" in name} == set()
    assert "GetSecurityLevelList" in asked


# -- switching off


@pytest.mark.parametrize("function", ["search:image", "credential:face", "topic:RuleEngine/Recognition/Face"])
async def test_what_has_no_lever_is_never_touched(simulate: Any, function: str) -> None:
    searching = {
        "image_search": True,
        "credentials": ["pt:Face"],
        "levels": [["pt:Face"]],
        "announces": ["tns1:RuleEngine/Recognition/Face"],
    }
    async with simulate(searching=searching) as simulated:
        assert function in await told(simulated)
        async with simulated.session(write=True) as session:
            with pytest.raises(DeviceFault) as refused:
                await session.change(stop(function))
        assert refused.value.code == "NoLever"
        assert not isinstance(refused.value, (Refused, NotSupported))
        assert simulated.simulator.writes_of("cam") == 0


async def test_each_rule_is_deleted_by_a_call_of_its_own(simulate: Any) -> None:
    async with simulate(rules=["tt:FaceRecognition", "tt:LineDetector"], modules=["acme:FaceEngine"]) as simulated:
        async with simulated.session(write=True) as session:
            for function in ("rule:analytics-1/FaceRecognition-1", "module:analytics-1/FaceEngine-1"):
                assert (await session.change(stop(function))).reported == "accepted"
                assert (await session.change(stop(function))).reported == "already"
        assert simulated.simulator.writes_of("cam") == 2
        truth = simulated.simulator.camera("cam").truth
        assert (truth.rules, truth.modules, truth.recognises) == (("LineDetector-2",), (), False)


async def test_a_name_with_a_slash_is_found_by_its_configuration(simulate: Any) -> None:
    async with simulate(rules=[{"type": "tt:FaceRecognition", "name": "gate/4"}]) as simulated:
        async with simulated.session(write=True) as session:
            await session.change(stop("rule:analytics-1/gate/4"))
        assert simulated.simulator.camera("cam").truth.rules == ()


async def test_a_configuration_that_is_not_listed_gets_no_write(simulate: Any) -> None:
    async with simulate(rules=["tt:FaceRecognition"]) as simulated, simulated.session(write=True) as session:
        with pytest.raises(GuardTripped):
            await session.change(stop("rule:analytics-7/FaceRecognition-1"))
        assert simulated.simulator.writes_of("cam") == 0


@pytest.mark.parametrize(("function", "code"), [("rule", "FixedRules"), ("module", "FixedModules")])
async def test_fixed_functions_are_refused_by_their_own_code(simulate: Any, function: str, code: str) -> None:
    camera = {"persona": "fixed-rules", "rules": ["acme:FaceMatch"], "modules": ["acme:FaceMatch"]}
    async with simulate(**camera) as simulated, simulated.session(write=True) as session:
        with pytest.raises(Refused) as refused:
            await session.change(stop(f"{function}:analytics-1/FaceMatch-1"))
        assert refused.value.code == code


class DeletesBehindItsBack(Persona):
    """Keeps a rule in the media services' configuration that the Analytics service lists no more."""

    name = "two-lists"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        told = operation.handle(call)
        return "" if name in {"GetRules", "GetAnalyticsModules"} else told


async def test_a_rule_that_only_a_media_service_shows_counts_and_is_deleted(simulate: Any, more_personas: Any) -> None:
    more_personas(DeletesBehindItsBack())
    async with simulate(persona="two-lists", rules=["tt:FaceRecognition"]) as simulated:
        function = "rule:analytics-1/FaceRecognition-1"
        assert await told(simulated) == {function: ("face-identification", True)}
        async with simulated.session(write=True) as session:
            assert (await session.change(stop(function))).reported == "accepted"
        assert simulated.simulator.camera("cam").truth.rules == ()


async def test_two_lists_that_differ_in_type_are_read_for_the_worse(simulate: Any, more_personas: Any) -> None:
    class Renames(Persona):
        name = "renames"

        def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
            told = operation.handle(call)
            return told.replace("tt:FaceRecognition", "tt:LineDetector") if name == "GetRules" else told

    more_personas(Renames())
    async with simulate(persona="renames", rules=["tt:FaceRecognition"]) as simulated:
        assert await told(simulated) == {"rule:analytics-1/FaceRecognition-1": ("face-identification", True)}


# -- absence


async def test_a_camera_that_lists_no_analytics_service_proves_nothing_by_that(simulate: Any) -> None:
    async with simulate(rules=None, modules=None) as simulated, simulated.session() as session:
        facts = await session.read()
        readings = [fact.reading for key, fact in facts.items() if key.name == "analytics.functions"]
        told = f"GetServices lists no Analytics service; {ANALYSING}"
        assert readings == [Unknown(Why.UNSUPPORTED_UNPROVEN, told)] * 2


async def test_a_recorder_is_read_the_same_way(simulate: Any) -> None:
    async with simulate(recorder={}) as simulated:
        state = simulated.simulator.camera("nvr").state
        state.searching.announces.append("tns1:RuleEngine/Recognition/Face")
        async with simulated.session("nvr", Role.RECORDER) as session:
            found = functions(await session.read(), "recording-1")
        assert tasks(found) == {"topic:RuleEngine/Recognition/Face": ("unclassified", None)}


async def test_a_rule_that_comes_back_is_seen_again(simulate: Any) -> None:
    async with simulate(rules=["tt:LineDetector"]) as simulated, simulated.session() as session:
        assert tasks(functions(await session.read())) == {"rule:analytics-1/LineDetector-1": ("other", True)}
        rules = simulated.simulator.camera("cam").state.configuration.analytics[0].rules
        rules.append(Analyser("new", "tt:FaceRecognition"))
        assert tasks(functions(await session.read()))["rule:analytics-1/new"] == ("face-identification", True)
