"""The first sentences of the report: how it stands, without rounding anything in its favour."""

from __future__ import annotations

from msgspec import Struct

from vmsguard.model.vocabulary import Verdict
from vmsguard.report.model import Report
from vmsguard.report.page.page_words import plural

__all__ = ["Lede", "lede"]


class Lede(Struct, frozen=True):
    """Each sentence with the kind of verdict it is about, for its symbol; empty for none."""

    sentences: tuple[tuple[str, str], ...]


def lede(report: Report) -> Lede:
    """What a reader in a hurry must take along."""
    counts = report.counts
    if report.integrity.exit_code == 1:
        return Lede((("fail", "The log behind this report does not hold together; its figures prove nothing."),))
    if not report.items and not report.runs:
        return Lede((("unknown", "The log holds no run. Nothing was looked at, so nothing is shown to be in order."),))
    if not counts.judged:
        return Lede((("unknown", "No rule was judged on any camera, so nothing is shown to be in order."),))
    told = []
    broken = _cameras(report, Verdict.FAIL)
    if broken:
        verb = "breaks a rule" if broken == 1 else "break a rule"
        told.append(("fail", f"{plural(broken, 'camera')} of {len(report.cameras):,} {verb}."))
    torn = _cameras(report, Verdict.CONFLICT)
    if torn:
        told.append(("conflict", f"Rules contradict each other on {plural(torn, 'camera')}."))
    if counts.unknown:
        verb = "verdict could" if counts.unknown == 1 else "verdicts could"
        on = plural(_cameras(report, Verdict.UNKNOWN), "camera")
        told.append(("unknown", f"{counts.unknown:,} {verb} not be reached, on {on}; unknown is not compliant."))
    if not told:
        what = (
            "every rule passes on every camera that was judged" if counts.judged > 1 else "the one rule judged passes"
        )
        told.append(("direct", f"As far as was looked, {what}."))
    if report.absences:
        told.append(("", f"{plural(len(report.absences), 'thing was', 'things were')} not looked at."))
    return Lede(tuple(told))


def _cameras(report: Report, verdict: Verdict) -> int:
    return len({(item.origin, item.camera) for item in report.items if item.verdict is verdict})
