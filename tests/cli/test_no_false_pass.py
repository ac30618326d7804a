"""No persona gets a pass where its inner truth disagrees, before or after an apply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from vmsguard.simulator.personas import PERSONAS

EVERYTHING = {
    "country": "KR",
    "modality": "thermal",
    "visible_face_capture": True,
    "purpose": "fever-screening",
    "space": "public",
    "operator": "public-institution",
}

TRUTHS = {
    "storage.edge.off": lambda truth: truth.records,
    "transmission.stream.off": lambda truth: truth.streams or truth.snapshots or truth.multicasts,
    "analytics.face.identify.off": lambda truth: truth.recognises,
}
"""Control to what must not be so where it passes."""


def false_passes(answer: Any, truths: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for result in answer.json["results"]:
        offends = TRUTHS.get(result["control"])
        if (
            offends is not None
            and result["verdict"] in {"pass", "not_applicable"}
            and offends(truths[result["camera"]])
        ):
            yield result["camera"], result["control"]


@pytest.mark.slow
def test_every_persona_is_seen_through(site: Any) -> None:
    simulator = site.simulate(
        [
            {
                "id": f"cam-{persona}",
                "persona": persona,
                "thermal": True,
                "rtsp": True,
                "rules": ["tt:FaceRecognition"],
                "storages": [{"uri": "nfs://192.0.2.7/share", "used": True}],
                "attributes": EVERYTHING,
            }
            for persona in sorted(PERSONAS)
        ]
    )
    site.write(
        "assignments.yaml",
        {
            "apiVersion": "vmsguard/v1",
            "kind": "Assignment",
            "metadata": {"id": "all"},
            "sites": ["site-1"],
            "packs": [
                {"pack": "kr-pipc-thermal-2020", "mode": "enforce"},
                {"pack": "kr-nhrck-frt-moratorium-2023", "profile": "literal", "mode": "enforce"},
            ],
        },
    )
    cameras = [f"cam-{persona}" for persona in PERSONAS]

    def truths() -> dict[str, Any]:
        told: dict[str, Any] = site.inside(lambda: {camera: simulator.camera(camera).truth for camera in cameras})
        return told

    before = site.run("check", "--format", "json")
    assert [] == list(false_passes(before, truths()))
    assert 0 == simulator.writes
    applied = site.run("apply", "--yes", "--confirm-purge", "100", "--format", "json")
    assert [] == list(false_passes(applied, truths()))
    after = site.run("check", "--format", "json")
    assert [] == list(false_passes(after, truths()))
    assert {"cam-honest"} <= {
        result["camera"]
        for result in after.json["results"]
        if result["control"] == "storage.edge.off" and result["verdict"] == "pass"
    }
