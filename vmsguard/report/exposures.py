"""Times in which a rule was known to be broken, from verdicts and the windows they carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from vmsguard.model.vocabulary import Verdict
from vmsguard.report.model import Exposure
from vmsguard.report.records import VerdictTold
from vmsguard.report.verdict_book import Key
from vmsguard.report.verdicts import standing_of

__all__ = ["ExposureBook"]

_BROKEN = (Verdict.FAIL, Verdict.CONFLICT)


class _Window:
    __slots__ = ("controls", "end", "endpoints", "key", "seq", "start")

    def __init__(self, key: Key, start: datetime, seq: int) -> None:
        self.key = key
        self.start = start
        self.end: datetime | None = None
        self.seq = seq
        self.controls = ""
        self.endpoints = ""


class ExposureBook:
    """Follows verdicts of rules. A window opens where a breach is told and closes where it is told to be gone.

    What is unknown closes nothing. Windows that closed before ``since`` are not kept.
    """

    def __init__(self, since: datetime | None) -> None:
        self._since = since
        self._open: dict[Key, _Window] = {}
        self._closed: list[_Window] = []

    def follow(self, record: VerdictTold, parts: Iterable[VerdictTold]) -> None:
        key = (record.camera, record.pack, record.rule)
        verdict = standing_of(record).verdict
        window = self._open.get(key)
        if verdict in _BROKEN or (verdict is Verdict.UNKNOWN and record.exposure_from and not record.exposure_to):
            start = record.exposure_from or record.ts
            if window is None:
                window = self._open[key] = _Window(key, start, record.seq)
            window.start, window.seq = min(window.start, start), record.seq
            _name(window, parts)
        elif verdict is not Verdict.UNKNOWN:
            if window is None and record.exposure_from is not None and record.exposure_to is not None:
                window = _Window(key, record.exposure_from, record.seq)
            if window is not None:
                self._close(window, record)

    def told(self, sites: dict[str, str], origin: str) -> Iterator[Exposure]:
        for window in (*self._closed, *self._open.values()):
            camera, pack, rule = window.key
            yield Exposure(
                camera=camera,
                site=sites.get(camera, ""),
                pack=pack,
                rule=rule,
                control=window.controls,
                endpoint=window.endpoints,
                start=window.start,
                end=window.end,
                seq=window.seq,
                origin=origin,
            )

    def _close(self, window: _Window, record: VerdictTold) -> None:
        self._open.pop(window.key, None)
        if record.exposure_from is not None:
            window.start = min(window.start, record.exposure_from)
        window.end, window.seq = record.exposure_to or record.ts, record.seq
        if self._since is None or window.end >= self._since:
            self._closed.append(window)


def _name(window: _Window, parts: Iterable[VerdictTold]) -> None:
    """Which controls broke the rule, and where; what an earlier record named stays if this one names none."""
    broken = [part for part in parts if standing_of(part).verdict in _BROKEN]
    if broken:
        window.controls = ", ".join(sorted({part.control for part in broken}))
        window.endpoints = ", ".join(sorted({part.endpoint for part in broken if part.endpoint}))
