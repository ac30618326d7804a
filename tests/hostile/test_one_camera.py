"""One hostile camera beside an honest one: what is made of it, what it costs, and that the other is judged as ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hostile_camera.case import Case
from hostile_camera.framing_tricks import FRAMING_CASES
from hostile_camera.http_tricks import HTTP_CASES
from hostile_camera.list_tricks import LIST_CASES
from hostile_camera.ordinary import ordinary
from hostile_camera.server import Camera
from hostile_camera.soap_tricks import SOAP_CASES
from hostile_camera.value_tricks import VALUE_CASES
from hostile_camera.xml_tricks import XML_CASES

CASES: Mapping[str, Case] = {
    **HTTP_CASES,
    **FRAMING_CASES,
    **XML_CASES,
    **SOAP_CASES,
    **LIST_CASES,
    **VALUE_CASES,
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_camera_is_bounded_and_named_and_nobody_else_suffers(scene: Any, case: Case) -> None:
    case.prepare()
    camera = scene.opened(Camera(case.tricks, ordinary))
    outcome = scene.meet(f"{camera.origin}/onvif/device_service")
    assert (case.why, case.detail) == (outcome.seen.why, outcome.seen.detail)
    assert {name: {why} for name, why in case.facts.items()} == (outcome.unknown(*case.facts) if case.facts else {})
    assert case.incomplete == [name for name in case.incomplete if not outcome.lists_all(name)]
    if case.jobs is not None:
        assert [case.jobs] == [
            [(job.id, job.active) for job in jobs.values] for jobs in outcome.known("recording.jobs")
        ]
    assert scene.ordinary_verdicts == outcome.honest
    assert case.seconds > outcome.seconds
    assert case.mebibytes > outcome.mebibytes
    assert (0, []) == (scene.lure.connections, scene.sent_in_clear())
