"""Verdicts over time: one point per run, of several logs together, thinned where there are many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from msgspec.structs import astuple, replace

from vmsguard.report.model import Counts, Period

__all__ = ["MOST_POINTS", "added", "over_time"]

MOST_POINTS = 120
"""More than these, and a line says less, not more."""

_SPANS: tuple[Callable[[datetime], object], ...] = (
    lambda at: at.date(),
    lambda at: at.isocalendar()[:2],
    lambda at: (at.year, at.month),
)


def over_time(logs: Sequence[Sequence[Period]]) -> tuple[Period, ...]:
    """The points of all logs in order of time, each with what the other logs had last said by then."""
    merged: list[Period] = []
    latest: dict[int, Period] = {}
    numbered = ((point, number) for number, points in enumerate(logs) for point in points)
    for point, number in sorted(numbered, key=lambda entry: (entry[0].at, entry[1])):
        latest[number] = point
        merged.append(
            replace(
                point,
                counts=added(known.counts for known in latest.values()),
                cameras=sum(known.cameras for known in latest.values()),
            )
        )
    return _thinned(merged)


def added(counts: Iterable[Counts]) -> Counts:
    """The sum, kind by kind."""
    total = (0,) * len(Counts.__struct_fields__)
    for one in counts:
        total = tuple(sum(pair) for pair in zip(total, astuple(one), strict=True))
    return Counts(**dict(zip(Counts.__struct_fields__, total, strict=True)))


def _thinned(points: Sequence[Period]) -> tuple[Period, ...]:
    """Of each day (week, month) the point with the smallest share of passes; the newest stands by itself."""
    if len(points) <= MOST_POINTS:
        return tuple(points)
    *earlier, newest = points
    for span in _SPANS:
        kept = _worst_of_each(earlier, span)
        if len(kept) < MOST_POINTS:
            break
    return (*kept, newest)


def _worst_of_each(points: Iterable[Period], span: Callable[[datetime], object]) -> list[Period]:
    kept: dict[object, Period] = {}
    for point in points:
        before = kept.get(span(point.at))
        runs = point.runs + (0 if before is None else before.runs)
        worse = point if before is None or _share(point.counts) <= _share(before.counts) else before
        kept[span(point.at)] = replace(worse, runs=runs)
    return list(kept.values())


def _share(counts: Counts) -> float:
    return counts.passed / counts.judged if counts.judged else 1.0
