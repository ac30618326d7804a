"""A running export is a place outside that footage goes to: planned, ended, read back, and unknown where unheard."""

from __future__ import annotations

from typing import Any

import pytest

CAMERA = {
    "id": "cam",
    "rtsp": False,
    "storages": [],
    "recordings": {"active": False, "history_hours": 0, "export_seconds": 86400},
    "attributes": {
        "country": "KR",
        "modality": "thermal",
        "visible_face_capture": True,
        "purpose": "fever-screening",
        "space": "public",
        "operator": "public-institution",
    },
}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that stalls makes no pull point silent."""
    monkeypatch.setattr("vmsguard_onvif.pull_point._GRACE", 60.0)


def external(answer: Any) -> tuple[str, str]:
    (found,) = [result for result in answer.json["results"] if result["control"] == "storage.external.off"]
    return found["verdict"], found["remediation"]


@pytest.mark.parametrize(
    ("persona", "option", "before", "after", "left"),
    [
        ("honest", "on", ("fail", "planned"), ("pass", "verified"), ()),
        ("acknowledges-recording", "on", ("fail", "planned"), ("fail", "no_effect"), ("export-1",)),
        ("honest", "off", ("unknown", "none"), ("unknown", "none"), ("export-1",)),
    ],
)
def test_an_export_is_ended_where_it_is_heard_of(
    site: Any, persona: str, option: str, before: tuple[str, str], after: tuple[str, str], left: tuple[str, ...]
) -> None:
    simulator = site.simulate([{**CAMERA, "persona": persona}])
    inventory = simulator.inventory()
    inventory["defaults"] = {"limits": {"requests_per_second": 500, "deadline_seconds": 60}}
    for target in inventory["targets"]:
        target["options"] = {"event_subscription": option}
    site.write("inventory.yaml", inventory)
    site.assign("kr-pipc-thermal-2020", "enforce")
    assert before == external(site.run("plan", "--format", "json"))
    assert after == external(site.run("apply", "--yes", "--confirm-purge", "100", "--format", "json"))
    assert left == simulator.camera("cam").truth.exports
