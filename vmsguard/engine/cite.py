"""Facts as a verdict may show them: counts, flags and states by evidence class; never a secret, never an id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.facts import Absent, Fact, Items, Known
from vmsguard.model.results import CitedFact
from vmsguard.model.vocabulary import Basis, EvidenceClass

__all__ = ["LABELS", "Citations", "shows"]

LABELS = {basis: basis.label for basis in Basis}
"""How a basis is written in results; looked up, because a fleet writes it a hundred thousand times."""


def shows(fact: Fact, spec: FactSpec | None) -> str:
    """What may be said of a fact's reading; a fact nobody declared shows that it was read, and no more."""
    reading = fact.reading
    if isinstance(reading, Known):
        value: Any = reading.value
        if isinstance(value, Items):
            return f"{len(value.values)} listed" if value.complete else f"{len(value.values)} listed, not complete"
        if spec is None or spec.evidence is EvidenceClass.SECRET:
            return "withheld"
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value)
    return f"absent: {reading.proof}" if isinstance(reading, Absent) else f"unknown: {reading.why.value}"


class Citations:
    """Cited facts of one evaluation, each made once however many verdicts rest on it."""

    __slots__ = ("_kept", "_made", "_specs")

    def __init__(self, specs: dict[str, FactSpec]) -> None:
        self._specs = specs
        self._made: dict[int, CitedFact] = {}
        self._kept: list[Fact] = []
        """A fact that goes away leaves its identity to the next one made, which would then be cited as the first."""

    def of(self, facts: Iterable[Fact]) -> tuple[CitedFact, ...]:
        made, kept, specs = self._made, self._kept, self._specs
        told = []
        for fact in facts:
            found = made.get(id(fact))
            if found is None:
                key = fact.key
                found = CitedFact(key, shows(fact, specs.get(key.name)), LABELS[fact.basis], fact.observed_at)
                made[id(fact)] = found
                kept.append(fact)
            told.append(found)
        return tuple(told)
