"""Facts as an explanation shows them: what a verdict may show of a value, where it is from, and how old it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from vmsguard.engine.cite import LABELS, shows
from vmsguard.engine.why_model import FactWhy, Reason
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.facts import Absent, Fact, Known, Unknown

__all__ = ["facts_why", "reason_why", "reasons_why"]


def facts_why(facts: Iterable[Fact], specs: Mapping[str, FactSpec], now: datetime) -> tuple[FactWhy, ...]:
    """The facts in the order in which they were asked for."""
    return tuple(_fact(fact, specs.get(fact.key.name), now) for fact in facts)


def _fact(fact: Fact, spec: FactSpec | None, now: datetime) -> FactWhy:
    key, reading = fact.key, fact.reading
    if isinstance(reading, Known):
        state, told = "known", shows(fact, spec)
    elif isinstance(reading, Absent):
        state, told = "absent", reading.proof
    else:
        assert isinstance(reading, Unknown)
        state, told = "unknown", reading.why.value
    return FactWhy(
        name=key.name,
        target=key.target,
        channel=key.channel,
        layer=key.layer.value,
        store=key.store,
        state=state,
        shows=told,
        basis=LABELS[fact.basis],
        observed_at=fact.observed_at,
        age_seconds=max(0, int((now - fact.observed_at).total_seconds())),
        source=fact.source,
    )


def reason_why(told: str) -> Reason:
    """``code: sentence`` taken apart."""
    code, _, detail = told.partition(":")
    return Reason(code.strip(), detail.strip())


def reasons_why(told: Iterable[str]) -> tuple[Reason, ...]:
    return tuple(reason_why(one) for one in dict.fromkeys(told))
