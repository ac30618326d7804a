"""Deletions that were verified, and those that are owed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from vmsguard.model.vocabulary import WHOLE
from vmsguard.report.model import Deletion
from vmsguard.report.records import DutyTold, PurgeTold

__all__ = ["DeletionBook"]

_SECONDS_ARE_WHOLE = timedelta(seconds=1)

_Place = tuple[str, str]
"""Target, channel."""


class _Duty:
    __slots__ = ("begun", "camera", "due", "max_gap", "missed", "open_miss", "owed")

    def __init__(self, camera: str) -> None:
        self.camera = camera
        self.due: datetime | None = None
        self.begun: datetime | None = None
        """The cutoff from which the time until ``due`` runs."""
        self.max_gap = 0
        self.missed = 0
        self.open_miss = False
        self.owed = True


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
        duty.owed = event != "duty.ended"
        if event == "duty.due" and record.due is not None:
            duty.due = record.due
            duty.begun = record.due - timedelta(seconds=duty.max_gap)
        elif event == "duty.missed":
            duty.open_miss = True
            duty.missed += self._since is None or record.ts >= self._since
        elif event in ("duty.met", "duty.ended"):
            duty.open_miss = False

    def told(
        self, until: datetime, *, cameras: Mapping[str, Sequence[str]], sites: Mapping[str, str], origin: str
    ) -> Iterator[Deletion]:
        """One entry per place and store. ``cameras`` are those seen at an endpoint, ``sites`` those of targets."""
        for target, channel in sorted(self._purges.keys() | self._duties.keys()):
            known = list(self._duties.get((target, channel), {}).values())
            duties = [duty for duty in known if duty.owed]
            stores: Mapping[str, PurgeTold | None] = self._stores(target, channel)
            if not stores and not duties:
                continue
            owing = {duty.camera for duty in duties} or set(cameras.get(f"{target}/{channel}", ()))
            for store, purge in sorted((stores or {"": None}).items()):
                yield Deletion(
                    target=target,
                    channel=channel,
                    cameras=tuple(sorted(owing)),
                    cutoff=None if purge is None else purge.cutoff,
                    at=None if purge is None else purge.ts,
                    age_seconds=None if purge is None else max(0, int((until - purge.cutoff).total_seconds())),
                    max_gap_seconds=min((duty.max_gap for duty in duties if duty.max_gap), default=None),
                    due=min((duty.due for duty in duties if duty.due is not None), default=None),
                    overdue=any(_overdue(duty, purge, until) for duty in duties),
                    missed=sum(duty.missed for duty in known),
                    observed=purge is not None and purge.observed,
                    site=sites.get(target, ""),
                    store=store,
                    seq=None if purge is None else purge.seq,
                    origin=origin,
                )

    def _stores(self, target: str, channel: str) -> dict[str, PurgeTold | None]:
        """The last deletion of each store at the place; one on the target as a whole counts at every channel."""
        here = self._purges.get((target, channel), {})
        whole = self._purges.get((target, WHOLE), {})
        every = [*here.items(), *whole.items()]
        return {store: max((one for name, one in every if name == store), key=_cutoff) for store, _ in every}


def _cutoff(purge: PurgeTold) -> datetime:
    return purge.cutoff


def _overdue(duty: _Duty, purge: PurgeTold | None, until: datetime) -> bool:
    """Past its time, older than its longest gap, or missed and not made up for.

    A deletion that came late is a miss too; it is made up for, and the next time runs from its cutoff.
    """
    if duty.due is not None and duty.due < until:
        return True
    if purge is not None and duty.max_gap and until - purge.cutoff > timedelta(seconds=duty.max_gap):
        return True
    made_up = purge is not None and duty.begun is not None and abs(purge.cutoff - duty.begun) <= _SECONDS_ARE_WHOLE
    return duty.open_miss and not made_up
