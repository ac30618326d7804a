"""What is said of each way in which a camera can look for faces, before and after it is told to stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

PUBLIC = {"country": "KR", "modality": "visible", "space": "public", "operator": "public-institution"}
RECOGNITION = "tns1:RuleEngine/Recognition/Face"
USE, INTRODUCTION = "analytics.face.identify.off", "analytics.face.identify.not_installed"


class Case(NamedTuple):
    """A camera, and per look the verdicts on use and on introduction."""

    camera: Mapping[str, Any]
    before: tuple[str, str]
    remediation: str
    after: tuple[str, str]
    recognises: bool
    """Whether it still does after all."""


def program(**told: Any) -> dict[str, Any]:
    return {"id": "FaceRecognition", "does": "face-identification", **told}


CASES = {
    "nothing": Case({}, ("pass", "pass"), "none", ("pass", "pass"), False),
    "recognition-rule": Case({"rules": ["tt:FaceRecognition"]}, ("fail", "fail"), "verified", ("pass", "pass"), False),
    "recognition-outside-profiles": Case(
        {"rules": ["tt:FaceRecognition"], "_loose": True}, ("fail", "fail"), "verified", ("pass", "pass"), False
    ),
    "detection-rule": Case({"rules": ["tt:FaceDetector"]}, ("pass", "pass"), "none", ("pass", "pass"), False),
    "object-detection-of-faces": Case(
        {"rules": [{"type": "tt:ObjectDetection", "parameters": {"ClassFilter": "Person Face"}}]},
        ("pass", "pass"), "none", ("pass", "pass"), False,
    ),
    "supported-only": Case(
        {"rules": ["tt:LineDetector"], "searching": {"supported": [{"type": "tt:FaceRecognition"}]}},
        ("pass", "pass"), "none", ("pass", "pass"), False,
    ),
    "unknown-type": Case(
        {"rules": ["acme:X9"], "searching": {"supported": [{"type": "acme:X9", "does": "face-identification"}]}},
        ("unknown", "unknown"), "none", ("unknown", "unknown"), True,
    ),
    "unknown-type-that-tells-by-its-events": Case(
        {
            "rules": ["acme:X9"],
            "searching": {
                "supported": [{"type": "acme:X9", "topics": [RECOGNITION], "does": "face-identification"}]
            },
        },
        ("fail", "fail"), "verified", ("pass", "pass"), False,
    ),
    "announced-only": Case(
        {"searching": {"announces": [RECOGNITION], "recognises_unlisted": True}},
        ("unknown", "unknown"), "none", ("unknown", "unknown"), True,
    ),
    "announced-without-analytics": Case(
        {"rules": None, "modules": None, "searching": {"announces": [RECOGNITION], "recognises_unlisted": True}},
        ("unknown", "unknown"), "none", ("unknown", "unknown"), True,
    ),
    "fixed": Case(
        {"rules": ["tt:FaceRecognition"], "persona": "fixed-rules"}, ("fail", "fail"), "refused", ("fail", "fail"), True
    ),
    "says-yes": Case(
        {"rules": ["tt:FaceRecognition"], "persona": "acknowledges-everything"},
        ("fail", "fail"), "no_effect", ("fail", "fail"), True,
    ),
    "application": Case({"applications": [program()]}, ("fail", "fail"), "verified", ("pass", "fail"), False),
    "application-that-starts-again": Case(
        {"applications": [program(keeps_autostart=True)]}, ("fail", "fail"), "no_effect", ("fail", "fail"), False
    ),
    "search-by-image": Case(
        {"searching": {"image_search": True}}, ("unknown", "unknown"), "none", ("unknown", "unknown"), False
    ),
    "door-with-card-and-face": Case(
        {"searching": {"credentials": ["pt:Card", "pt:Face"], "levels": [["pt:Card", "pt:Face"]]}},
        ("pass", "pass"), "none", ("pass", "pass"), False,
    ),
    "door-that-does-not-say": Case(
        {"searching": {"credentials": ["pt:Face"]}}, ("unknown", "unknown"), "none", ("unknown", "unknown"), False
    ),
}  # fmt: skip


def judged(answer: Any, camera: str) -> tuple[str, str]:
    return answer.result(camera, USE)["verdict"], answer.result(camera, INTRODUCTION)["verdict"]


@pytest.mark.slow
def test_each_way_to_look_for_faces_gets_its_own_verdict_and_no_more(site: Any) -> None:
    simulator = site.simulate(
        [
            {"id": name, "attributes": PUBLIC, **{key: told for key, told in case.camera.items() if key[0] != "_"}}
            for name, case in CASES.items()
        ]
    )
    for name, case in CASES.items():
        if case.camera.get("_loose"):
            for profile in simulator.camera(name).state.configuration.profiles:
                profile.analytics = ""
    site.assign("kr-nhrck-frt-moratorium-2023", "enforce", "literal")
    before = site.run("check", "--format", "json")
    assert simulator.writes == 0
    assert {name: case.before for name, case in CASES.items()} == {name: judged(before, name) for name in CASES}
    applied = site.run("apply", "--yes", "--format", "json")
    assert {name: case.remediation for name, case in CASES.items()} == {
        name: applied.result(name, USE)["remediation"] for name in CASES
    }
    after = site.run("check", "--format", "json")
    assert {name: case.after for name, case in CASES.items()} == {name: judged(after, name) for name in CASES}
    truths = site.inside(lambda: {name: simulator.camera(name).truth.recognises for name in CASES})
    assert {name: case.recognises for name, case in CASES.items()} == truths
    passed = {name for name in CASES if judged(after, name)[0] == "pass"}
    assert {name for name in passed if truths[name]} == set()
    # Doors, searches and what only an event shows have no lever: nothing was sent to them.
    untouched = {name for name in CASES if CASES[name].remediation == "none"}
    assert {name for name in untouched if simulator.writes_of(name)} == set()
