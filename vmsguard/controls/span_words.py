"""Spans as verdicts name them: ``30 days``, ``1 month``, ``1 year 6 months``."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from vmsguard.model.span import Span

__all__ = ["span_in_words"]


@lru_cache(maxsize=256)
def span_in_words(span: Span) -> str:
    years, months = divmod(span.months, 12)
    told = [_count(number, unit) for number, unit in ((years, "year"), (months, "month")) if number]
    if span.exact or not told:
        told.append(_count(span.exact / timedelta(days=1), "day"))
    return " ".join(told)


def _count(number: float, unit: str) -> str:
    return f"{number:g} {unit}" if number == 1 else f"{number:g} {unit}s"
