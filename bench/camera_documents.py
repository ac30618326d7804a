"""A fleet as plain documents: what ten thousand cameras said, from one seed."""

from __future__ import annotations

import random
from typing import Any

SEED = 2020
DAY = 24 * 3600


def documents(count: int) -> list[dict[str, Any]]:
    chance = random.Random(SEED)
    return [_camera(number, chance) for number in range(count)]


def _camera(number: int, chance: random.Random) -> dict[str, Any]:
    def often(share: float) -> bool:
        return chance.random() < share

    told: dict[str, Any] = {
        "id": f"cam-{number:05}",
        "site": f"site-{number % 40}",
        "manufacturer": chance.choice(["Alpha", "Beta", "Gamma"]),
        "firmware": f"{chance.randint(1, 9)}.{chance.randint(0, 20)}.{chance.randint(0, 99)}",
        "attributes": {
            "country": "KR",
            "modality": chance.choice(["thermal", "bispectral", "visible"]),
            "space": chance.choice(["public", "private"]),
        },
    }
    if often(0.05):  # did not answer
        return told
    recording, streaming, identifying = often(0.2), often(0.3), often(0.05)
    footage = often(0.25)
    told |= {
        "jobs": _both([{"id": f"J{n}", "active": recording and n == 0} for n in range(2)]),
        "external": _both([{"id": "nas", "kind": "nfs", "in_use": often(0.05)}]),
        "recordings": [
            {
                "id": f"R{n}",
                "store": "sd",
                "age_seconds": chance.randint(1, 29 * DAY),
                "empty": not (footage and n == 0),
            }
            for n in range(2)
        ],
        "streams": _both(
            [
                {"id": kind, "kind": kind, "enabled": streaming and kind == "rtsp", "encrypted": False}
                for kind in ("rtsp", "snapshot", "multicast")
            ]
        ),
        "push": _both([{"id": "broker", "kind": "mqtt", "enabled": often(0.1)}]),
        "cloud": _both([{"id": "p2p", "kind": "p2p", "connected": often(0.15)}]),
        "analytics": _both(
            [
                {"id": "motion", "kind": "rule", "type": "CellMotionDetector", "task": "other", "enabled": True},
                {"id": "count", "kind": "rule", "type": "ObjectCounting", "task": "other", "enabled": often(0.5)},
                {
                    "id": "face",
                    "kind": "rule",
                    "type": "FaceRecognition",
                    "task": "face-identification",
                    "enabled": identifying,
                },
            ]
        ),
        "libraries": [{"id": "lib", "count": chance.randint(1, 500) if often(0.05) else 0}],
        "retention": [{"store": "sd", "seconds": chance.choice([DAY, 7 * DAY, 30 * DAY, 90 * DAY, None])}],
        "access": {
            "anonymous": often(0.02),
            "open_to_all": often(0.02),
            "accounts": [
                {"id": "a1", "level": "administrator", "default": often(0.05)},
                {"id": "a2", "level": "operator", "default": False},
            ],
        },
    }
    return told


def _both(items: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The same in both layers, as separate objects: two reads of a device."""
    return {"runtime": items, "stored": [dict(item) for item in items]}
