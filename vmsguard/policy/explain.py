"""A pack as a lawyer would have it read aloud: obligation, authority, what stands in, and each reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from msgspec import Struct

from vmsguard.controls.base import Control
from vmsguard.errors import UsageError
from vmsguard.model.pack import AllOf, AnyOf, AttributeTest, Pack, Rule, Selector
from vmsguard.policy.plain_words import plain
from vmsguard.policy.sentences import (
    WORDS,
    say_condition,
    say_gate,
    say_requirement,
    say_selector,
    say_source,
    say_test,
    say_title,
    say_value,
)
from vmsguard.policy.syntax.suggest import did_you_mean

__all__ = [
    "Difference",
    "PackExplained",
    "RuleExplained",
    "RungExplained",
    "explain_pack",
    "rule_lines",
    "scope_lines",
    "values_of",
]

MOST_CONDITIONS = 8
"""Readings are compared over all combinations of their conditions up to this many."""


class RungExplained(Struct, frozen=True):
    opens: str
    require: tuple[str, ...]


class RuleExplained(Struct, frozen=True, kw_only=True):
    id: str
    title: str
    severity: str
    authority: tuple[str, ...]
    forces: tuple[str, ...]
    when: str = ""
    select: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    otherwise: tuple[RungExplained, ...] = ()


class Difference(Struct, frozen=True):
    """A kind of camera that some readings reach and others do not."""

    camera: Mapping[str, bool]
    """Conditions in words, and whether each holds."""
    reached: Mapping[str, bool]
    """By profile."""


class PackExplained(Struct, frozen=True, kw_only=True):
    id: str
    version: str
    title: str
    digest: str
    select: tuple[str, ...]
    profiles: Mapping[str, tuple[str, ...]]
    profile_titles: Mapping[str, str]
    profile_values: Mapping[str, Mapping[str, str]]
    """What rules take from each profile, by the name of the value."""
    differences: tuple[Difference, ...]
    rules: tuple[RuleExplained, ...]


def explain_pack(pack: Pack, controls: Mapping[str, Control], *, lang: str = "en", rule: str = "") -> PackExplained:
    """The pack in sentences, or one rule of it; raises ``UsageError`` for a rule it does not have."""
    wanted = [each for each in pack.rules if rule in ("", each.id)]
    if not wanted:
        raise UsageError(f"{pack.id} has no rule {rule!r}", hint=did_you_mean(rule, (each.id for each in pack.rules)))
    return PackExplained(
        id=pack.id,
        version=pack.version,
        title=say_title(pack, lang),
        digest=pack.digest,
        select=say_selector(pack.select, lang),
        profiles={name: say_selector(profile.select, lang) for name, profile in pack.profiles.items()},
        profile_titles={name: say_title(profile, lang) for name, profile in pack.profiles.items()},
        profile_values={name: values_of(pack, name, lang) for name in pack.profiles},
        differences=tuple(_differences(pack, lang)),
        rules=tuple(_explained(each, pack, controls, lang) for each in wanted),
    )


def _explained(rule: Rule, pack: Pack, controls: Mapping[str, Control], lang: str) -> RuleExplained:
    words = WORDS[lang]
    conditions = [say_condition(name, value, lang) for name, value in rule.when.items()]
    more = [
        (words["under"].format(profile.id), cited)
        for profile in pack.profiles.values()
        for cited in profile.cites.get(rule.id, ())
    ]
    return RuleExplained(
        id=rule.id,
        title=say_title(rule, lang),
        severity=rule.severity.value,
        authority=(
            *(say_source(pack.sources[cited.source], cited.clause, lang) for cited in rule.cites),
            *(f"{say_source(pack.sources[cited.source], cited.clause, lang)} ({under})" for under, cited in more),
        ),
        forces=tuple(pack.sources[cited.source].force.value for cited in (*rule.cites, *(cited for _, cited in more))),
        when=words["when"].format(f" {words['and']} ".join(conditions)) if conditions else "",
        select=() if rule.select is None else say_selector(rule.select, lang),
        require=tuple(say_requirement(requirement, controls, lang) for requirement in rule.require),
        otherwise=tuple(
            RungExplained(
                say_gate(rung.gate, pack.exception_types, lang),
                tuple(say_requirement(requirement, controls, lang) for requirement in rung.require),
            )
            for rung in rule.otherwise
        ),
    )


def values_of(pack: Pack, profile: str, lang: str = "en") -> dict[str, str]:
    """What rules take from a profile, by the name of the value, as it is read aloud."""
    asked = [each for rule in pack.rules for each in (rule.require, *(rung.require for rung in rule.otherwise))]
    return {
        taken.field: say_value(getattr(one.per_profile[profile], attribute), lang)
        for required in asked
        for one in required
        for attribute, taken in one.from_profile.items()
    }


def _differences(pack: Pack, lang: str) -> Iterator[Difference]:
    """The combinations of conditions on which the readings disagree."""
    tests = list(dict.fromkeys(test for profile in pack.profiles.values() for test in _tests(profile.select)))
    if len(pack.profiles) < 2 or len(tests) > MOST_CONDITIONS:
        return
    for truths in product((True, False), repeat=len(tests)):
        holds = dict(zip(tests, truths, strict=True))
        if not _possible(holds):
            continue
        reached = {name: _reaches(profile.select, holds) for name, profile in pack.profiles.items()}
        if len(set(reached.values())) > 1:
            yield Difference({say_test(test, lang): truth for test, truth in holds.items()}, reached)


def _tests(selector: Selector) -> Iterator[AttributeTest]:
    if isinstance(selector, AttributeTest):
        yield selector
    else:
        for part in selector.of:
            yield from _tests(part)


def _possible(holds: Mapping[AttributeTest, bool]) -> bool:
    """An attribute has one value: tests of it with no value in common cannot both hold."""
    true: dict[str, set[object]] = {}
    for test, truth in holds.items():
        if truth:
            values = true.setdefault(test.attribute, set(test.any_of))
            values &= set(test.any_of)
    return all(true.values())


def _reaches(selector: Selector, holds: Mapping[AttributeTest, bool]) -> bool:
    if isinstance(selector, AllOf):
        return all(_reaches(part, holds) for part in selector.of)
    if isinstance(selector, AnyOf):
        return any(_reaches(part, holds) for part in selector.of)
    return holds[selector]


def scope_lines(explained: PackExplained, lang: str) -> Iterator[str]:
    """What the pack is and which cameras it judges; the readings are left to ``differences``."""
    words = WORDS[lang]
    yield f"{explained.title} ({explained.id} {explained.version})"
    if not explained.select:
        yield words["every"]
        return
    yield f"{words['applies']}:"
    yield from (f"  - {sentence}" for sentence in explained.select)


def rule_lines(rule: RuleExplained, lang: str) -> Iterator[str]:
    """A rule: on whose authority, what it requires, and what stands in where that cannot be."""
    words = WORDS[lang]
    yield f"{rule.id} [{plain(rule.severity, lang)}]: {rule.title}"
    yield f"  {words['authority']}:"
    yield from (f"    - {sentence}" for sentence in rule.authority)
    if rule.when:
        yield f"  {rule.when}."
    if rule.select:
        yield f"  {words['narrowed']}:"
        yield from (f"    - {sentence}" for sentence in rule.select)
    yield f"  {words['require']}:"
    yield from (f"    - {sentence}" for sentence in rule.require)
    for rung in rule.otherwise:
        yield f"  {rung.opens}:"
        yield from (f"    - {sentence}" for sentence in rung.require)
    if rule.otherwise:
        yield f"  {words['otherwise']}"
