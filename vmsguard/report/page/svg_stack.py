"""Verdicts as parts of a bar: the order, the names, and how wide each part is drawn."""

from __future__ import annotations

from msgspec import Struct

from vmsguard.report.model import Counts

__all__ = ["SERIES", "Segment", "Series", "segments", "worst"]

_THINNEST = 1.6
"""Per cent: one failure among thousands must not vanish."""


class Series(Struct, frozen=True):
    """One kind of verdict in a chart; passes are three kinds and are never merged."""

    key: str
    word: str
    css: str
    symbol: str

    def of(self, counts: Counts) -> int:
        value: int = getattr(counts, self.key)
        return value


# Worst first: what needs somebody is at the left, and at the foot of a column, where lengths compare best.
SERIES: tuple[Series, ...] = (
    Series("fail", "fail", "fail", "fail"),
    Series("conflict", "conflict", "conflict", "conflict"),
    Series("unknown", "unknown", "unknown", "unknown"),
    Series("pass_exception", "pass by exception", "exception", "exception"),
    Series("pass_fallback", "pass by fallback", "fallback", "fallback"),
    Series("pass_direct", "pass", "direct", "direct"),
    Series("not_applicable", "does not apply", "na", "na"),
)


class Segment(Struct, frozen=True):
    """One part of a bar; ``x`` and ``width`` are per cent of the bar."""

    series: Series
    count: int
    x: str
    width: str


def segments(counts: Counts, *, of: int | None = None) -> tuple[Segment, ...]:
    """The parts of one bar, worst first; the bar is full when ``of`` (by default: all of ``counts``) is reached.

    A part thinner than 1.6 % is drawn that wide and the others give way, in proportion.
    """
    present = [(series, series.of(counts)) for series in SERIES if series.of(counts)]
    total = sum(count for _, count in present)
    if not total:
        return ()
    full = 100.0 * total / max(of or total, total)
    shares = [full * count / total for _, count in present]
    floor = min(_THINNEST, full / len(present))
    short = sum(max(floor - share, 0) for share in shares)
    spare = sum(max(share - floor, 0) for share in shares)
    give = short / spare if spare else 0.0
    widths = [floor if share <= floor else share - (share - floor) * give for share in shares]
    told, x = [], 0.0
    for (series, count), width in zip(present, widths, strict=True):
        told.append(Segment(series, count, f"{x:.2f}", f"{width:.2f}"))
        x += width
    return tuple(told)


def worst(counts: Counts) -> Series | None:
    """The worst kind of verdict there is; None if nothing was judged."""
    return next((series for series in SERIES if series.of(counts)), None)
