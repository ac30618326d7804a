"""The rules of judgement every family shares: layers, incomplete lists, absence and second witnesses.

Nothing here knows a device. A list says "off" only when every layer of it was read, is complete and
holds no offender; what could not be seen is unknown, and a second witness outranks what a device says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vmsguard.controls.view import View, reason_of
from vmsguard.model.facts import Absent, Fact, Items, Known, Unknown
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Basis, Layer, Verdict, Why

__all__ = [
    "Off",
    "absent",
    "contradicted",
    "fabricates",
    "failed",
    "flag",
    "items_in",
    "judge_off",
    "listed",
    "passed",
    "unknown",
    "unknown_from",
    "weakest",
]


# Looking a member up on its enum costs as much as a call, and these are named for every fact of a fleet.
_PASS, _FAIL, _OBSERVED = Verdict.PASS, Verdict.FAIL, Basis.OBSERVED


@dataclass(frozen=True)
class Off:
    """What "off" means for the items of one list, and the words reports use for it."""

    noun: str
    """What an item is: ``recording job``."""
    offends: Callable[[Any], bool | None]
    """True for an item that is on, False for one that is off, None where the device did not say."""
    required: str
    _passes: dict[Basis, Outcome] = field(default_factory=dict, compare=False, repr=False)

    def passes(self, basis: Basis) -> Outcome:
        """The one pass outcome per basis; shared, because most of a fleet passes most controls."""
        found = self._passes.get(basis)
        if found is None:
            found = passed(f"off: no {self.noun} is on", self.required, basis)
            self._passes[basis] = found
        return found


def passed(reason: str, required: str, basis: Basis, *, found: str = "") -> Outcome:
    return Outcome(verdict=_PASS, reason=reason, required=required, basis=basis, found=found)


def failed(
    reason: str,
    required: str,
    *,
    offenders: Sequence[str] = (),
    left: Sequence[str] = (),
    found: str = "",
    basis: Basis | None = None,
    why: Why | None = None,
) -> Outcome:
    return Outcome(
        verdict=_FAIL,
        reason=reason,
        required=required,
        found=found,
        left=tuple(left) or tuple(offenders),
        offenders=tuple(offenders),
        basis=basis,
        why=why,
    )


def unknown(
    why: Why, detail: str, required: str, *, left: Sequence[str] = (), offenders: Sequence[str] = ()
) -> Outcome:
    return Outcome(
        verdict=Verdict.UNKNOWN,
        reason=f"{why.value}: {detail}" if detail else why.value,
        required=required,
        left=tuple(left),
        offenders=tuple(offenders),
        why=why,
    )


def unknown_from(facts: Iterable[Fact], required: str, *, left: Sequence[str] = ()) -> Outcome:
    """Unknown for the reasons the facts themselves carry."""
    blind = [fact for fact in facts if isinstance(fact.reading, Unknown)]
    if not blind:
        return unknown(Why.PROTOCOL, "the value is of another type than declared", required, left=left)
    first = blind[0].reading
    assert isinstance(first, Unknown)
    return Outcome(
        verdict=Verdict.UNKNOWN,
        reason=reason_of(first),
        required=required,
        left=(*left, *(f"{fact.key.name} ({fact.key.layer}): {_told(fact)}" for fact in blind)),
        why=first.why,
    )


def _told(fact: Fact) -> str:
    return reason_of(fact.reading) if isinstance(fact.reading, Unknown) else ""


def absent(facts: Sequence[Fact], required: str, view: View) -> Outcome:
    """Not applicable on proof of absence; a target that answers anything proves nothing by it."""
    if fabricates(view):
        return unknown(Why.FABRICATED, "the target answers success to operations that cannot exist", required)
    proofs = [fact.reading.proof for fact in facts if isinstance(fact.reading, Absent)]
    return Outcome(
        verdict=Verdict.NOT_APPLICABLE,
        reason=f"absent: {proofs[0]}",
        required=required,
        basis=weakest(facts),
    )


def contradicted(witness: str, required: str, told: str = "the target reports it off") -> Outcome:
    """Two witnesses that contradict each other are a failure that says so (DESIGN 4).

    It takes two: only for what the target ``told``, completely and in so many words.
    """
    return failed(
        f"{Why.CONTRADICTED.value}: {witness}, while {told}",
        required,
        left=(witness,),
        basis=Basis.OBSERVED,
        why=Why.CONTRADICTED,
    )


def fabricates(view: View) -> bool:
    return view.fabricates


def weakest(facts: Iterable[Fact]) -> Basis:
    """A conclusion is no better known than the weakest fact it rests on."""
    basis = _OBSERVED
    for fact in facts:
        if fact.basis < basis:
            basis = fact.basis
    return basis


def flag(fact: Fact) -> bool | None:
    """The value of a yes/no fact; None when nobody could tell or it is absent."""
    reading = fact.reading
    return reading.value if isinstance(reading, Known) and isinstance(reading.value, bool) else None


def judge_off(
    off: Off,
    facts: Sequence[Fact],
    view: View,
    *,
    seen_on: str = "",
    seen_off: bool = False,
    for_runtime: bool = False,
) -> Outcome:
    """The outcome for a list whose items must all be off, in every layer given.

    ``seen_on`` says what a second witness saw running (it outranks the target), ``seen_off`` that one saw
    it stand still. Where that speaks of every item (``for_runtime``) it stands in for the runtime layer,
    never for what is stored: only the configuration tells that nothing will start by itself.
    """
    plainly = None if seen_on else _plainly_off(off, facts)
    if plainly is not None:
        return off.passes(_OBSERVED if seen_off else plainly)
    offenders: dict[str, None] = {}
    silent: list[tuple[Fact, str]] = []
    open_ended: list[Fact] = []
    blind: list[Fact] = []
    known = 0
    stored_known = False
    empty = True
    for fact in facts:
        reading = fact.reading
        if isinstance(reading, Known):
            value = reading.value
            known += 1
            stored_known = stored_known or fact.key.layer is Layer.STORED
            for item in value.values:
                empty = False
                verdict = off.offends(item)
                if verdict:
                    offenders[item.id] = None
                elif verdict is None:
                    silent.append((fact, item.id))
            if not value.complete:
                open_ended.append(fact)
        elif isinstance(reading, Unknown):
            blind.append(fact)
    if offenders:
        ids = tuple(offenders)
        return failed(
            f"offender: {off.noun} {', '.join(ids)} is on",
            off.required,
            offenders=ids,
            left=(*(f"{off.noun} {item}" for item in ids), *_gaps(open_ended)),
            found=f"{len(ids)} on",
            basis=weakest(fact for fact in facts if isinstance(fact.reading, Known)),
        )
    if seen_on:
        if blind or silent or open_ended or (empty and fabricates(view)):
            return failed(f"seen-on: {seen_on}", off.required, left=(seen_on,), basis=Basis.OBSERVED)
        return contradicted(seen_on, off.required, "the target reports it off" if known else "the target has none")
    if seen_off and for_runtime and stored_known:
        blind = [fact for fact in blind if fact.key.layer is not Layer.RUNTIME]
        open_ended = [fact for fact in open_ended if fact.key.layer is not Layer.RUNTIME]
        silent = [(fact, item) for fact, item in silent if fact.key.layer is not Layer.RUNTIME]
    if blind:
        return unknown_from(blind, off.required, left=_gaps(open_ended))
    if silent:
        ids = tuple(dict.fromkeys(item for _, item in silent))
        return unknown(
            Why.INCOMPLETE,
            f"the target does not say whether {off.noun} {', '.join(ids)} is on",
            off.required,
            left=tuple(f"{off.noun} {item}" for item in ids),
        )
    if not known:
        return absent(facts, off.required, view)
    if open_ended:
        left = _gaps(open_ended)
        return unknown(Why.INCOMPLETE, "no offender on a list that is not complete", off.required, left=left)
    if empty and fabricates(view):
        return unknown(Why.FABRICATED, "an empty list from a target that answers anything", off.required)
    return off.passes(Basis.OBSERVED if seen_off else weakest(facts))


def _plainly_off(off: Off, facts: Iterable[Fact]) -> Basis | None:
    """The weakest basis, where every layer is a complete list that names items and all of them say "off".

    What most of a fleet says of most controls; all else (None) is worth a longer look.
    """
    basis = _OBSERVED
    for fact in facts:
        reading = fact.reading
        if not isinstance(reading, Known):
            return None
        items = reading.value
        if not items.complete or not items.values:
            return None
        for verdict in map(off.offends, items.values):
            if verdict is not False:
                return None
        if fact.basis < basis:
            basis = fact.basis
    return basis


def _gaps(facts: Iterable[Fact]) -> tuple[str, ...]:
    """What incomplete lists cannot show, in their own words, once each."""
    lists = ((fact.key.name, listed(fact)) for fact in facts)
    return tuple(dict.fromkeys(items.missing or f"{name} is not complete" for name, items in lists if items))


def listed(fact: Fact) -> Items[Any] | None:
    """The list of a fact, or None where it is absent, unknown or no list."""
    reading = fact.reading
    return reading.value if isinstance(reading, Known) and isinstance(reading.value, Items) else None


def items_in(facts: Iterable[Fact]) -> tuple[Any, ...]:
    """The items of every list that could be read."""
    lists = (listed(fact) for fact in facts)
    return tuple(item for items in lists if items is not None for item in items.values)
