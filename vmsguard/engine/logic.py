"""How verdicts combine: the worst of what must all hold, the best of what is enough."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard.model.vocabulary import Qualifier, Verdict

__all__ = ["best_of", "weakest_qualifier", "worst_of"]

_RANK = {
    Verdict.CONFLICT: 0,
    Verdict.FAIL: 1,
    Verdict.UNKNOWN: 2,
    Verdict.PASS: 3,
    Verdict.NOT_APPLICABLE: 4,
}
_NOTHING = Verdict.NOT_APPLICABLE
_QUALIFIERS = (Qualifier.EXCEPTION, Qualifier.FALLBACK, Qualifier.DIRECT)


def worst_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Conflict, fail, unknown, pass; what is not applicable drops out unless nothing else is left."""
    worst, rank = _NOTHING, 4
    for verdict in verdicts:
        found = _RANK[verdict]
        if found < rank:
            worst, rank = verdict, found
    return worst


def best_of(verdicts: Iterable[Verdict]) -> Verdict:
    """For alternatives one of which is enough: a pass decides, an unknown one keeps the others from failing.

    A conflict outranks them all: only a person resolves it.
    """
    found = set(verdicts)
    for verdict in (Verdict.CONFLICT, Verdict.PASS, Verdict.UNKNOWN, Verdict.FAIL):
        if verdict in found:
            return verdict
    return Verdict.NOT_APPLICABLE


def weakest_qualifier(qualifiers: Iterable[Qualifier | None]) -> Qualifier | None:
    """The qualifier that claims least; None when nothing passed."""
    found = set(qualifiers)
    return next((qualifier for qualifier in _QUALIFIERS if qualifier in found), None)
