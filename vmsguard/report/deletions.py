"""Deletions that were verified, and those that are owed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from vmsguard.report.model import Deletion
from vmsguard.report.records import DutyTold, PurgeTold

__all__ = ["DeletionBook"]

_Place = tuple[str, str]
"""Target, channel."""


class _Duty:
    __slots__ = ("camera", "due", "max_gap", "missed", "open_miss")

    def __init__(self, camera: str) -> None:
        self.camera = camera
        self.due: datetime | None = None
        self.max_gap = 0
        self.missed = 0
        self.open_miss = False


class DeletionBook:
    """Follows ``purge`` and ``duty.*``; keeps the newest of each place."""

    def __init__(self, since: datetime | None) -> None:
        self._since = since
        self._purges: dict[_Place, dict[str, PurgeTold]] = {}
        self._duties: dict[_Place, dict[tuple[str, str, str], _Duty]] = {}

    def follow_purge(self, record: PurgeTold) -> None:
        """A purge that left something is no deletion. The one with the latest cutoff counts, by store."""
        if record.after:
            return
        stores = self._purges.setdefault((record.target, record.channel), {})
        before = stores.get(record.store)
        if before is None or record.cutoff >= before.cutoff:
            stores[record.store] = record

    def follow_duty(self, event: str, record: DutyTold) -> None:
        owed = self._duties.setdefault((record.target, record.channel), {})
        key = (record.camera, record.pack, record.rule)
        duty = owed.setdefault(key, _Duty(record.camera))
        if record.max_gap_seconds:
            duty.max_gap = record.max_gap_seconds
        if event == "duty.due":
            duty.due = record.due
        elif event == "duty.met":
            duty.open_miss = False
        else:
            duty.open_miss = True
            duty.missed += self._since is None or record.ts >= self._since

    def told(
        self, until: datetime, *, cameras: Mapping[str, Sequence[str]], sites: Mapping[str, str], origin: str
    ) -> Iterator[Deletion]:
        """One entry per place and store. ``cameras`` are those seen at an endpoint, ``sites`` those of targets."""
        for target, channel in sorted(self._purges.keys() | self._duties.keys()):
            duties = list(self._duties.get((target, channel), {}).values())
            stores: Mapping[str, PurgeTold | None] = self._purges.get((target, channel)) or {"": None}
            owing = {duty.camera for duty in duties} or set(cameras.get(f"{target}/{channel}", ()))
            for store, purge in sorted(stores.items()):
                yield _told(
                    Deletion(
                        target=target,
                        channel=channel,
                        cameras=tuple(sorted(owing)),
                        cutoff=None if purge is None else purge.cutoff,
                        at=None if purge is None else purge.ts,
                        age_seconds=None if purge is None else max(0, int((until - purge.cutoff).total_seconds())),
                        max_gap_seconds=min((duty.max_gap for duty in duties if duty.max_gap), default=None),
                        due=min((duty.due for duty in duties if duty.due is not None), default=None),
                        missed=sum(duty.missed for duty in duties),
                        observed=purge is not None and purge.observed,
                        site=sites.get(target, ""),
                        store=store,
                        seq=None if purge is None else purge.seq,
                        origin=origin,
                    ),
                    until,
                    open_miss=any(duty.open_miss for duty in duties),
                )


def _told(deletion: Deletion, until: datetime, *, open_miss: bool) -> Deletion:
    """Overdue: older than its longest gap, never done though it was due, or missed and not made up for."""
    gap, age = deletion.max_gap_seconds, deletion.age_seconds
    late = age > gap if gap is not None and age is not None else False
    never = age is None and deletion.due is not None and deletion.due < until
    if not (late or never or open_miss):
        return deletion
    return replace(deletion, overdue=True)
