"""What was not looked at: cameras, sites, targets, stores and records that a verdict cannot speak for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from vmsguard.model.vocabulary import Verdict, Why
from vmsguard.report.model import Absence, Camera, Integrity, Item
from vmsguard.report.story import Story
from vmsguard.report.words.absences import ABSENCES
from vmsguard.report.words.lacks import LACKS
from vmsguard.report.words.wording import Words, look_up

__all__ = ["absences_of"]

_STORE_CONTROLS = ("deletion.", "storage.residue.")


def absences_of(
    story: Story,
    log: Integrity,
    *,
    cameras: Sequence[Camera],
    items: Iterable[Item],
    gone: Sequence[Camera],
    silent: datetime | None,
) -> tuple[Absence, ...]:
    """Everything of one log, most sweeping first.

    ``cameras`` and ``items`` are those shown, ``gone`` cameras that went out of sight before the report's
    period, ``silent`` since when the log owes a record.
    """
    told = [
        *_of_the_log(story, log, silent),
        *_of_runs(story),
        *([] if silent else _of_sites(cameras, gone)),
        *_of_scope(story),
        *_of_targets(story),
        *_of_stores(items),
        *_of_rules(story),
    ]
    return tuple(_absence(*one, origin=log.origin) for one in told)


_Told = tuple[str, str, str, str, datetime | None]
"""Kind, subject, more to say in front of the kind's sentence, another next step, since."""


def _of_the_log(story: Story, log: Integrity, silent: datetime | None) -> Iterator[_Told]:
    name = log.origin or "the log"
    if silent is not None:
        yield "log-silent", name, "", "", silent
    if story.cut_short:
        yield "not-understood", name, f"Reading stopped before the end: {story.cut_short}.", "", None
    if story.not_understood:
        yield "not-understood", name, f"{story.not_understood} of {log.size} records.", "", None
    if log.pruned:
        yield "pruned", name, f"Records 0 to {log.pruned - 1}.", "", None
    if log.erased:
        yield "erased", name, f"{log.erased} records.", "", None
    whole = story.runs.newest_whole
    if whole is not None and whole.scope is None:
        yield "not-recorded", name, "", "", None


def _of_runs(story: Story) -> Iterator[_Told]:
    """Runs without an end that no later whole run made up for."""
    whole = story.runs.newest_whole
    for run in story.runs.runs.values():
        if run.ended is None and (whole is None or run.first_seq > whole.first_seq):
            yield "run-not-ended", run.id, "", "", run.started


def _of_sites(cameras: Sequence[Camera], gone: Sequence[Camera]) -> Iterator[_Told]:
    """A site of which nobody saw any camera is told once; otherwise each camera that was passed over."""
    every = (*cameras, *gone)
    unseen = {camera.id for camera in every if camera.stale}
    by_site: dict[str, list[Camera]] = {}
    for camera in every:
        by_site.setdefault(camera.site, []).append(camera)
    for site, found in sorted(by_site.items()):
        stale = [camera for camera in found if camera.id in unseen]
        if site and len(stale) == len(found):
            count = f"{len(found)} camera{'s' if len(found) != 1 else ''}."
            yield "site-silent", site, count, "", max(camera.judged_at for camera in found)
        else:
            for camera in sorted(stale, key=lambda one: one.id):
                yield "left-out", camera.id, "", "", camera.judged_at


def _of_scope(story: Story) -> Iterator[_Told]:
    """What runs themselves said they leave out: cameras nobody ever judged, and those without a policy."""
    known = {*story.verdicts.cameras, *(camera for camera, _, _ in story.verdicts.rules)}
    scopes = [run.scope for run in story.runs.runs.values() if run.scope is not None]
    if scopes:
        newest = scopes[-1]
        for camera in newest.left_out:
            if camera not in known:
                yield "left-out", camera, "No run has ever judged it.", "", None
        if newest.left_out_left_off and not known.issuperset(newest.left_out):
            yield "left-out", f"{newest.left_out_left_off} more cameras", "The record does not name them.", "", None
    whole = story.runs.newest_whole
    scope = None if whole is None else whole.scope
    if scope is None:
        return
    for camera in scope.without_policy:
        yield "no-policy", camera, "", "", None
    if scope.without_policy_left_off:
        subject = f"{scope.without_policy_left_off} more cameras"
        yield "no-policy", subject, "The record does not name them.", "", None


def _of_targets(story: Story) -> Iterator[_Told]:
    for silent in sorted(story.unreachable, key=lambda told: told.record.target):
        words = look_up(LACKS, silent.record.why)
        yield "unreachable", silent.record.target, words.told, words.next_step, silent.since
    for failed in sorted(story.plugins, key=lambda told: told.record.plugin):
        error = f"It said {failed.record.error}." if failed.record.error else ""
        yield "plugin-failed", failed.record.plugin, error, "", failed.since
    for found in sorted(story.findings, key=lambda told: told.record.subject):
        if found.record.code == "unclaimed-channel":
            yield "unclaimed-channel", found.record.subject, "", "", found.since


def _of_stores(items: Iterable[Item]) -> Iterator[_Told]:
    """Places where footage may lie that no list showed."""
    seen: dict[str, datetime] = {}
    for item in items:
        for part in item.parts:
            unseen = part.verdict is Verdict.UNKNOWN and part.why == Why.INCOMPLETE.value
            if unseen and part.endpoint and part.control.startswith(_STORE_CONTROLS):
                seen[part.endpoint] = max(part.judged_at, seen.get(part.endpoint, part.judged_at))
    for endpoint, at in sorted(seen.items()):
        yield "store-unseen", endpoint, "", "", at


def _of_rules(story: Story) -> Iterator[_Told]:
    for (pack, rule), dropped in sorted(story.verdicts.dropped.items()):
        count = len(dropped.cameras)
        subject = f"{pack}/{rule}"
        yield "no-longer-judged", subject, f"On {count} camera{'s' if count != 1 else ''}.", "", dropped.judged_at


def _absence(kind: str, subject: str, first: str, step: str, since: datetime | None, *, origin: str) -> Absence:
    words = ABSENCES.get(kind, Words(""))
    return Absence(
        kind=kind,
        subject=subject,
        told=" ".join(part for part in (first, words.told) if part),
        next_step=step or words.next_step,
        since=since,
        origin=origin,
    )
