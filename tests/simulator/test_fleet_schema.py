"""What editors offer for fleets is what the reader takes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

import vmsguard.cli
from vmsguard.simulator.fleet_schema import fleet_schema

DEMO = Path(vmsguard.cli.__file__).parent / "templates" / "demo" / "fleet.yaml"


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    fleet, definitions = fleet_schema()
    return Draft202012Validator({**fleet, "$defs": definitions})


def test_the_demos_fleet_fits(validator: Draft202012Validator) -> None:
    text = DEMO.read_text(encoding="utf-8").replace("HTTP_PORT", "8081").replace("RTSP_PORT", "8554")

    assert [] == [error.message for error in validator.iter_errors(yaml.safe_load(text))]


@pytest.mark.parametrize(
    "mistake",
    [
        "id: cam, presona: honest",
        "id: cam, persona: nice",
        "id: cam, without: [media3]",
        "id: cam, auth: basic",
        "count: 1",
    ],
)
def test_a_mistake_is_refused(mistake: str, validator: Draft202012Validator) -> None:
    assert not validator.is_valid(yaml.safe_load(f"groups: [{{{mistake}}}]"))


def test_nothing_names_our_classes() -> None:
    fleet, definitions = fleet_schema()

    assert [] == [one for one in (fleet, *definitions.values()) if "title" in one]
    assert {} == {name: one for name, one in definitions.items() if one.get("additionalProperties") is not False}
