"""Every character of a simulated camera gets the verdict, basis and remediation that a table says, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from vmsguard.simulator.personas import PERSONAS

TABLE = Path(__file__).with_name("data") / "persona_verdicts.yaml"
COMMANDS = {
    "check": ("check", "--format", "json"),
    "plan": ("plan", "--format", "json"),
    "apply": ("apply", "--yes", "--confirm-purge", "100", "--format", "json"),
    "after": ("check", "--format", "json"),
    # Every camera was restarted meanwhile.
    "restarted": ("check", "--format", "json"),
}
LIKE = {"plan": "check", "restarted": "after"}
"""What a command says, unless the table says otherwise, where another one said it before."""
CAMERA: Mapping[str, Any] = {
    "thermal": True,
    "rtsp": True,
    "rules": ["tt:FaceRecognition"],
    "storages": [{"uri": "nfs://192.0.2.7/share", "used": True}],
    # Another writer that comes back before anybody looks again.
    "revert_seconds": 0.0,
    "attributes": {
        "country": "KR",
        "modality": "thermal",
        "visible_face_capture": True,
        "purpose": "fever-screening",
        "space": "public",
        "operator": "public-institution",
    },
}
BOTH_PACKS = {
    "apiVersion": "vmsguard/v1",
    "kind": "Assignment",
    "metadata": {"id": "all"},
    "sites": ["site-1"],
    "packs": [
        {"pack": "kr-pipc-thermal-2020", "mode": "enforce"},
        {"pack": "kr-nhrck-frt-moratorium-2023", "profile": "literal", "mode": "enforce"},
    ],
}

DEADLINE = 90
"""Seconds for an answer: more than any stall of a busy machine, so that who answers at all is heard."""
SHORT_DEADLINE = 8
"""Seconds for those that never answer, or never in time: each of their requests takes this long."""
NEVER_IN_TIME = ("t-cam-silent", "t-cam-too-slow")

Verdicts = dict[str, dict[str, str]]
"""By command and then by rule, or rule and control: verdict, basis, remediation."""


def expected(persona: str) -> Verdicts:
    """The table's entry: what an honest camera gets, save where the entry says otherwise (null: not judged)."""
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    entry = table[persona]
    assert set(entry) - {"why", "seen", "always"} <= set(COMMANDS), persona
    told: Verdicts = {}
    for command in COMMANDS:
        usual = told[LIKE[command]] if command in LIKE else table["honest"][command] | entry.get("always", {})
        merged = usual | entry.get(command, {})
        told[command] = {rule: verdict for rule, verdict in merged.items() if verdict is not None}
    return told


def differences(told: Mapping[str, Verdicts]) -> list[str]:
    """Where what was said is not what the table says, a line each: a run among thousands shows its last lines only."""
    nothing = "nothing"
    return [
        f"{persona}, {command}, {key}: {expected_words} expected, {words} told"
        for persona in sorted(PERSONAS)
        for command, rules in expected(persona).items()
        for key in sorted(rules | told[persona].get(command, {}))
        if (expected_words := rules.get(key, nothing)) != (words := told[persona].get(command, {}).get(key, nothing))
    ]


def gentle(inventory: dict[str, Any]) -> dict[str, Any]:
    """The inventory with time enough for a busy machine, and the limits of a camera that restarts under load."""
    inventory["defaults"] = {"limits": {"requests_per_second": 500, "deadline_seconds": DEADLINE}}
    for target in inventory["targets"]:
        if target["id"] in NEVER_IN_TIME:
            target["limits"] = {"requests_per_second": 500, "deadline_seconds": SHORT_DEADLINE}
        if target["id"] == "t-cam-overload-restarts":
            # A second's worth may go at once: twice this in the first second.
            target["limits"] = {"requests_per_second": 3, "deadline_seconds": DEADLINE}
    return inventory


def verdicts(answer: Any) -> dict[str, dict[str, str]]:
    told: dict[str, dict[str, str]] = {}
    for result in answer.json["results"]:
        if result["level"] == "camera":
            continue
        key = "/".join(part for part in (result["rule"], result["control"]) if part)
        words = (result["verdict"], result["basis"] or "-", result["remediation"])
        told.setdefault(result["camera"].removeprefix("cam-"), {})[key] = " ".join(words)
    return told


def restart(simulator: Any) -> None:
    """Every camera was restarted, and is up again: what a restart changes is asked here, not how long it takes."""
    for name in simulator.ids():
        device = simulator.session(name).device
        seconds, device.reboot_seconds = device.reboot_seconds, 0.0
        simulator.reboot(name)
        device.reboot_seconds = seconds


@dataclass
class Seen:
    """What a check, a plan, an apply and two more checks say of one camera of every character."""

    verdicts: dict[str, Verdicts]
    false: list[tuple[str, Any]] = field(default_factory=list)
    """By command, every verdict that the inside contradicts."""
    writes: dict[str, int] = field(default_factory=dict)
    """How many changes all cameras together had received, after each command."""


@pytest.fixture
def seen(site: Any, truths: ModuleType) -> Seen:
    # Simulators of other processes do not look for ports here; one that took a closed port would be seen to stream.
    groups = [{"id": f"cam-{persona}", "persona": persona, **CAMERA} for persona in sorted(PERSONAS)]
    simulator = site.simulate(groups, rtsp_first_port=32100)
    inventory = gentle(simulator.inventory())
    site.write("inventory.yaml", inventory)
    site.write("assignments.yaml", BOTH_PACKS)
    told = Seen({persona: {} for persona in PERSONAS})
    for command, arguments in COMMANDS.items():
        if command == "restarted":
            site.inside(lambda: restart(simulator))
        answer = site.run(*arguments)
        for persona, found in verdicts(answer).items():
            told.verdicts[persona][command] = found
        inside = site.inside(lambda: truths.look_inside(simulator, inventory))
        told.false += [(command, found) for found in truths.false_passes(answer, inside)]
        told.writes[command] = simulator.writes
    return told


@pytest.mark.slow
def test_every_character_is_seen_through_and_gets_what_the_table_says(seen: Seen) -> None:
    assert [] == seen.false
    assert [0, 0] == [seen.writes[command] for command in ("check", "plan")]
    assert {seen.writes["apply"]} == {seen.writes[command] for command in ("after", "restarted")}
    assert sorted(PERSONAS) == sorted(seen.verdicts)
    assert [] == differences(seen.verdicts)


def test_the_table_names_every_character_where_it_was_seen_and_why_it_gets_what_it_gets() -> None:
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    assert sorted(PERSONAS) == sorted(table)
    assert [] == [persona for persona, entry in table.items() if not (entry.get("why") and entry.get("seen"))]
