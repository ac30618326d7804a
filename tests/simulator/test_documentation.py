"""The page about the simulator names every key and every persona, and its example runs."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import yaml

from vmsguard.simulator import Fleet
from vmsguard.simulator.fleet_file import Group, RecorderSetup, RecordingSetup
from vmsguard.simulator.personas import PERSONAS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("persona", sorted(PERSONAS))
def test_every_persona_is_described(persona) -> None:
    assert f"| `{persona}` |" in PAGE


@pytest.mark.parametrize("kind", [Group, RecorderSetup, RecordingSetup])
def test_every_key_is_described(kind) -> None:
    assert [] == [field.name for field in msgspec.structs.fields(kind) if field.name not in PAGE]


def test_the_example_is_a_fleet() -> None:
    example = PAGE.partition("```yaml\n")[2].partition("```")[0]
    fleet = Fleet.from_value(yaml.safe_load(example))
    assert [group.id for group in fleet.groups] == ["gate-{n:02}", "liar"]
