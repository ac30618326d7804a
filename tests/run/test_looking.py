"""Witnesses go to each device by one look after the other, and to none for longer than one target may take."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as with_options

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package; jumping_loop is

from jumping_loop import run_at_once

from vmsguard.model.inventory import Inventory
from vmsguard.model.manifest import WitnessPoint
from vmsguard.model.vocabulary import Why
from vmsguard.run.looking import look_everywhere
from vmsguard.run.time_budget import MOST_SECONDS
from vmsguard.witness.sighting import Sighting


class Eyes:
    """Looks that take as long as the target's options say, with how many there are at once."""

    def __init__(self) -> None:
        self.at_once: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.last_at: dict[str, float] = {}

    async def look(self, point: WitnessPoint, target: Any, **told: Any) -> Sighting:
        key = f"{target.id} {'file' if point.kind == 'file' else 'network'}"
        self.at_once[key] += 1
        self.most[key] = max(self.most[key], self.at_once[key])
        try:
            await asyncio.sleep(float(target.options["seconds"]))
        finally:
            self.at_once[key] -= 1
        self.last_at[target.id] = asyncio.get_running_loop().time()
        return Sighting(True, detail=point.path)


@pytest.fixture
def eyes(monkeypatch: pytest.MonkeyPatch) -> Eyes:
    made = Eyes()
    monkeypatch.setattr("vmsguard.run.looking.look", made.look)
    return made


def points(kind: str, count: int) -> list[WitnessPoint]:
    return [WitnessPoint(kind=kind, proves="x", channel=str(number), path=str(number)) for number in range(count)]


def look(equipment: Any, make_target: Any, todo: dict[str, Any], seconds: dict[str, float], places: int = 8) -> Any:
    targets = {name: with_options(make_target(name), options={"seconds": str(seconds[name])}) for name in todo}
    equipment = replace(equipment, in_flight=places)
    return run_at_once(look_everywhere(Inventory(targets, {}), todo, equipment))


def test_a_device_is_gone_to_once_at_a_time_and_storage_side_by_side(
    equipment: Any, make_target: Any, eyes: Eyes
) -> None:
    todo = {"t": [*points("rtsp", 5), *points("tcp", 5), *points("http", 5), *points("file", 5)]}
    found, seconds = look(equipment, make_target, todo, {"t": 1.0})
    assert (1, 5, 15) == (eyes.most["t network"], eyes.most["t file"], round(seconds))
    assert {(point.kind, point.path) for point in todo["t"]} == {(p.kind, s.detail) for p, s in found["t"]}


def test_a_device_that_keeps_every_look_waiting_takes_only_its_own_time(
    equipment: Any, make_target: Any, eyes: Eyes
) -> None:
    slow = {f"a-slow-{number}": points("rtsp", 12_000) for number in range(8)}
    good = {f"b-good-{number:03}": points("rtsp", 3) for number in range(300)}
    every = {**slow, **good}
    found, seconds = look(equipment, make_target, every, {name: 9.9 if name in slow else 0.2 for name in every})
    assert pytest.approx(MOST_SECONDS, abs=60) == seconds
    assert 120 > max(eyes.last_at[name] for name in good)
    assert {True} == {sighting.answered for name in good for _, sighting in found[name]}
    for name in slow:
        answered = [sighting for _, sighting in found[name] if sighting.answered]
        rest = {(one.answered, one.why, one.detail) for _, one in found[name][len(answered) :]}
        assert (12_000, {(None, Why.OUT_OF_TIME, "not read within 7200 s as a whole")}) == (len(found[name]), rest)
        assert len(answered) > 500


def test_where_nothing_is_to_be_looked_at_nobody_is_asked(equipment: Any) -> None:
    assert {} == run_at_once(look_everywhere(Inventory({}, {}), {}, equipment))[0]
