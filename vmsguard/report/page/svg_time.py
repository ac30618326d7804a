"""Verdicts over time: one column per run, worst at the foot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from msgspec import Struct

from vmsguard.report.model import Period
from vmsguard.report.page.page_words import plural
from vmsguard.report.page.svg_sites import counts_told
from vmsguard.report.page.svg_stack import SERIES
from vmsguard.report.page.text import day, moment

__all__ = ["Column", "Part", "TimeChart", "time_chart"]

_HEIGHT = 180
_SPACED = 40
"""Up to so many columns have air between them; more are drawn edge to edge."""
_PAUSE = 3
"""A pause so many times the usual one is marked."""


class Part(Struct, frozen=True):
    css: str
    y: str
    height: str


class Column(Struct, frozen=True):
    """``x`` and ``width`` are per cent; ``y`` and ``height`` of its parts pixels."""

    x: str
    width: str
    parts: tuple[Part, ...]
    told: str


class TimeChart(Struct, frozen=True):
    height: int
    top: int
    """The number of verdicts that the full height stands for."""
    columns: tuple[Column, ...]
    pauses: tuple[str, ...]
    """Where, in per cent, a line marks an unusually long time without a run."""
    first: str
    last: str
    told: str


def time_chart(periods: Sequence[Period]) -> TimeChart | None:
    """The chart; None where there was no run. Verdicts that do not apply are left to the table."""
    if not periods:
        return None
    top = max(period.counts.judged for period in periods) or 1
    step = 100.0 / len(periods)
    width = min(step * (0.72 if len(periods) <= _SPACED else 1.0), 12.0)
    columns = tuple(
        Column(
            x=f"{index * step + (step - width) / 2:.3f}",
            width=f"{width:.3f}",
            parts=_parts(period, top),
            told=f"{moment(period.at)}: {counts_told(period.counts)}",
        )
        for index, period in enumerate(periods)
    )
    first, last = periods[0], periods[-1]
    # Where all is of one day, its date at both ends would say nothing.
    when = moment if day(first.at) == day(last.at) else day
    told = f"{plural(len(periods), 'column')}. First, {when(first.at)}: {counts_told(first.counts)}."
    if len(periods) > 1:
        told += f" Last, {when(last.at)}: {counts_told(last.counts)}."
    return TimeChart(
        height=_HEIGHT,
        top=top,
        columns=columns,
        pauses=_pauses(periods, step),
        first=when(first.at),
        last=when(last.at) if len(periods) > 1 else "",
        told=told,
    )


def _parts(period: Period, top: int) -> tuple[Part, ...]:
    told, y = [], float(_HEIGHT)
    for series in SERIES:
        count = series.of(period.counts)
        if not count or series.key == "not_applicable":
            continue
        # One failure among thousands must not vanish; the column then stands that much taller, not the rest shorter.
        height = max(_HEIGHT * count / top, 2.0)
        y = max(y - height, 0.0)
        told.append(Part(series.css, f"{y:.1f}", f"{height:.1f}"))
    return tuple(told)


def _pauses(periods: Sequence[Period], step: float) -> tuple[str, ...]:
    gaps = [(late.at - early.at).total_seconds() for early, late in pairwise(periods)]
    usual = median(gaps) if len(gaps) > 2 else 0.0
    if usual <= 0:
        return ()
    return tuple(f"{(index + 1) * step:.3f}" for index, gap in enumerate(gaps) if gap > _PAUSE * usual)
