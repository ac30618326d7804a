"""The age of the last verified deletion at each place, against what the policy allows."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from vmsguard.report.model import Deletion
from vmsguard.report.page.page_words import plural
from vmsguard.report.page.text import shortened, span

__all__ = ["STATE_SYMBOLS", "DeletionBar", "DeletionsChart", "deletion_state", "deletions_chart", "place"]

_MOST = 20
_ROW = 46
_NAME = 34
_FULL = 2.0
"""Twice the allowed gap fills the bar; the limit is the line in its middle."""
_NEAR = 0.75


class DeletionBar(Struct, frozen=True):
    y: int
    name: str
    told: str
    css: str
    width: str
    """Per cent of the bar."""
    limit: bool
    """Whether there is a longest time allowed to mark."""


class DeletionsChart(Struct, frozen=True):
    height: int
    bars: tuple[DeletionBar, ...]
    left_off: int
    told: str


def place(one: Deletion) -> str:
    """``target/channel``; the whole target is named alone."""
    return one.target if one.channel in ("", "*") else f"{one.target}/{one.channel}"


def deletion_state(one: Deletion) -> str:
    """``overdue``, ``never``, ``nearly due`` (three quarters of the gap gone), ``in time``, or ``no limit``."""
    if one.age_seconds is None:
        return "never"
    if one.overdue or (one.max_gap_seconds is not None and one.age_seconds > one.max_gap_seconds):
        return "overdue"
    if one.max_gap_seconds is None:
        return "no limit"
    return "nearly due" if one.age_seconds >= _NEAR * one.max_gap_seconds else "in time"


_RANK = {"never": 0, "overdue": 1, "nearly due": 2, "in time": 3, "no limit": 4}
STATE_SYMBOLS = {"never": "unknown", "overdue": "fail", "nearly due": "direct", "in time": "direct", "no limit": "na"}
_CSS = {"never": "unknown", "overdue": "fail", "nearly due": "near", "in time": "direct", "no limit": "na"}


def _share(one: Deletion) -> float:
    if one.age_seconds is None or not one.max_gap_seconds:
        return _FULL
    return max(one.age_seconds, 0) / one.max_gap_seconds


def _told(one: Deletion, state: str) -> str:
    if one.age_seconds is None:
        return "never verified – overdue" if one.overdue else "never verified"
    if one.max_gap_seconds is None:
        return f"{span(one.age_seconds)}, no limit"
    return f"{span(one.age_seconds)} of {span(one.max_gap_seconds)}" + (" – overdue" if state == "overdue" else "")


def deletions_chart(deletions: Sequence[Deletion]) -> DeletionsChart:
    """Bars of the 20 places that are worst off; the table has all."""
    ranked = sorted(deletions, key=lambda one: (_RANK[deletion_state(one)], -_share(one), one.target, one.channel))
    bars = []
    for row, one in enumerate(ranked[:_MOST]):
        state, share = deletion_state(one), _share(one)
        bars.append(
            DeletionBar(
                y=row * _ROW,
                name=shortened(place(one), _NAME),
                told=_told(one, state),
                css=_CSS[state],
                width=f"{max(min(share / _FULL, 1.0) * 100, 1.0):.2f}",
                limit=one.max_gap_seconds is not None,
            )
        )
    late = sum(1 for one in deletions if deletion_state(one) == "overdue")
    never = sum(1 for one in deletions if deletion_state(one) == "never")
    told = (
        f"{plural(len(deletions), 'place')} where deletions are owed: {late:,} overdue, "
        f"{never:,} without any verified deletion. The line in the middle is the longest time allowed."
    )
    return DeletionsChart(height=len(bars) * _ROW, bars=tuple(bars), left_off=max(len(ranked) - _MOST, 0), told=told)
