"""Rules that run on: without the pictures they kept, and without the faces they looked for."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree
from vmsguard_onvif.changes.function_parameters import without_faces, without_pictures
from vmsguard_onvif.classify import names_more_than_faces
from vmsguard_onvif.namespaces import SCHEMA
from vmsguard_onvif.replies.analytics import Function

from vmsguard.errors import DeviceFault, GuardTripped
from vmsguard.model.changes import Change
from vmsguard.model.fact_values import AnalyticsFunction
from vmsguard.model.facts import FactKey, Known

FILTER = {"type": "tt:ObjectDetection", "name": "hall", "parameters": {"ClassFilter": "Person Face", "Speed": "3"}}
KEEPS = {
    "type": "tt:FaceRecognition",
    "name": "gate",
    "parameters": {"IncludeImage": "LocalStorage", "Threshold": "0.9"},
}
PICTURES, FACES = "analytics.pictures.stop", "analytics.faces.exclude"


def change(verb: str, name: str, kind: str = "rule") -> Change:
    return Change(verb, "cam", "source-1", {"function": f"{kind}:analytics-1/{name}"})


async def functions(session: Any) -> dict[str, AnalyticsFunction]:
    facts = await session.read()
    reading = facts[FactKey("cam", "source-1", "analytics.functions")].reading
    assert isinstance(reading, Known)
    return {item.id.rpartition("/")[2]: item for item in reading.value.values}


async def test_a_rule_keeps_no_pictures_any_more_and_is_else_as_it_was(simulate: Any) -> None:
    async with simulate(rules=[KEEPS, FILTER]) as simulated:
        async with simulated.session(write=True) as session:
            assert (await functions(session))["gate"].keeps_pictures is True
            assert (await session.change(change(PICTURES, "gate"))).reported == "accepted"
        rules = simulated.simulator.camera("cam").state.configuration.analytics[0].rules
        assert [rule.parameters for rule in rules] == [{"IncludeImage": "", "Threshold": "0.9"}, FILTER["parameters"]]
        async with simulated.session(write=True) as session:
            told = (await functions(session))["gate"]
            assert (told.keeps_pictures, told.enabled, told.task) == (False, True, "face-identification")
            assert (await session.change(change(PICTURES, "gate"))).reported == "already"


@pytest.mark.parametrize("kind", ["rules", "modules"])
async def test_faces_go_out_of_a_filter_and_the_rest_is_looked_for_as_before(simulate: Any, kind: str) -> None:
    async with simulate(**{"rules": [], kind: [FILTER]}) as simulated:
        async with simulated.session(write=True) as session:
            told = (await functions(session))["hall"]
            assert (told.task, told.other_classes) == ("face-detection", True)
            assert (await session.change(change(FACES, "hall", kind[:-1]))).reported == "accepted"
        known = simulated.simulator.camera("cam").state.configuration.analytics[0]
        assert getattr(known, kind)[0].parameters == {"ClassFilter": "Person", "Speed": "3"}
        async with simulated.session(write=True) as session:
            told = (await functions(session))["hall"]
            assert (told.task, told.enabled, told.other_classes) == ("other", True, False)
            assert (await session.change(change(FACES, "hall", kind[:-1]))).reported == "already"


async def test_a_filter_of_faces_alone_is_not_emptied_into_one_for_everything(simulate: Any) -> None:
    only = {**FILTER, "parameters": {"ClassFilter": "Face,HumanFace"}}
    async with simulate(rules=[only]) as simulated:
        async with simulated.session(write=True) as session:
            assert (await functions(session))["hall"].other_classes is False
            with pytest.raises(DeviceFault) as caught:
                await session.change(change(FACES, "hall"))
        assert caught.value.code == "NoLever"
        assert simulated.simulator.writes_of("cam") == 0


@pytest.mark.parametrize("verb", [PICTURES, FACES])
async def test_a_rule_that_is_gone_is_not_sent_back(simulate: Any, verb: str) -> None:
    async with simulate(rules=[FILTER]) as simulated:
        async with simulated.session(write=True) as session:
            with pytest.raises(GuardTripped):
                await session.change(change(verb, "another"))
            with pytest.raises(DeviceFault):
                await session.change(Change(verb, "cam", "source-1", {"function": "application:DetectorApp"}))
        assert simulated.simulator.writes_of("cam") == 0


def rule(**items: str) -> etree._Element:
    told = "".join(f'<tt:SimpleItem Name="{name}" Value="{value}"/>' for name, value in items.items())
    return etree.fromstring(f'<r xmlns:tt="{SCHEMA}"><tt:Parameters>{told}</tt:Parameters></r>')


def values(entry: etree._Element) -> list[str]:
    return [item.get("Value") for item in entry.iter(f"{{{SCHEMA}}}SimpleItem")]


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ({"ClassFilter": "Person,HumanFace,Vehicle"}, ["Person,Vehicle"]),
        ({"ClassTypes": "tt:Head Human"}, ["Human"]),
        ({"ClassFilter": "Face Person", "ObjectType": "Head Bus"}, ["Person", "Bus"]),
        ({"ClassFilter": "Face Person", "ObjectType": "Face"}, None),
        ({"ClassFilter": "Person"}, None),
        ({"Title": "Face"}, None),
    ],
)
def test_classes_are_taken_out_of_every_filter_or_of_none(told: dict[str, str], left: list[str] | None) -> None:
    entry = rule(**told)
    assert without_faces(entry) is (left is not None)
    assert values(entry) == (list(told.values()) if left is None else left)


@pytest.mark.parametrize(
    ("told", "changed"), [("LocalStorage", True), ("Embedded RemoteStorage", True), ("Embedded", False), ("", False)]
)
def test_only_what_is_kept_is_switched_off(told: str, changed: bool) -> None:
    entry = rule(IncludeImage=told)
    assert without_pictures(entry) is changed
    assert values(entry) == (["" if changed else told])


@pytest.mark.parametrize(
    ("kind", "classes", "expected"),
    [
        ("ObjectDetection", (), None),
        ("ObjectDetection", ("Person",), False),
        ("ObjectDetection", ("Face",), False),
        ("ObjectDetection", ("Face", "Person"), True),
        # Its type speaks of faces, whatever the filter says; and of this one nobody knows what it does.
        ("FaceDetector", ("Face", "Person"), False),
        ("Watcher", ("Face", "Person"), False),
    ],
)
def test_faces_can_be_taken_out_where_nothing_else_makes_it_a_matter_of_faces(
    kind: str, classes: tuple[str, ...], expected: bool | None
) -> None:
    assert names_more_than_faces(Function("rule", "r", kind, classes)) is expected
