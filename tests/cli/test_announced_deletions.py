"""A device that announces a deletion which it did not make is told of, and its announcement makes nothing pass."""

from __future__ import annotations

from typing import Any

import pytest

CAMERA = {
    "id": "cam",
    "rtsp": False,
    "recordings": {"active": False},
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


def apply(site: Any, persona: str) -> tuple[Any, Any]:
    simulator = site.simulate([{**CAMERA, "persona": persona}])
    inventory = simulator.inventory()
    inventory["defaults"] = {"limits": {"requests_per_second": 500}}
    for target in inventory["targets"]:
        target["options"] = {"event_subscription": "on"}
    site.write("inventory.yaml", inventory)
    site.assign("kr-pipc-thermal-2020", "enforce")
    return simulator, site.run("apply", "--yes", "--confirm-purge", "100", "--format", "json")


def residue(answer: Any) -> list[tuple[str, str]]:
    return [
        (result["verdict"], result["remediation"])
        for result in answer.json["results"]
        if result["control"] == "storage.residue.empty"
    ]


def findings(answer: Any) -> list[tuple[str, str]]:
    return [
        (finding["code"], finding["subject"])
        for finding in answer.json["findings"]
        if finding["code"] == "announced-deletion-left"
    ]


@pytest.mark.parametrize(
    ("persona", "verdict", "found", "announced"),
    [
        ("honest", ("pass", "verified"), [], [2]),
        (
            "announces-false-deletions",
            ("fail", "no_effect"),
            [("announced-deletion-left", "t-cam/source-1")],
            [2],
        ),
    ],
)
def test_an_announcement_is_recorded_and_held_against_what_is_listed(
    site: Any,
    persona: str,
    verdict: tuple[str, str],
    found: list[tuple[str, str]],
    announced: list[int],
) -> None:
    simulator, answer = apply(site, persona)
    assert [verdict] == residue(answer)
    assert found == findings(answer)
    results = [record for record in site.events() if record["event"] == "apply.result"]
    assert announced == [record["announced"] for record in results if "announced" in record]
    recorded = [(record["code"], record["subject"]) for record in site.events() if record["event"] == "finding"]
    assert found == [told for told in recorded if told[0] == "announced-deletion-left"]
    assert 0 == simulator.open_subscriptions("cam")
