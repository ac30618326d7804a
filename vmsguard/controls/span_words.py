"""Spans as verdicts name them: ``24 hours``, ``30 days``, ``1 month``, ``1 year 6 months``."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from vmsguard.model.span import Span

__all__ = ["span_in_words"]

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


@lru_cache(maxsize=256)
def span_in_words(span: Span) -> str:
    years, months = divmod(span.months, 12)
    told = [_count(number, unit) for number, unit in ((years, "year"), (months, "month")) if number]
    if span.exact or not told:
        unit, length = ("hour", _HOUR) if _in_hours(span.exact) else ("day", _DAY)
        told.append(_count(span.exact / length, unit))
    return " ".join(told)


def _in_hours(exact: timedelta) -> bool:
    """A day or two, and the 72 hours of European guidelines, are counted in hours; so is what is no number of days."""
    return exact <= 2 * _DAY or exact == 3 * _DAY or bool(exact % _DAY)


def _count(number: float, unit: str) -> str:
    return f"{number:g} {unit}" if number == 1 else f"{number:g} {unit}s"
