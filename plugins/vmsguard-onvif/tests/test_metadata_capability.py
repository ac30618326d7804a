"""What metadata can say of people: told by samples of every configured module, and by nothing less."""

from __future__ import annotations

from typing import Any

import pytest
from vmsguard_onvif.gathering import Gathering
from vmsguard_onvif.metadata_capability import human_attributes
from vmsguard_onvif.readings import Readings

FACES = {"classes": ["Human", "Face"], "face": ["Age", "Temperature"], "body": ["BodyMetric"], "picture": True}


async def told(simulated: Any, *configurations: str) -> tuple[str, ...] | None:
    async with simulated.session() as session:
        return await human_attributes(Readings(Gathering(session.driver._session)), configurations)


def module(kind: str, sample: Any) -> dict[str, Any]:
    return {"type": kind, "kind": "module", "sample": sample}


async def test_attributes_of_all_modules_are_told_by_name(simulate: Any) -> None:
    searching = {"supported": [module("acme:People", FACES), module("tt:CellMotionEngine", {})]}
    async with simulate(modules=["acme:People", "tt:CellMotionEngine"], searching=searching) as simulated:
        assert await told(simulated, "analytics-1") == ("Age", "Temperature", "BodyMetric", "Image")


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ({"classes": ["Face"]}, ()),
        ({"classes": ["Face"], "face": []}, ("HumanFace",)),
        ({"classes": ["Face"], "picture": True}, ("Image",)),
        ({"classes": ["Vehicle"], "picture": True}, ()),
        ({}, ()),
    ],
)
async def test_a_sample_is_read_for_what_describes_a_person(simulate: Any, sample: Any, expected: Any) -> None:
    async with simulate(modules=["acme:A"], searching={"supported": [module("acme:A", sample)]}) as simulated:
        assert await told(simulated, "analytics-1") == expected


@pytest.mark.parametrize(
    ("modules", "supported", "configurations"),
    [
        (["acme:People", "acme:Dark"], [module("acme:People", FACES)], ("analytics-1",)),
        (["acme:People"], [], ("analytics-1",)),
        (["acme:People"], [module("acme:People", FACES)], ()),
        (["acme:People"], [module("acme:People", FACES)], ("",)),
        (["acme:People"], [module("acme:People", FACES)], ("analytics-9",)),
    ],
)
async def test_a_module_without_a_sample_may_tell_anything(
    simulate: Any, modules: Any, supported: Any, configurations: tuple[str, ...]
) -> None:
    async with simulate(modules=modules, searching={"supported": supported}) as simulated:
        assert await told(simulated, *configurations) is None


async def test_a_device_without_analytics_shows_no_samples(simulate: Any) -> None:
    async with simulate(rules=None, modules=None) as simulated:
        assert await told(simulated, "analytics-1") is None
