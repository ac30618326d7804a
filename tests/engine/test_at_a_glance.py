"""Where a control's plain case applies, judging it says the same of the same facts, word for word."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from random import Random
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from vmsguard.controls.base import Control
from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.controls.storage import StorageEdgeOff
from vmsguard.controls.view import View
from vmsguard.engine.assigned import AssignedRules
from vmsguard.engine.at_a_glance import compile_glance
from vmsguard.engine.compile import compile_assigned
from vmsguard.engine.evaluate import evaluate
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.facts import Absent, Fact, FactKey, Items, Known, Reading, Unknown
from vmsguard.model.inventory import Camera, Endpoint
from vmsguard.model.manifest import Identity
from vmsguard.model.results import Outcome
from vmsguard.model.snapshot import CameraSnapshot, TargetSeen
from vmsguard.model.vocabulary import WHOLE, Basis, Mode, Role, Verdict, Why

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HERE = Endpoint("cam", "1", Role.DEVICE)
PLAIN = {name: control for name, control in CORE_CONTROLS.items() if type(control).glance is not Control.glance}
WORDS = ("", "other", "rtsp", "local-display", "face-identification", "face-detection", "unclassified", "verify-1to1")


def item(kind: Any, chance: Random) -> Any:
    """An item that is mostly off, or does not say."""
    drawn: dict[str, Any] = {}
    for name, told in get_type_hints(kind).items():
        text = str(told)
        if "bool" in text:
            off = name in ("empty", "encrypted")
            drawn[name] = chance.choice([off, off, off, off, off, not off, None if "None" in text else off])
        elif "int" in text:
            drawn[name] = chance.choice([0, 0, 0, 7])
        elif "datetime" in text:
            drawn[name] = NOW if "None" not in text else None
        elif "tuple" in text or "frozenset" in text:
            drawn[name] = ()
        elif name == "id":
            drawn[name] = chance.choice(["a", "b"])
        else:
            drawn[name] = chance.choice(WORDS)
    return kind(**drawn)


def reading(name: str, chance: Random) -> Reading | None:
    spec = CORE_FACTS[name]
    luck = chance.random()
    if luck < 0.05:
        return None
    if luck < 0.1:
        return chance.choice([Absent("said so"), Unknown(Why.FAULT)])
    if spec.item is None:
        return Known(chance.choice([False, False, False, True]) if spec.value_type is bool else 1)
    values = tuple(item(spec.item, chance) for _ in range(chance.choice([0, 1, 1, 2])))
    return Known(Items(values, chance.random() < 0.9))


def snapshot_of(control: Control, chance: Random) -> CameraSnapshot:
    glance = control.glance(type(control).Params())
    assert glance is not None
    wanted = [*(name for name, _ in glance.lists), *glance.flags]
    wanted += [name for name in glance.silent if chance.random() < 0.2]
    facts = {}
    for name in wanted:
        for layer in CORE_FACTS[name].layers:
            told = reading(name, chance)
            if told is not None:
                key = FactKey(HERE.target, WHOLE if CORE_FACTS[name].whole else HERE.channel, name, layer)
                facts[key] = Fact(key, told, chance.choice(list(Basis)), NOW)
    identity = Identity(manufacturer="A", fabricates=chance.random() < 0.3)
    return CameraSnapshot(
        camera=Camera(id="cam-1", site="s"),
        endpoints=(HERE,),
        facts=facts,
        targets={HERE.target: TargetSeen(target=HERE.target, identity=identity)},
    )


@pytest.mark.parametrize("name", sorted(PLAIN))
def test_a_plain_case_is_what_judging_says(name: str) -> None:
    control = PLAIN[name]
    params = type(control).Params()
    glance = control.glance(params)
    assert glance is not None
    plainly = compile_glance(glance, CORE_FACTS)
    seen: Counter[bool] = Counter()

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(st.integers(0, 2**32))
    def alike(seed: int) -> None:
        chance = Random(seed)
        for _ in range(5):
            snapshot = snapshot_of(control, chance)
            found = plainly(snapshot.facts, HERE)
            seen[found is not None] += 1
            if found is not None:
                view = View(snapshot, HERE, NOW, dict(CORE_FACTS))
                outcome = control.judge(params, view)
                basis, facts = found
                assert (outcome, list(view.cited)) == (glance.passes(basis), facts)
                assert outcome.verdict is Verdict.PASS

    alike()
    assert seen[True] > 10
    assert seen[False] > 10


class _JudgesOtherwise(StorageEdgeOff):
    """As a plugin may: another judgement under a core class."""

    def judge(self, params: Any, view: View) -> Outcome:
        return Outcome(verdict=Verdict.FAIL, reason="mine: always")


def test_a_class_that_judges_otherwise_is_not_passed_by_the_plain_case_of_its_parent(world: Any, words: Any) -> None:
    world.recording(active=False)
    pack = words.pack(words.rule(words.require("storage.edge.off")))
    assigned = AssignedRules(pack=pack, profile="", mode=Mode.AUDIT, assignment="here")
    told = {}
    for control in (CORE_CONTROLS["storage.edge.off"], _JudgesOtherwise()):
        rules = compile_assigned(assigned, {"storage.edge.off": control}, dict(CORE_FACTS))
        told[type(control).__name__] = evaluate((rules,), world.snapshot(), world.now).results[0].reason
    assert {"StorageEdgeOff": "off: no recording job is on", "_JudgesOtherwise": "mine: always"} == told


@pytest.mark.parametrize(
    "value",
    [Items(("no job",)), ("no list",), 7, Items((None,))],
    ids=["items of another type", "a tuple", "a number", "nothing"],
)
def test_a_value_of_another_type_than_declared_is_left_to_the_control(value: object) -> None:
    control = CORE_CONTROLS["storage.external.off"]
    glance = control.glance(type(control).Params())
    assert glance is not None
    plainly = compile_glance(glance, CORE_FACTS)
    spec = CORE_FACTS["storage.external"]
    keys = [FactKey(HERE.target, WHOLE if spec.whole else HERE.channel, spec.name, layer) for layer in spec.layers]
    snapshot = replace(
        snapshot_of(control, Random(1)),
        facts={key: Fact(key, Known(value), Basis.READ_BACK, NOW) for key in keys},
    )
    assert plainly(snapshot.facts, HERE) is None
