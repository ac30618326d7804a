"""Verdicts by site: one bar per site, worst first, and what a reader hears instead of seeing it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from vmsguard.report.model import Counts
from vmsguard.report.page.page_words import listed, plural
from vmsguard.report.page.svg_stack import SERIES, Segment, segments
from vmsguard.report.page.text import shortened

__all__ = ["SiteBar", "SitesChart", "counts_told", "sites_chart"]

_MOST = 24
_ROW = 46
_NAME = 34


class SiteBar(Struct, frozen=True):
    y: int
    name: str
    told: str
    segments: tuple[Segment, ...]


class SitesChart(Struct, frozen=True):
    height: int
    bars: tuple[SiteBar, ...]
    left_off: int
    """Sites that only the table has."""
    told: str


def counts_told(counts: Counts) -> str:
    """``3 fail, 2 unknown and 4 pass``; what there is none of is not named."""
    parts = [f"{series.of(counts):,} {series.word}" for series in SERIES if series.of(counts)]
    return listed(parts) or "nothing judged"


def _badness(counts: Counts) -> tuple[float, float]:
    judged = counts.judged or 1
    return (-(counts.fail + counts.conflict) / judged, -counts.unknown / judged)


def sites_chart(by_site: Mapping[str, Counts]) -> SitesChart:
    """Bars of the worst 24 sites; each is full width, so that shares compare, and says its count."""
    ranked = sorted(by_site.items(), key=lambda pair: (*_badness(pair[1]), pair[0]))
    bars = tuple(
        SiteBar(
            y=row * _ROW,
            name=shortened(site or "no site named", _NAME),
            told=f"{counts.passed:,} of {counts.judged:,} pass",
            segments=segments(counts),
        )
        for row, (site, counts) in enumerate(ranked[:_MOST])
    )
    failing = sum(1 for counts in by_site.values() if counts.fail + counts.conflict)
    unclear = sum(1 for counts in by_site.values() if counts.unknown)
    told = (
        f"{plural(len(by_site), 'site')}. Failing verdicts at {failing}, unknown ones at {unclear}. "
        "Each bar is one site, its parts are shares of its verdicts."
    )
    return SitesChart(height=len(bars) * _ROW, bars=bars, left_off=max(len(ranked) - _MOST, 0), told=told)
