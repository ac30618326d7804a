"""What a pack cannot mean: limits that exclude each other, and rungs that ask for what they are to replace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from vmsguard.model.pack import ExceptionGate, ExceptionType, Requirement, Rule
from vmsguard.model.span import Span
from vmsguard.policy.syntax.durations import show_span
from vmsguard.policy.syntax.reading import Reader
from vmsguard.policy.syntax.strict_yaml import Node

__all__ = ["check_bounds", "check_stand_ins", "check_times"]

_LONGEST, _SHORTEST = "retention.max", "retention.min"


def check_bounds(reader: Reader, rules: Sequence[Rule], places: Mapping[int, Node]) -> None:
    """No camera has to keep footage longer than it may: ``places`` says where each requirement stands."""
    asked = [(rule, one) for rule in rules for one in rule.require]
    longest = [(rule, one) for rule, one in asked if one.control == _LONGEST]
    shortest = [(rule, one) for rule, one in asked if one.control == _SHORTEST]
    _clash(reader, shortest, longest, places)
    for rule in rules:
        for rung in rule.otherwise:
            least = [(rule, one) for one in rung.require if one.control == _SHORTEST]
            most = [(rule, one) for one in rung.require if one.control == _LONGEST]
            _clash(reader, least, most, places)


def _clash(
    reader: Reader,
    shortest: Iterable[tuple[Rule, Requirement]],
    longest: Iterable[tuple[Rule, Requirement]],
    places: Mapping[int, Node],
) -> None:
    for (one, least), (other, most) in product(shortest, longest):
        if not _together(one, other):
            continue
        for least_value, most_value in _values(least, "min", most, "max"):
            if least_value.shortest > most_value.longest:
                message = f"footage must be kept for {show_span(least_value)} and for {show_span(most_value)} at most"
                hint = f"line {most.line} limits what this asks for; change one of the two, or select other cameras"
                reader.fault(places[id(least)], message, hint)
                break


def _together(one: Rule, other: Rule) -> bool:
    """Whether some camera is surely judged by both: one of them is for all that the other is for."""
    selects = one.select is None or other.select is None or one.select == other.select
    return selects and (not one.when or not other.when or one.when == other.when)


def _values(one: Requirement, name: str, other: Requirement, other_name: str) -> Iterator[tuple[Span, Span]]:
    """The two limits, in each profile that states one; what waits for an exception has no value yet."""
    if name in one.pending or other_name in other.pending:
        return
    for profile in {**one.per_profile, **other.per_profile} or {"": None}:
        found = one.per_profile.get(profile, one.params), other.per_profile.get(profile, other.params)
        yield _span(getattr(found[0], name)), _span(getattr(found[1], other_name))


def _span(value: Any) -> Span:
    return value if isinstance(value, Span) else Span(exact=value)


def check_stand_ins(
    reader: Reader, rules: Iterable[Rule], types: Mapping[str, ExceptionType], places: Mapping[int, Node]
) -> None:
    """A rung asks for something else than what it stands in for, or it changes nothing."""
    for rule in rules:
        required = {one.control: one for one in rule.require}
        for rung in rule.otherwise:
            kind = types.get(rung.gate.exception_type) if isinstance(rung.gate, ExceptionGate) else None
            for one in rung.require:
                same = required.get(one.control)
                if same is None or _asks(same) != _asks(one):
                    continue
                if not isinstance(rung.gate, ExceptionGate):
                    message = f"{one.control} stands in for itself: the rule requires the same"
                    reader.fault(places[id(one)], message, "require what is to be done where that is impossible")
                elif kind is not None and one.control in kind.lifts:
                    message = f"{one.control} is lifted by {kind.id} and required under it all the same"
                    hint = f"remove it here or from lifts of {kind.id}, or give it other parameters"
                    reader.fault(places[id(one)], message, hint)


def _asks(requirement: Requirement) -> tuple[object, ...]:
    return requirement.params, requirement.per_profile, requirement.pending, requirement.min_basis


def check_times(reader: Reader, types: Mapping[str, ExceptionType], nodes: Mapping[str, Node]) -> None:
    """An authorisation is asked for and decided before the longest exception of the type is over."""
    for name, kind in types.items():
        node = nodes[name].value
        for key, within in (("request_by", kind.request_by), ("max_pending", kind.max_pending)):
            if within is not None and isinstance(node, dict) and within >= kind.max_duration.longest:
                message = f"{key} is not shorter than max_duration ({show_span(kind.max_duration)})"
                reader.fault(node[key], message, "an exception that is over needs no decision; check both")
