"""A report from evidence: verify, read once, tell; from nothing else, and never more than was verified."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from vmsguard._version import __version__
from vmsguard.errors import UsageError
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import VerifyReport, verify_directory
from vmsguard.evidence.verifying.whole_log import jobs_for
from vmsguard.report.absences import absences_of
from vmsguard.report.findings import findings_of
from vmsguard.report.integrity import integrity_of, worst_integrity
from vmsguard.report.items import sort_key
from vmsguard.report.model import Absence, Camera, Deletion, Integrity, Item, Report
from vmsguard.report.obligations import count, count_by_site, obligations_of
from vmsguard.report.over_time import over_time
from vmsguard.report.runs import reviews_of
from vmsguard.report.stand import stand
from vmsguard.report.story import Story, read_story
from vmsguard.report.unknowns import unknown_groups

__all__ = ["build_report"]


class _Log(NamedTuple):
    """One log, verified and read, with what of it is shown."""

    integrity: Integrity
    story: Story
    items: tuple[Item, ...]
    cameras: tuple[Camera, ...]
    absences: tuple[Absence, ...]


def build_report(
    *directories: Path,
    trust: Trust | None,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    tsa_roots: Sequence[bytes] = (),
    jobs: int | None = None,
) -> Report:
    """The report on the logs in these directories; equal evidence at the same ``now`` gives equal reports.

    Nothing after ``until`` is told, and of what was last seen before ``since`` only that nobody has looked
    since. A log that fails its verification is told all the same, under a verdict that says so.
    ``tsa_roots`` are the roots (PEM) of authorities whose timestamps count; ``jobs`` as for ``verify_directory``,
    one per core where a log is large if not given. ``UsageError`` where two directories hold the same log.
    """
    if since is not None and since > (until or now):
        raise UsageError(
            "the report's period ends before it begins",
            hint="give --since an earlier time than --until" if until else "give --since a time before now",
        )
    ends = until or now
    logs = [
        _read(
            directory,
            verify_directory(directory, trust=trust, now=now, tsa_roots=tsa_roots, jobs=jobs or jobs_for(directory)),
            since,
            ends,
            bounded=until is not None,
        )
        for directory in directories
    ]
    logs.sort(key=lambda log: log.integrity.origin)
    _refuse_copies([log.integrity for log in logs])
    items = tuple(sorted((item for log in logs for item in log.items), key=sort_key))
    books = [log.story.runs for log in logs]
    starts = [log.story.first for log in logs if log.story.first is not None]
    return Report(
        made_at=now,
        tool=f"vmsguard {__version__}",
        period_from=since or min(starts, default=None),
        period_to=ends,
        integrity=worst_integrity([log.integrity for log in logs]),
        logs=tuple(log.integrity for log in logs),
        runs=tuple(
            run.told(log.integrity.origin)
            for log in logs
            for run in log.story.runs.runs.values()
            if since is None or (run.ended or run.started) >= since
        ),
        counts=count(items),
        cameras=tuple(sorted((camera for log in logs for camera in log.cameras), key=_by_id)),
        obligations=obligations_of(books, items),
        by_site=count_by_site(items),
        items=items,
        over_time=tuple(
            point for point in over_time([log.story.points for log in logs]) if since is None or point.at >= since
        ),
        deletions=tuple(deletion for log in logs for deletion in _deletions(log, ends)),
        exposures=tuple(
            sorted(
                (
                    window
                    for log in logs
                    for window in log.story.exposures.told(log.story.verdicts.sites, log.integrity.origin)
                ),
                key=lambda window: (window.start, window.camera, window.pack, window.rule, window.seq),
            )
        ),
        exceptions=tuple(
            told
            for log in logs
            for told in log.story.exceptions.told(ends, log.story.runs.newest_whole, log.integrity.origin)
        ),
        holds=tuple(told for log in logs for told in log.story.holds.told(ends, log.integrity.origin)),
        unknowns=unknown_groups(items),
        absences=tuple(absence for log in logs for absence in log.absences),
        findings=tuple(found for log in logs for found in findings_of(log.story.findings, log.integrity.origin)),
        reviews=reviews_of(books),
    )


def _read(directory: Path, verified: VerifyReport, since: datetime | None, ends: datetime, *, bounded: bool) -> _Log:
    integrity = integrity_of(directory, verified)
    story = read_story(directory, size=verified.size, since=since, until=ends if bounded else None)
    silent = story.silent_since(ends)
    shown, gone = stand(story, integrity.origin, since, silent=silent is not None)
    items = tuple(item for camera in shown for item in camera[1])
    cameras = tuple(camera for camera, _ in shown)
    absences = absences_of(story, integrity, cameras=cameras, items=items, gone=gone, silent=silent)
    return _Log(integrity, story, items, cameras, absences)


def _refuse_copies(logs: Sequence[Integrity]) -> None:
    for one, other in pairwise(logs):
        if one.origin and one.origin == other.origin:
            raise UsageError(
                f"two of the directories hold the log {one.origin}",
                hint="name each log once; a copy would be counted twice",
            )


def _deletions(log: _Log, ends: datetime) -> Iterator[Deletion]:
    story = log.story
    return story.deletions.told(
        ends, cameras=story.cameras_by_endpoint(), sites=story.target_sites, origin=log.integrity.origin
    )


def _by_id(camera: Camera) -> tuple[str, str, str]:
    return camera.site, camera.id, camera.origin
