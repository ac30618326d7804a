"""Whether a pack says what its author means: each case judged, and each rule seen to pass, to fail and not to know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from vmsguard.controls.base import Control
from vmsguard.engine.assigned import AssignedRules
from vmsguard.engine.compile import CompiledRules, compile_assigned
from vmsguard.engine.evaluate import Evaluation, evaluate
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.pack import Pack
from vmsguard.model.policy_tests import Expected, PolicyCase, PolicyTests
from vmsguard.model.results import Result
from vmsguard.model.truth import Truth
from vmsguard.model.vocabulary import Mode, Verdict

__all__ = ["CaseOutcome", "Uncovered", "run_cases", "uncovered"]

_NEEDED = (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN)


class CaseOutcome(Struct, frozen=True, kw_only=True):
    """One case as it was judged; it holds if nothing differs."""

    case: PolicyCase
    differs: tuple[str, ...] = ()
    """Each difference in a sentence, with the reason the engine gave."""


class Uncovered(Struct, frozen=True):
    """A verdict that no case expects of a rule."""

    rule: str
    verdict: Verdict


def run_cases(
    tests: PolicyTests, pack: Pack, controls: Mapping[str, Control], facts: Mapping[str, FactSpec]
) -> tuple[CaseOutcome, ...]:
    """Every case of the file under the pack, in order."""
    compiled = _Compiled(pack, controls, facts)
    return tuple(CaseOutcome(case=case, differs=tuple(_differences(case, compiled))) for case in tests.cases)


def uncovered(tests: PolicyTests, pack: Pack) -> tuple[Uncovered, ...]:
    """What is lacking for each rule to have a passing, a failing and an unknown case."""
    seen = {(expected.rule, expected.verdict) for case in tests.cases for expected in case.expect}
    return tuple(
        Uncovered(rule.id, verdict) for rule in pack.rules for verdict in _NEEDED if (rule.id, verdict) not in seen
    )


class _Compiled:
    """The pack under each of its profiles, compiled when a case first asks for it."""

    def __init__(self, pack: Pack, controls: Mapping[str, Control], facts: Mapping[str, FactSpec]) -> None:
        self._pack = pack
        self._controls = controls
        self._facts = dict(facts)
        self._found: dict[str, CompiledRules] = {}

    def under(self, profile: str) -> CompiledRules:
        if profile not in self._found:
            assigned = AssignedRules(pack=self._pack, profile=profile, mode=Mode.AUDIT, assignment="policy-test")
            self._found[profile] = compile_assigned(assigned, self._controls, self._facts)
        return self._found[profile]


def _differences(case: PolicyCase, compiled: _Compiled) -> Iterator[str]:
    rules = compiled.under(case.profile)
    evaluation = evaluate((rules,), case.snapshot, case.now, case.grants)
    yield from _scope(case, evaluation, rules.pack.id)
    judged = {result.rule: result for result in evaluation.results if result.level == "rule"}
    for expected in case.expect:
        result = judged.get(expected.rule)
        if result is None:
            yield f"{expected.rule}: expected {expected.verdict.value}, but the pack does not concern the camera"
        else:
            yield from _differs(expected, result, evaluation.results)


def _scope(case: PolicyCase, evaluation: Evaluation, pack: str) -> Iterator[str]:
    if case.in_scope is None:
        return
    truth = evaluation.in_scope.get(pack, Truth.FALSE)
    if case.in_scope is (truth is Truth.FALSE):
        told = "does not concern the camera" if truth is Truth.FALSE else f"concerns the camera ({truth.name.lower()})"
        yield f"in_scope: expected {str(case.in_scope).lower()}, but the pack {told}"


def _differs(expected: Expected, result: Result, results: Sequence[Result]) -> Iterator[str]:
    wanted, found = expected.verdict.value, result.verdict.value
    if expected.qualifier is not None:
        wanted += f" by {expected.qualifier.value}"
        found += f" by {result.qualifier.value}" if result.qualifier is not None else ""
    if wanted != found:
        yield f"{expected.rule}: expected {wanted}, is {found} ({result.reason}){_blame(expected, results)}"
    codes = {_code(result), *(_code(one) for one in results if one.rule == expected.rule), *map(_first, result.left)}
    if expected.reason and expected.reason not in codes:
        yield f"{expected.rule}: expected the reason {expected.reason}, found {', '.join(sorted(codes - {''}))}"


def _blame(expected: Expected, results: Iterable[Result]) -> str:
    """The controls that stand out, so that a failing test tells where to look."""
    told = [
        f"{one.control}{f' at {one.endpoint}' if one.endpoint else ''}: {one.verdict.value}, {one.reason}"
        for one in results
        if one.rule == expected.rule and one.control and one.verdict not in (Verdict.PASS, Verdict.NOT_APPLICABLE)
    ]
    return "".join(f"\n      {line}" for line in told)


def _code(result: Result) -> str:
    return _first(result.reason)


def _first(text: str) -> str:
    return text.partition(":")[0].strip()
