"""What is remembered says, word for word, what working it out anew would say."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import datetime, timedelta
from random import Random
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.controls.view import View
from vmsguard.engine import told_before
from vmsguard.engine.assigned import AssignedRules
from vmsguard.engine.compile import compile_assigned
from vmsguard.engine.evaluate import evaluate
from vmsguard.engine.recall import Question
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.facts import Absent, Fact, FactKey, Items, Known, Reading, Unknown
from vmsguard.model.inventory import Attribute, Endpoint
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import WHOLE, Basis, Mode, Role, Verdict, Why
from vmsguard.policy.builtin import builtin_folder
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_packs

WORDS = ("", "a", "b", "rtsp", "footage", "event", "face-identification", "verify-1to1", "unclassified", "other")
BASES = (Basis.READ_BACK, Basis.READ_BACK, Basis.VENDOR_MANIFEST, Basis.OBSERVED)
ENDPOINTS = (
    Endpoint("t-1", "ch1", Role.DEVICE),
    Endpoint("t-2", "ch1", Role.DEVICE),
    Endpoint("zm", "3", Role.RECORDER),
)


def anything(kind: Any, chance: Random, now: datetime) -> Any:
    """Some value of a type, out of few, so that two devices often say the same."""
    if isinstance(kind, UnionType):
        return anything(chance.choice(get_args(kind)), chance, now)
    if get_origin(kind) is tuple:
        return tuple(anything(get_args(kind)[0], chance, now) for _ in range(chance.choice([0, 1])))
    if kind is bool:
        return chance.choice([True, False, False])
    if kind is int:
        return chance.choice([0, 1, 7])
    if kind is str:
        return chance.choice(WORDS)
    if kind is datetime:
        return now - timedelta(hours=chance.choice([1, 30, 900]))
    if hasattr(kind, "__struct_fields__"):
        hints = get_type_hints(kind)
        return kind(**{name: anything(hints[name], chance, now) for name in kind.__struct_fields__})
    return None


def some_facts(chance: Random, now: datetime) -> dict[FactKey, Fact]:
    facts = {}
    for spec in CORE_FACTS.values():
        for endpoint in ENDPOINTS:
            for layer in spec.layers:
                luck = chance.random()
                if luck < 0.1:
                    continue
                values = tuple(anything(spec.item, chance, now) for _ in range(chance.choice([0, 1, 1])))
                told = Items(values, chance.random() < 0.8) if spec.item else anything(spec.value_type, chance, now)
                silent: dict[int, Reading] = {0: Unknown(Why.FAULT), 1: Absent("said so")}
                reading = silent.get(int(luck * 20) - 2, Known(told))
                key = FactKey(endpoint.target, WHOLE if spec.whole else endpoint.channel, spec.name, layer)
                seen = now - timedelta(seconds=chance.choice([0, 0, 40]))
                facts[key] = Fact(key, reading, chance.choice(BASES), seen)
    return facts


def compiled(controls: Any, mode: Mode) -> list[Any]:
    packs = load_packs([builtin_folder()], Catalogue.core())
    return [
        compile_assigned(
            AssignedRules(pack=pack, profile=profile, mode=mode, assignment="here"), controls, dict(CORE_FACTS)
        )
        for pack in packs.values()
        for profile in (tuple(pack.profiles) or ("",))[:1]
    ]


@pytest.mark.parametrize("mode", [Mode.AUDIT, Mode.ENFORCE])
def test_every_word_is_the_same_as_without_memory(world: Any, mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    forgetful = {name: copy(control) for name, control in CORE_CONTROLS.items()}
    for control in forgetful.values():
        control.by_readings = False  # type: ignore[misc]
    remembering, anew = compiled(CORE_CONTROLS, mode), compiled(forgetful, mode)
    kept = told_before.MOST
    remembered = 0
    world.camera("cam-1", *ENDPOINTS)
    first = world.snapshot()

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 2**32))
    def alike(seed: int) -> None:
        nonlocal remembered
        chance = Random(seed)
        attributes = {name: Attribute(value) for name, value in (("country", "KR"), ("face_use", "none"))}
        for number, at in enumerate([world.now, world.now + timedelta(days=9)]):
            camera = replace(first.camera, id=f"cam-{number}", attributes=attributes)
            snapshot = replace(first, camera=camera, facts=some_facts(chance, world.now))
            for with_memory, without in zip(remembering, anew, strict=True):
                monkeypatch.setattr(told_before, "MOST", kept)
                told = evaluate((with_memory,), snapshot, at)
                monkeypatch.setattr(told_before, "MOST", 0)
                expected = evaluate((without,), snapshot, at)
                assert expected == told
                remembered += sum(len(rule.wordings) for rule in with_memory.rules)

    alike()
    assert remembered > 0


def test_what_cannot_be_compared_is_judged_each_time_and_stops_nothing(world: Any, words: Any) -> None:
    """A plugin's reading or outcome may hold a list; the run goes on."""
    jobs = Known(Items([], True))  # type: ignore[arg-type]
    world.put("recording.jobs", jobs).assign(words.pack(words.rule(words.require("storage.edge.off"))))
    assert world.verdict("r") is world.verdict("r")
    outcome = Outcome(verdict=Verdict.FAIL, reason="r", offenders=["a"])  # type: ignore[arg-type]
    question = Question(remembers=True)
    assert question.conclude(outcome) is not question.conclude(outcome)


def test_nothing_is_remembered_of_a_control_that_looked_where_answers_cannot_be_compared(world: Any) -> None:
    world.camera("cam-1", *ENDPOINTS)
    snapshot = world.snapshot()
    looks: dict[str, Callable[[View], object]] = {
        "if_delivered": lambda view: view.if_delivered("clock.skew_seconds"),
        "camera_fact": lambda view: view.camera_fact("site.recorders"),
        "anywhere": lambda view: view.anywhere("gate.claim_first"),
        "documents": lambda view: view.documents("notice"),
        "endpoints": lambda view: view.endpoints((Role.DEVICE,)),
        "identity": lambda view: view.identity,
    }
    left = {}
    for name, look in looks.items():
        view = View(snapshot, ENDPOINTS[0], world.now, dict(CORE_FACTS), None)
        view.trace = []
        look(view)
        left[name] = view.trace
    assert dict.fromkeys(looks) == left
