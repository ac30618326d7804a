"""What one log tells, followed record by record in a single pass."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from vmsguard.errors import EvidenceError
from vmsguard.evidence.show import Filter, read_records
from vmsguard.report.deletions import DeletionBook
from vmsguard.report.exceptions import ExceptionBook
from vmsguard.report.exposures import ExposureBook
from vmsguard.report.holds import HoldBook
from vmsguard.report.lasting import Lasting
from vmsguard.report.model import Period
from vmsguard.report.records import (
    DutyTold,
    ExceptionTold,
    FindingRead,
    HeartbeatTold,
    HoldRead,
    ObserveTold,
    PluginFailedTold,
    PurgeTold,
    Record,
    RunEndTold,
    UnreachableTold,
    VerdictTold,
    read_record,
)
from vmsguard.report.runs import Run, RunBook
from vmsguard.report.verdict_book import VerdictBook

__all__ = ["Story", "read_story"]


class Story:
    """Everything a report takes from a log; memory grows with the fleet and the number of runs, not with the log."""

    def __init__(self, since: datetime | None = None) -> None:
        self.runs = RunBook()
        self.verdicts = VerdictBook()
        self.exposures = ExposureBook(since)
        self.deletions = DeletionBook(since)
        self.exceptions = ExceptionBook()
        self.holds = HoldBook()
        self.findings: Lasting[tuple[str, str], FindingRead] = Lasting()
        self.unreachable: Lasting[str, UnreachableTold] = Lasting()
        self.plugins: Lasting[str, PluginFailedTold] = Lasting()
        self.target_sites: dict[str, str] = {}
        self.points: list[Period] = []
        self.not_understood = 0
        """Records that do not hold what their event must hold."""
        self.cut_short = ""
        """Why reading stopped before the end."""
        self.first: datetime | None = None
        self.last: datetime | None = None
        self._beat: timedelta | None = None

    def follow(self, raw: Mapping[str, Any]) -> None:
        """Take in the next record of the log."""
        read = read_record(raw)
        if read is None:
            self.not_understood += 1
            return
        event, record = read
        self.first = record.ts if self.first is None else self.first
        self.last = record.ts if self.last is None else max(self.last, record.ts)
        if event == "log.closed":
            self._beat = None
        run = self.runs.follow(record) if record.run else None
        self._take(event, record)
        if isinstance(record, RunEndTold) and run is not None:
            self._end_run(run, record)

    def silent_since(self, until: datetime) -> datetime | None:
        """The time of the last record, where more was promised before ``until`` and none came."""
        if self._beat is None or self.last is None or until - self.last <= 2 * self._beat:
            return None
        return self.last

    def cameras_by_endpoint(self) -> dict[str, list[str]]:
        """``target/channel`` to the cameras whose verdicts name it."""
        found: dict[str, set[str]] = {}
        for (camera, _, _), kept in self.verdicts.rules.items():
            for part in kept.parts.values():
                if part.endpoint:
                    found.setdefault(part.endpoint, set()).add(camera)
        return {endpoint: sorted(cameras) for endpoint, cameras in found.items()}

    def _take(self, event: str, record: Record) -> None:
        match record:
            case VerdictTold():
                self.verdicts.follow(record)
                if record.rule and record.final and not record.control:
                    key = (record.camera, record.pack, record.rule)
                    self.exposures.follow(record, self.verdicts.parts_of(key).values())
            case ObserveTold():
                self.unreachable.forget(record.target)
                self._place(record.target, record.site)
            case UnreachableTold():
                self.unreachable.tell(record.target, record)
                self._place(record.target, record.site)
            case FindingRead():
                self.findings.tell((record.code, record.subject), record)
            case PluginFailedTold():
                self.plugins.tell(record.plugin, record)
            case PurgeTold():
                self.deletions.follow_purge(record)
            case DutyTold():
                self.deletions.follow_duty(event, record)
            case ExceptionTold():
                self.exceptions.follow(event, record)
            case HoldRead():
                self.holds.follow(event, record)
            case HeartbeatTold():
                self._beat = timedelta(seconds=record.interval)
            case _:
                pass

    def _place(self, target: str, site: str) -> None:
        if site:
            self.target_sites[target] = site

    def _end_run(self, run: Run, record: RunEndTold) -> None:
        self.verdicts.end_run(run.id, record.ts, pairs=run.pairs, limited=run.limited)
        if not run.limited:
            self.findings.keep_only(run.id)
            self.unreachable.keep_only(run.id)
            self.plugins.keep_only(run.id)
        self.points.append(
            Period(
                at=record.ts,
                run=run.id,
                command=run.command,
                counts=self.verdicts.counts,
                cameras=len({*self.verdicts.cameras, *self.verdicts.sites}),
            )
        )


def read_story(directory: Path, *, size: int, since: datetime | None, until: datetime | None) -> Story:
    """The story of the first ``size`` records, which are those that were verified, before ``until``."""
    story = Story(since)
    try:
        # The log may grow while it is read.
        for raw in read_records(directory, Filter(last=size - 1, until=until)):
            story.follow(raw)
    except EvidenceError as error:
        # A segment that is no segment any more: the verification says tampered, and the rest is still told.
        story.cut_short = str(error)
    return story
