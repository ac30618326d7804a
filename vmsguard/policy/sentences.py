"""The parts of a pack as sentences, in English and Korean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from vmsguard.controls.base import Control
from vmsguard.model.pack import (
    AllOf,
    AnyOf,
    AttributeTest,
    ExceptionType,
    Gate,
    ImpossibleGate,
    Pack,
    Profile,
    Requirement,
    Rule,
    Selector,
    Source,
)
from vmsguard.model.span import Span
from vmsguard.policy.params import param_fields
from vmsguard.policy.plain_words import one_of, plain, plain_name
from vmsguard.policy.syntax.durations import show_duration, show_span

__all__ = [
    "LANGUAGES",
    "WORDS",
    "say_condition",
    "say_gate",
    "say_requirement",
    "say_selector",
    "say_source",
    "say_test",
    "say_title",
    "say_value",
]

LANGUAGES = ("en", "ko")

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "aims": "its aim is one of {0}",
        "and": "and",
        "any": "at least one of",
        "asked": "an authorisation is asked for within {0} of its start",
        "awaited": "a decision is awaited for {0} at most",
        "authority": "On the authority of",
        "applies": "Judges cameras of which this is true. An attribute nobody set: judged, not changed",
        "every": "Judges every camera.",
        "at least": "known at least by",
        "expires": "ends after at most {0}, then {1}",
        "final": "it cannot be renewed",
        "impossible": "Where something of this is proven impossible ({0}), in its place",
        "excepted": "Under a valid exception of the type {0}, in place of {1}",
        "is": "{0} is {1}",
        "limit": "the {0} the exception states",
        "or": "or",
        "otherwise": "Otherwise it fails. A gate that is unknown stays shut.",
        "narrowed": "Only for cameras of which this is true as well",
        "profiles": "Readings, side by side",
        "reached": "judged",
        "rejected": "refused or asked for too late: {0}",
        "not reached": "not judged",
        "require": "Required",
        "states": "it must state {0}",
        "under": "under the profile {0}",
        "values": "its own values",
        "when": "Only where {0}; where that is unknown the rule applies and nothing is changed",
        "assumption": "no source gives this; it is our assumption",
        "primary": "the text was read",
        "secondary": "read second-hand",
        "unconfirmed": "not confirmed",
        "since": "since {0}",
        "so": "{0}",
    },
    "ko": {
        "aims": "목적은 다음 중 하나: {0}",
        "and": "그리고",
        "any": "다음 중 하나 이상",
        "asked": "시작 후 {0} 안에 허가를 신청",
        "awaited": "결정 대기는 최장 {0}",
        "authority": "근거",
        "applies": "적용 대상 (속성이 정해지지 않은 카메라도 판정하되, 변경하지 않는다)",
        "every": "모든 카메라를 판정한다.",
        "at least": "최소 확인 수준",
        "expires": "최장 {0}, 이후 {1}",
        "final": "갱신 불가",
        "impossible": "이 가운데 불가능함이 입증된 항목({0})은 대신",
        "excepted": "{0} 유형의 유효한 예외가 있으면 {1} 대신",
        "is": "{0} = {1}",
        "limit": "예외에 적힌 {0}",
        "or": "또는",
        "otherwise": "그 밖에는 충족하지 못한 것으로 판정한다. 확인되지 않은 조건은 충족되지 않은 것으로 본다.",
        "narrowed": "다음에도 해당하는 카메라에만 적용",
        "profiles": "해석 비교",
        "reached": "대상",
        "rejected": "허가 거부 또는 신청 지연 시 {0}",
        "not reached": "대상 아님",
        "require": "요구 사항",
        "states": "필수 기재: {0}",
        "under": "{0} 프로필에서",
        "values": "고유 값",
        "when": "{0}에만 적용. 확인되지 않으면 규칙은 적용하되 변경은 하지 않는다",
        "assumption": "출처가 없는 자체 가정",
        "primary": "원문 확인",
        "secondary": "2차 자료로 확인",
        "unconfirmed": "미확인",
        "since": "{0}부터",
        "so": "{0}인 경우",
    },
}


def say_selector(selector: Selector, lang: str) -> tuple[str, ...]:
    """Conditions that must all hold, one sentence each."""
    if isinstance(selector, AllOf):
        return tuple(sentence for part in selector.of for sentence in say_selector(part, lang))
    if isinstance(selector, AnyOf):
        inner = "; ".join(f" {WORDS[lang]['and']} ".join(say_selector(part, lang)) for part in selector.of)
        return (f"{WORDS[lang]['any']}: {inner}",)
    return (say_test(selector, lang),)


def say_test(test: AttributeTest, lang: str) -> str:
    """One condition: ``modality is thermal or bispectral``."""
    values = one_of([say_value(value, lang, test.attribute) for value in test.any_of], WORDS[lang]["or"])
    return WORDS[lang]["is"].format(plain_name(test.attribute, lang), values)


def say_condition(fact: str, value: Any, lang: str) -> str:
    """A fact that must be so, in words where there are some, with the line that files use."""
    told = f"{fact}={say_value(value)}"
    line = WORDS[lang]["is"].format(fact, say_value(value, lang))
    words = plain(told, lang)
    return WORDS[lang]["so"].format(line) if words == told else f"{words} ({line})"


def say_value(value: Any, lang: str = "en", of: str = "") -> str:
    """A parameter or attribute as it is read aloud; ``of`` is the attribute it is a value of."""
    if isinstance(value, bool):
        return plain("true" if value else "false", lang)
    if isinstance(value, timedelta):
        return show_duration(value, lang)
    if isinstance(value, Span):
        return show_span(value, lang)
    if isinstance(value, tuple | list | frozenset):
        return ", ".join(sorted(say_value(item, lang) for item in value))
    return str(value) if lang == "en" else plain(str(value), lang, of)


def say_requirement(requirement: Requirement, controls: Mapping[str, Control], lang: str) -> str:
    """What a control demands, with its parameters."""
    control = controls[requirement.control]
    told = []
    for name, field in param_fields(control.Params).items():
        value = getattr(requirement.params, field.name)
        spoken = plain_name(name, lang)
        if field.name in requirement.pending:
            taken = requirement.pending[field.name].field
            told.append(f"{spoken}: {WORDS[lang]['limit'].format(taken if lang == 'en' else plain(taken, lang))}")
        elif field.name in requirement.from_profile:
            told.append(f"{spoken}: {_by_profile(requirement, field.name, lang)}")
        elif value not in ("", (), False, None):
            told.append(f"{spoken}: {say_value(value, lang)}")
    if requirement.min_basis is not None:
        told.append(f"{WORDS[lang]['at least']} {requirement.min_basis.label}")
    sentence = control.says.get(lang) or control.says["en"]
    return f"{sentence} ({'; '.join(told)})" if told else sentence


def _by_profile(requirement: Requirement, attribute: str, lang: str) -> str:
    """A parameter under each profile: ``1 month (fr), 72 hours (de)``."""
    values = {name: say_value(getattr(params, attribute), lang) for name, params in requirement.per_profile.items()}
    return ", ".join(f"{value} ({name})" for name, value in values.items())


def say_gate(gate: Gate, types: Mapping[str, ExceptionType], lang: str) -> str:
    """When a rung opens, and what it then replaces."""
    words = WORDS[lang]
    if isinstance(gate, ImpossibleGate):
        return words["impossible"].format(one_of([plain(proof, lang) for proof in gate.proofs], words["or"]))
    kind = types[gate.exception_type]
    told = (
        words["excepted"].format(kind.id, ", ".join(kind.lifts)),
        words["states"].format(", ".join(plain(field, lang) for field in kind.requires)),
        *_terms(kind, lang),
        words["expires"].format(show_span(kind.max_duration, lang), plain(kind.on_expiry, lang)),
    )
    return "; ".join(told)


def _terms(kind: ExceptionType, lang: str) -> Iterator[str]:
    """What a type demands besides what its exceptions state and how long they last."""
    words = WORDS[lang]
    if kind.objectives:
        yield words["aims"].format(", ".join(kind.objectives))
    if kind.request_by is not None:
        yield words["asked"].format(show_duration(kind.request_by, lang))
    if kind.max_pending is not None:
        yield words["awaited"].format(show_duration(kind.max_pending, lang))
    if kind.on_rejected:
        yield words["rejected"].format(plain(kind.on_rejected, lang))
    if not kind.renewable:
        yield words["final"]


def say_title(named: Source | Pack | Profile | Rule, lang: str) -> str:
    """The title in the reader's language where there is one; native titles are read with Korean."""
    return named.native_title if lang == "ko" and named.native_title else named.title


def say_source(source: Source, clause: str, lang: str) -> str:
    """The text, its clause, its force, and whether it was read."""
    words = WORDS[lang]
    title = say_title(source, lang)
    known = words["assumption"] if source.force == "assumption" else words[source.confirmed]
    place = f": {clause}" if clause else ""
    return f"{title}{place} [{plain(source.force.value, lang)}; {words['since'].format(source.since)}; {known}]"
