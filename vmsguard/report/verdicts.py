"""Verdicts as a report counts them: what this version does not understand, or nobody renewed, is unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from vmsguard.model.vocabulary import Qualifier, Remediation, Verdict
from vmsguard.report.model import Counts
from vmsguard.report.records import VerdictTold

__all__ = ["WORST_FIRST", "Standing", "counts_of", "remediation_of", "standing_of", "unrenewed", "worst"]

WORST_FIRST = (Verdict.CONFLICT, Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE)

_RANK = {verdict: rank for rank, verdict in enumerate(WORST_FIRST)}
_VERDICTS = {verdict.value: verdict for verdict in Verdict}
_QUALIFIERS = {qualifier.value: qualifier for qualifier in Qualifier}
_REMEDIATIONS = {remediation.value: remediation for remediation in Remediation}
_COUNTED = {
    (Verdict.PASS, Qualifier.DIRECT): "pass_direct",
    (Verdict.PASS, Qualifier.FALLBACK): "pass_fallback",
    (Verdict.PASS, Qualifier.EXCEPTION): "pass_exception",
    (Verdict.FAIL, None): "fail",
    (Verdict.UNKNOWN, None): "unknown",
    (Verdict.CONFLICT, None): "conflict",
    (Verdict.NOT_APPLICABLE, None): "not_applicable",
}


class Standing(NamedTuple):
    """A verdict with its qualifier, which only a pass has."""

    verdict: Verdict
    qualifier: Qualifier | None = None
    understood: bool = True
    """False: the record holds a word that this version does not know, and the verdict is unknown for that."""


_NOT_UNDERSTOOD = Standing(Verdict.UNKNOWN, None, understood=False)
_KNOWN = {
    (verdict.value, qualifier): Standing(verdict)
    for verdict in Verdict
    if verdict is not Verdict.PASS
    for qualifier in ("", *_QUALIFIERS)
} | {("pass", qualifier.value): Standing(Verdict.PASS, qualifier) for qualifier in Qualifier}


def standing_of(record: VerdictTold) -> Standing:
    """What the record says; a pass that does not say how it was reached counts as unknown."""
    return _KNOWN.get((record.verdict, record.qualifier), _NOT_UNDERSTOOD)


def unrenewed(standing: Standing) -> Standing:
    """The same when nobody looked again: only what is broken stays so by itself."""
    if standing.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE):
        return Standing(Verdict.UNKNOWN)
    return standing


def remediation_of(record: VerdictTold) -> Remediation:
    return _REMEDIATIONS.get(record.remediation, Remediation.NONE)


def worst(standings: Iterable[Standing]) -> Standing:
    """The worst; of passes the one that rests on least (an exception, then a fallback)."""
    order = (Qualifier.EXCEPTION, Qualifier.FALLBACK, Qualifier.DIRECT, None)
    return min(standings, key=lambda one: (_RANK[one.verdict], order.index(one.qualifier)))


def counts_of(
    standings: Iterable[tuple[Verdict, Qualifier | None]] | Counter[tuple[Verdict, Qualifier | None]],
) -> Counts:
    """How many of each; a ``Counter`` is taken as it stands."""
    counted = standings if isinstance(standings, Counter) else Counter(standings)
    return Counts(**{name: counted[kind] for kind, name in _COUNTED.items()})
