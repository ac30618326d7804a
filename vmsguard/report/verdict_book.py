"""The newest verdict of every rule on every camera, followed record by record, and how many there were of each.

What is kept grows with the fleet, never with the number of runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, TypeAlias

from vmsguard.model.vocabulary import Qualifier, Verdict
from vmsguard.report.model import Counts
from vmsguard.report.records import VerdictTold
from vmsguard.report.verdicts import Standing, counts_of, standing_of, unrenewed

__all__ = ["Dropped", "Kept", "Key", "VerdictBook"]

Key: TypeAlias = tuple[str, str, str]
"""Camera, pack, rule."""

_Place: TypeAlias = tuple[str, str, str]
"""Control, endpoint, channel."""


class Kept:
    """The newest final record of a rule on a camera, and the controls under it."""

    __slots__ = ("parts", "record", "stale_since")

    def __init__(self, record: VerdictTold) -> None:
        self.record = record
        self.parts: dict[_Place, VerdictTold] = {}
        self.stale_since: datetime | None = None
        """When a run passed it over that should have renewed it."""

    @property
    def standing(self) -> Standing:
        said = standing_of(self.record)
        return said if self.stale_since is None else unrenewed(said)


class Dropped(NamedTuple):
    """A rule that runs judged once on cameras they still judge, and judge no more."""

    cameras: set[str]
    judged_at: datetime


class _Promised:
    """What a run has told of what it promised, until it ends."""

    __slots__ = ("cameras", "finals")

    def __init__(self) -> None:
        self.finals = 0
        self.cameras: set[str] = set()
        """Those whose own verdict it gave, which comes after those of their rules."""


class VerdictBook:
    """Follows ``verify`` records; ``end_run`` says what a finished run should have renewed and did not."""

    def __init__(self) -> None:
        self.rules: dict[Key, Kept] = {}
        self.cameras: dict[str, Kept] = {}
        """By the verdicts of the cameras themselves."""
        self.sites: dict[str, str] = {}
        self.dropped: dict[tuple[str, str], Dropped] = {}
        self._early: dict[Key, tuple[str, dict[_Place, VerdictTold]]] = {}
        """Controls whose rule has not been told yet, with the run they belong to."""
        self._rules_of: dict[str, set[Key]] = {}
        self._promised: dict[str, _Promised] = {}
        self._tally: Counter[tuple[Verdict, Qualifier | None]] = Counter()

    @property
    def counts(self) -> Counts:
        return counts_of(self._tally)

    def follow(self, record: VerdictTold) -> None:
        if record.site:
            self.sites[record.camera] = record.site
        if record.final:
            promised = self._promised.setdefault(record.run, _Promised())
            promised.finals += 1
            if not record.rule:
                promised.cameras.add(record.camera)
        if record.control:
            self._follow_control(record)
        elif record.rule and record.final:
            self._follow_rule(record)
        elif not record.rule:
            self.cameras[record.camera] = Kept(record)

    def parts_of(self, key: Key) -> Mapping[_Place, VerdictTold]:
        kept = self.rules.get(key)
        return {} if kept is None else kept.parts

    def end_run(self, run: str, at: datetime, *, pairs: int | None, limited: bool) -> None:
        """A run ended that promised ``pairs`` final verdicts (None: nobody knows).

        Of a camera that a run looked at in full, a rule without a verdict is one that is not applied any
        more. Whatever else the run should have renewed and did not counts from now on as not renewed: on
        the cameras it looked at, and on all of them where nobody had narrowed it.
        """
        promised = self._promised.pop(run, _Promised())
        whole = promised.finals == pairs
        for camera in promised.cameras if limited else list(self._rules_of):
            for key in list(self._rules_of.get(camera, ())):
                kept = self.rules[key]
                if kept.record.run == run:
                    continue
                if whole and camera in promised.cameras:
                    self._drop(key, kept)
                elif kept.stale_since is None:
                    self._tally[kept.standing[:2]] -= 1
                    kept.stale_since = at
                    self._tally[kept.standing[:2]] += 1
        for own in () if limited else self.cameras.values():
            if own.record.run != run and own.stale_since is None:
                own.stale_since = at

    def _follow_control(self, record: VerdictTold) -> None:
        key = (record.camera, record.pack, record.rule)
        place = (record.control, record.endpoint, record.channel)
        kept = self.rules.get(key)
        if kept is not None and kept.record.run == record.run:
            kept.parts[place] = record
            return
        run, early = self._early.get(key, ("", {}))
        if run != record.run:
            early = {}
            self._early[key] = (record.run, early)
        early[place] = record

    def _follow_rule(self, record: VerdictTold) -> None:
        key = (record.camera, record.pack, record.rule)
        before = self.rules.get(key)
        kept = Kept(record)
        if before is not None:
            self._tally[before.standing[:2]] -= 1
            if before.record.run == record.run:
                kept.parts = before.parts
        run, early = self._early.pop(key, ("", {}))
        if run == record.run:
            kept.parts.update(early)
        self._tally[kept.standing[:2]] += 1
        self.rules[key] = kept
        self._rules_of.setdefault(record.camera, set()).add(key)

    def _drop(self, key: Key, kept: Kept) -> None:
        camera, pack, rule = key
        self._tally[kept.standing[:2]] -= 1
        del self.rules[key]
        self._rules_of[camera].discard(key)
        before = self.dropped.get((pack, rule))
        cameras = set() if before is None else before.cameras
        cameras.add(camera)
        at = kept.record.ts if before is None else max(before.judged_at, kept.record.ts)
        self.dropped[(pack, rule)] = Dropped(cameras, at)
