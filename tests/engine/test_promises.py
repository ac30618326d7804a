"""Promises that hold for every pack as it ships and for every control: drawn cameras, papers and exceptions.

Taking a fact away makes things unknown and nothing else; a further pack never makes a camera look better, nor
less be done about it, except by a conflict; and no order of anything decides anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace as in_mode
from datetime import date, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect
from msgspec.structs import replace

from vmsguard.controls.base import Control
from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.engine.assigned import AssignedRules
from vmsguard.engine.compile import CompiledRules, compile_assigned
from vmsguard.engine.evaluate import Evaluation, evaluate
from vmsguard.engine.plan import Claims, make_plan
from vmsguard.model.changes import CORE_VERBS
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.facts import FactKey, Unknown
from vmsguard.model.pack import (
    AllOf,
    Citation,
    Pack,
    Requirement,
    Rule,
    Source,
)
from vmsguard.model.plan import Plan
from vmsguard.model.results import Result
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Force, Layer, Mode, Severity, Verdict, Why
from vmsguard.policy.builtin import builtin_folder
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_pack


def _drawn_cameras() -> ModuleType:
    spec = spec_from_file_location("engine_tests_drawn_cameras", Path(__file__).with_name("drawn_cameras.py"))
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


drawn = _drawn_cameras()
NOW, PLACES, WITNESSES, snapshot, grants = drawn.NOW, drawn.PLACES, drawn.WITNESSES, drawn.snapshot, drawn.grants

RANK = {
    verdict: number
    for number, verdict in enumerate(
        (Verdict.CONFLICT, Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE)
    )
}
MEASURED_WRONG = "clock.skew_seconds"
"""A clock that nobody measured is taken to be right: measuring it wrong is what makes things unknown."""
STANDS_IN = {"recording.jobs": "footage.grows", "stream.services": "stream.answers"}
"""What a witness saw may stand in for a runtime that cannot be read."""


# --- what is judged

CATALOGUE = Catalogue.core()
SHIPPED = {file.parent.name: load_pack(file, CATALOGUE) for file in sorted(builtin_folder().glob("*/pack.yaml"))}
assert SHIPPED


def argument(kind: inspect.Type) -> Any:
    """A parameter that a control takes; the middle of nowhere, but valid."""
    if isinstance(kind, inspect.UnionType):
        return argument(next(one for one in kind.types if not isinstance(one, inspect.NoneType)))
    if isinstance(kind, inspect.LiteralType):
        return sorted(kind.values)[-1]
    if isinstance(kind, inspect.TimeDeltaType):
        return timedelta(hours=24)
    if isinstance(kind, inspect.IntType):
        return max(1, kind.ge or 1)
    if isinstance(kind, inspect.BoolType):
        return True
    if isinstance(kind, inspect.VarTupleType | inspect.FrozenSetType):
        made = (argument(kind.item_type),)
        return frozenset(made) if isinstance(kind, inspect.FrozenSetType) else made
    if isinstance(kind, inspect.StructType) and kind.cls is Span:
        return Span(exact=timedelta(days=30))
    if isinstance(kind, inspect.StrType):
        return "KR"
    raise AssertionError(f"no parameter is known for {kind}")


def params(control: Control) -> Any:
    told = inspect.type_info(control.Params)
    assert isinstance(told, inspect.StructType)
    return control.Params(**{one.name: argument(one.type) for one in told.fields if one.required})


def one_control(control: Control) -> Pack:
    """A pack of one rule that asks for nothing but this."""
    asked = Requirement(control=control.id, params=params(control))
    return Pack(
        id=f"only-{control.id}",
        version="1.0.0",
        title=control.id,
        timezone="Asia/Seoul",
        reviewed_on=date(2026, 1, 1),
        reviewed_next=date(2027, 1, 1),
        sources={"law": Source(id="law", title="a law", force=Force.LAW, since=date(2020, 1, 1))},
        select=AllOf(),
        rules=(
            Rule(id="only", title="only", severity=Severity.CRITICAL, cites=(Citation("law", "1"),), require=(asked,)),
        ),
    )


SINGLE = {name: one_control(control) for name, control in sorted(CORE_CONTROLS.items())}


def compiled(pack: Pack, profile: str = "", mode: Mode = Mode.ENFORCE) -> CompiledRules:
    told = AssignedRules(pack=pack, profile=profile, mode=mode, assignment="drawn", zone="Asia/Seoul")
    return compile_assigned(told, CORE_CONTROLS, CORE_FACTS)


COMPILED = {
    (name, profile): compiled(pack, profile)
    for name, pack in (SHIPPED | SINGLE).items()
    for profile in (pack.profiles or ("",))
}


def rules_of(evaluation: Evaluation) -> dict[tuple[str, str], Result]:
    return {(one.pack, one.rule): one for one in evaluation.results if one.level == "rule"}


def camera_of(evaluation: Evaluation) -> Result:
    return next(one for one in evaluation.results if one.level == "camera")


def plan_of(evaluation: Evaluation, seen: CameraSnapshot) -> Plan:
    claims = Claims(
        cameras={(place.target, place.channel): ("camera",) for place in PLACES},
        listed={place.target: (place.channel,) for place in PLACES},
    )
    return make_plan([evaluation], {"camera": seen}, claims, now=NOW, run="drawn", verbs=CORE_VERBS, facts=CORE_FACTS)


SEEDS = st.integers(0, 2**32)
PACKS = [pytest.param(*name, id="/".join(filter(None, name))) for name in COMPILED]


# --- taking a fact away

ALLOWED = {
    Verdict.PASS: {Verdict.PASS, Verdict.UNKNOWN},
    Verdict.FAIL: {Verdict.FAIL, Verdict.UNKNOWN},
    Verdict.UNKNOWN: {Verdict.UNKNOWN},
    # Two rules that may not both apply any more are judged alone; that clears neither.
    Verdict.CONFLICT: {Verdict.CONFLICT, Verdict.FAIL, Verdict.UNKNOWN},
    # A rule that did not apply may be judged once nobody can tell any more, and never fails for that.
    Verdict.NOT_APPLICABLE: {Verdict.NOT_APPLICABLE, Verdict.PASS, Verdict.UNKNOWN},
}


def stood_in_for(gone: FactKey, seen: CameraSnapshot) -> bool:
    """Whether something else speaks where this fact is silent: a witness, or what the maker says of its stores."""
    if gone.name == "stores":
        return any(document.kind == "vendor-statement" for document in seen.documents)
    witness = seen.facts.get(FactKey(gone.target, gone.channel, STANDS_IN.get(gone.name, "")))
    return gone.layer is Layer.RUNTIME and witness is not None


def without_one(rules: Sequence[CompiledRules], chance: Random) -> Counter[tuple[Verdict, Verdict]]:
    """Draw a camera and take facts away from it, one by one; what became of each verdict."""
    packs = [one.pack for one in rules]
    read = {name for one in rules for name in one.wanted} - {*WITNESSES, MEASURED_WRONG}
    seen, given_ = snapshot(packs, chance), grants(packs, chance)
    before = rules_of(evaluate(rules, seen, NOW, given_))
    there = [key for key in sorted(seen.facts) if key.name in read and not stood_in_for(key, seen)]
    became: Counter[tuple[Verdict, Verdict]] = Counter()
    for gone in chance.sample(there, min(3, len(there))):
        ways = [dict(seen.facts) | {gone: replace(seen.facts[gone], reading=Unknown(Why.UNREACHABLE))}]
        if not CORE_FACTS[gone.name].by_core:
            ways.append({key: fact for key, fact in seen.facts.items() if key != gone})
        for less in ways:
            after = rules_of(evaluate(rules, replace(seen, facts=less), NOW, given_))
            for rule, result in after.items():
                assert result.verdict in ALLOWED[before[rule].verdict], (gone, before[rule], result)
                became[before[rule].verdict, result.verdict] += 1
    return became


@pytest.mark.parametrize(("name", "profile"), PACKS)
def test_a_fact_taken_away_makes_things_unknown_and_nothing_else(name: str, profile: str) -> None:
    @settings(max_examples=25, deadline=None)
    @given(SEEDS)
    def taken_away(seed: int) -> None:
        without_one([COMPILED[name, profile]], Random(seed))

    taken_away()


def test_nor_under_several_packs_at_once() -> None:
    became: Counter[tuple[Verdict, Verdict]] = Counter()

    @settings(max_examples=300, deadline=None)
    @given(SEEDS)
    def taken_away(seed: int) -> None:
        chance = Random(seed)
        torn = [COMPILED["keeper", ""], COMPILED[chance.choice(("storage.edge.off", "retention.max")), ""]]
        became.update(without_one(torn if chance.random() < 0.5 else some_rules(chance, 3), chance))

    taken_away()
    lost = {(before, Verdict.UNKNOWN) for before in (Verdict.PASS, Verdict.FAIL, Verdict.CONFLICT)}
    assert lost <= became.keys()
    assert set(Verdict) == {before for before, _ in became}


# --- adding a pack

KEEPER = replace(
    SINGLE["retention.min"],
    id="keeper",
    rules=(
        replace(
            SINGLE["retention.min"].rules[0],
            require=(
                Requirement(control="retention.min", params=type(params(CORE_CONTROLS["retention.min"]))(Span(12))),
            ),
        ),
    ),
)
COMPILED["keeper", ""] = compiled(KEEPER)


def some_rules(chance: Random, count: int) -> list[CompiledRules]:
    """Shipped packs mostly, each once; now and then a single control, or a duty to keep."""
    shipped = [key for key in COMPILED if key[0] in SHIPPED]
    others = [key for key in COMPILED if key[0] not in SHIPPED and not key[0].startswith("documents.")]
    found: dict[str, CompiledRules] = {}
    while len(found) < count:
        key = ("keeper", "") if chance.random() < 0.1 else chance.choice(shipped if chance.random() < 0.6 else others)
        found.setdefault(key[0], COMPILED[key])
    return [in_mode(one, mode=chance.choice((Mode.ENFORCE, Mode.ENFORCE, *Mode))) for one in found.values()]


def done(plan: Plan) -> set[tuple[str, ...]]:
    """What would be sent, whatever its arguments come to beside those of others."""
    item = ("job", "destination", "link", "function", "library", "service", "store")
    return {
        (one.change.target, one.change.verb, *(one.change.arguments.get(key, "") for key in item))
        for one in plan.enforceable
    }


def in_conflict(plan: Plan) -> set[str]:
    return {one.change.verb for one in plan.changes if any(blocker.startswith("conflict:") for blocker in one.blockers)}


def test_a_further_pack_never_loosens_a_camera() -> None:
    happened: Counter[str] = Counter()

    @settings(max_examples=400, deadline=None)
    @given(SEEDS)
    def one_more(seed: int) -> None:
        happened.update(one_more_pack(Random(seed)))

    one_more()
    assert {"worse", "as before", "sent all the same", "conflict"} <= happened.keys()


def one_more_pack(chance: Random) -> Iterable[str]:
    """Judge a camera without and with the last of some packs; what was seen to happen."""
    rules = some_rules(chance, chance.choice((2, 3, 4)))
    seen = snapshot([one.pack for one in rules], chance)
    given_ = grants([one.pack for one in rules], chance)
    fewer, more = (evaluate(some, seen, NOW, given_) for some in (rules[:-1], rules))
    before, after = rules_of(fewer), rules_of(more)
    for rule, result in before.items():
        assert RANK[after[rule].verdict] <= RANK[result.verdict], (rule, result, after[rule])
    assert RANK[camera_of(more).verdict] <= RANK[camera_of(fewer).verdict]
    first, second = plan_of(fewer, seen), plan_of(more, seen)
    gone = done(first) - done(second)
    assert {verb for _, verb, *_ in gone} <= in_conflict(second), (gone, second)
    yield "as before" if camera_of(more).verdict is camera_of(fewer).verdict else "worse"
    yield "sent all the same" if done(first) and not gone else ""
    yield "conflict" if gone else ""


# --- orders


def told(evaluation: Evaluation) -> list[str]:
    """Everything an evaluation says, in an order of its own."""
    loose = [replace(one, left=tuple(sorted(one.left))) for one in evaluation.results]
    return sorted(str(msgspec.to_builtins(one, str_keys=True, builtin_types=(datetime,))) for one in loose)


def planned(plan: Plan) -> list[Any]:
    return [
        (one.change, one.mode, sorted(map(str, one.causes)), sorted(one.blockers), sorted(map(str, one.cites)))
        for one in plan.changes
    ]


def shuffled(some: Iterable[Any], chance: Random) -> list[Any]:
    found = list(some)
    chance.shuffle(found)
    return found


@settings(max_examples=300, deadline=None)
@given(SEEDS)
def test_no_order_of_packs_facts_or_exceptions_decides_anything(seed: int) -> None:
    chance = Random(seed)
    rules = some_rules(chance, chance.choice((1, 2, 3)))
    packs = [one.pack for one in rules]
    seen = snapshot(packs, chance)
    given_ = grants([*packs, *packs], chance)
    given_ = tuple(replace(one, id=f"ex-{number}") for number, one in enumerate(given_))
    one = evaluate(rules, seen, NOW, given_)
    elsewhere = replace(
        seen,
        facts=dict(shuffled(seen.facts.items(), chance)),
        proofs=tuple(shuffled(seen.proofs, chance)),
        targets=dict(shuffled(seen.targets.items(), chance)),
    )
    other = evaluate(shuffled(rules, chance), elsewhere, NOW, shuffled(given_, chance))
    assert told(one) == told(other)
    assert planned(plan_of(one, seen)) == planned(plan_of(other, elsewhere))


@settings(max_examples=200, deadline=None)
@given(SEEDS)
def test_no_order_of_documents_decides_a_verdict(seed: int) -> None:
    chance = Random(seed)
    rules = some_rules(chance, 2)
    seen = snapshot([one.pack for one in rules], chance)
    given_ = grants([one.pack for one in rules], chance)
    found = [
        {
            key: (one.verdict, one.qualifier, one.exception)
            for key, one in rules_of(evaluate(rules, some, NOW, given_)).items()
        }
        for some in (seen, replace(seen, documents=tuple(shuffled(seen.documents, chance))))
    ]
    assert found[0] == found[1]
