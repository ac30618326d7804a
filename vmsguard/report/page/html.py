"""The report as one HTML page that loads nothing, runs nothing and can be handed on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from markupsafe import Markup

from vmsguard.model.vocabulary import Verdict
from vmsguard.report.model import Report
from vmsguard.report.page.anchors import Anchors
from vmsguard.report.page.commands import commands
from vmsguard.report.page.environment import environment, stylesheet
from vmsguard.report.page.groups import VerdictGroups, group_items
from vmsguard.report.page.integrity import banner, not_proven, proven
from vmsguard.report.page.lede import lede
from vmsguard.report.page.lists import (
    absences_by_kind,
    exception_state,
    findings_by_code,
    obligations_by_pack,
    passing_items,
)
from vmsguard.report.page.page_words import EXITS, force_told
from vmsguard.report.page.svg_deletions import STATE_SYMBOLS, deletion_state, deletions_chart
from vmsguard.report.page.svg_sites import sites_chart
from vmsguard.report.page.svg_time import time_chart
from vmsguard.report.page.text import span

__all__ = ["render"]

_BROKEN_OR_UNKNOWN = (Verdict.FAIL, Verdict.CONFLICT, Verdict.UNKNOWN)
_FOLD_AT, _MANY = 12, 400
"""Longer lists are opened by their reader; in a long report all lists are, so that the reasons stay in view."""
# The symbol and the colours of a verdict; a pass as part of something that does not pass is drawn as a direct one.
_CSS: Mapping[str, str] = {
    Verdict.FAIL: "fail",
    Verdict.CONFLICT: "conflict",
    Verdict.UNKNOWN: "unknown",
    Verdict.NOT_APPLICABLE: "na",
    Verdict.PASS: "direct",
}


def render(report: Report) -> str:
    """The whole page; equal reports give equal pages."""
    css, style_hash = stylesheet()
    not_passing = group_items(report.items, _BROKEN_OR_UNKNOWN)
    return (
        environment()
        .get_template("page.html")
        .render(
            report=report,
            style=Markup(css),  # noqa: S704 (the package's own file; no word of a log is in it)
            style_hash=style_hash,
            banner=banner(report.integrity),
            logs=report.logs or (report.integrity,),
            many_logs=len(report.logs) > 1,
            lede=lede(report),
            sites=sorted(report.by_site),
            contents=_contents(report, not_passing),
            packs=obligations_by_pack(report),
            forces=_forces(report),
            sites_chart=sites_chart(report.by_site),
            time_chart=time_chart(report.over_time),
            thinned=any(period.runs > 1 for period in report.over_time),
            deletions_chart=deletions_chart(report.deletions),
            deletions=[(one, deletion_state(one)) for one in report.deletions],
            state_css=STATE_SYMBOLS,
            anchors=Anchors(report),
            css_of=_CSS,
            length_from=lambda start: _length(start, None, report),
            not_passing=not_passing,
            fold_at=_FOLD_AT if len(report.items) <= _MANY else 0,
            exposures=[(one, _length(one.start, one.end, report)) for one in report.exposures],
            lasting=sum(one.end is None for one in report.exposures),
            exceptions=[(one, exception_state(one)) for one in report.exceptions],
            absences=absences_by_kind(report.absences),
            findings=findings_by_code(report.findings),
            proven=proven(report),
            not_proven=not_proven(report),
            commands=commands(report),
            passing=passing_items(report.items),
            inapplicable=group_items(report.items, (Verdict.NOT_APPLICABLE,)),
            exits=EXITS,
        )
    )


def _contents(report: Report, not_passing: tuple[VerdictGroups, ...]) -> tuple[tuple[str, str, str], ...]:
    open_items = sum(group.items for group in not_passing)
    return (
        ("integrity", "Can the evidence be trusted?", banner(report.integrity).css),
        ("obligations", "Obligations", f"{len(report.obligations):,}"),
        ("figures", "Sites, time and deletions", ""),
        ("not-passing", "What does not pass", f"{open_items:,}"),
        ("exposures", "Exposure and exceptions", f"{len(report.exposures) + len(report.exceptions):,}"),
        ("unseen", "What is not known", f"{len(report.unknowns) + len(report.absences) + len(report.findings):,}"),
        ("checking", "Check this report yourself", ""),
        ("appendix", "Appendix: passes and runs", f"{report.counts.passed:,}"),
    )


def _forces(report: Report) -> list[object]:
    told = {one.force: force_told(one.force) for one in report.obligations}
    return [told[force] for force in sorted(told, key=lambda force: (told[force].rank != "binding", force))]


def _length(start: datetime, end: datetime | None, report: Report) -> str:
    """How long; what lasts is counted to the end of the period."""
    return span(int(((end or report.period_to or report.made_at) - start).total_seconds()))
