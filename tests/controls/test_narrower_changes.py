"""What may run on is not removed: which change a control asks for, and when it asks for the next one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.model.changes import Change
from vmsguard.model.fact_values import AnalyticsFunction, MetadataStream
from vmsguard.model.ledger import ImpossibilityProof
from vmsguard.model.manifest import VerbSupport
from vmsguard.model.vocabulary import Support

EPHEMERAL, ALLOWED, PEOPLE = "analytics.face.detect.ephemeral", "analytics.allowlist", "metadata.human_attributes.off"
PICTURES, FACES, STOP = "analytics.pictures.stop", "analytics.faces.exclude", "analytics.stop"


def function(name: str = "hall", *, mixed: bool | None = True, keeps: bool | None = True) -> AnalyticsFunction:
    return AnalyticsFunction(name, "rule", "ObjectDetection", "face-detection", True, keeps, mixed)


def asked(scene, control, **params) -> list[tuple[str, str]]:
    return [(change.verb, change.arguments["function"]) for change in scene.changes(control, **params)]


@pytest.fixture
def able(scene):
    """The scene, with a driver that has every one of the verbs."""
    verbs = tuple(VerbSupport(verb=verb, support=Support.SUPPORTED) for verb in (PICTURES, FACES, STOP))
    scene.manifest = replace(scene.manifest, verbs=verbs)
    return scene


def refused(scene, verb: str, **more) -> None:
    told = {
        "target": "t-1",
        "channel": "ch1",
        "verb": verb,
        "item": "function=hall",
        "firmware": "1.2.3",
        "kind": "refused",
        "detail": "ModifyRules",
        "proven_at": scene.now - timedelta(days=1),
        "expires": scene.now + timedelta(days=179),
        "run": "run-1",
    }
    scene.proofs.append(ImpossibilityProof(**(told | more)))


def test_a_detector_that_keeps_faces_is_asked_to_keep_none_and_runs_on(able):
    able.listed("analytics.functions", function(), function("door", mixed=None), function("yard", keeps=False))
    assert [(PICTURES, "hall"), (PICTURES, "door")] == asked(able, EPHEMERAL)


@pytest.mark.parametrize(("mixed", "then"), [(True, FACES), (False, STOP), (None, STOP)])
def test_where_pictures_were_refused_the_next_thing_is_asked_for(able, mixed, then):
    able.listed("analytics.functions", function(mixed=mixed))
    refused(able, PICTURES)
    assert [(then, "hall")] == asked(able, EPHEMERAL)


def test_the_last_thing_is_asked_for_even_where_it_was_refused_too(able):
    able.listed("analytics.functions", function())
    for verb in (PICTURES, FACES, STOP):
        refused(able, verb)
    assert [(STOP, "hall")] == asked(able, EPHEMERAL)


@pytest.mark.parametrize(
    "more",
    [
        {"firmware": "1.2.2"},
        {"firmware": ""},
        {"item": "function=door"},
        {"target": "t-2"},
        {"expires": timedelta(0)},
        {"proven_at": timedelta(days=1)},
    ],
)
def test_a_refusal_of_something_else_or_of_another_time_is_none(able, more):
    able.listed("analytics.functions", function())
    refused(able, PICTURES, **{key: able.now + to if isinstance(to, timedelta) else to for key, to in more.items()})
    assert [(PICTURES, "hall")] == asked(able, EPHEMERAL)


def test_a_driver_without_the_narrower_verbs_is_asked_to_stop_the_function(scene):
    scene.listed("analytics.functions", function())
    assert [(STOP, "hall")] == asked(scene, EPHEMERAL)


@pytest.mark.parametrize(
    ("tasks", "mixed", "verb"), [(("other",), True, FACES), (("other",), False, STOP), (("emotion",), True, STOP)]
)
def test_what_may_look_for_the_rest_is_only_kept_from_faces(able, tasks, mixed, verb):
    able.listed("analytics.functions", function(mixed=mixed))
    assert [(verb, "hall")] == asked(able, ALLOWED, tasks=tasks)


def test_metadata_that_tell_of_people_are_stopped_stream_by_stream(scene):
    scene.listed("metadata.streams", MetadataStream("a", True, ("Age",)), MetadataStream("b", True, ()))
    assert [Change("metadata.stop", "t-1", "ch1", {"stream": "a"})] == scene.changes(PEOPLE)


def test_every_verb_asked_for_is_declared(able):
    for control in (EPHEMERAL, ALLOWED):
        assert {FACES, STOP} <= set(CORE_CONTROLS[control].verbs)
    assert ("metadata.stop",) == CORE_CONTROLS[PEOPLE].verbs
