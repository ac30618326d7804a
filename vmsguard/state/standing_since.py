"""Since when a verdict stands, where the one before it is in the same row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_

from vmsguard.model.vocabulary import Verdict
from vmsguard.state import tables as t

__all__ = ["stands_since"]

_GOOD = (Verdict.PASS.value, Verdict.NOT_APPLICABLE.value)


def stands_since(new: Any) -> ColumnElement[Any]:
    """As long as the verdict does; an unknown one since the last good look: nothing is known of the time after it."""
    old = t.standings.c
    good = or_(*(old.verdict == verdict for verdict in _GOOD))  # IN takes no part in a statement of many rows
    return case(
        (old.verdict == new.verdict, old.since),
        (and_(new.verdict == Verdict.UNKNOWN.value, good), old.checked_at),
        else_=new.since,
    )
