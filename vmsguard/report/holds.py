"""Holds: where deletion of footage was suspended, since when, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from vmsguard.report.model import HoldTold
from vmsguard.report.records import HoldRead

__all__ = ["HoldBook"]

_ENDS = {"hold.expired": "ended", "hold.lifted": "lifted"}


class HoldBook:
    """Follows ``hold.*``; the newest event on a hold and a camera counts."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], tuple[str, HoldRead]] = {}

    def follow(self, event: str, record: HoldRead) -> None:
        self._told[record.hold, record.camera] = (event, record)

    def told(self, until: datetime, origin: str) -> Iterator[HoldTold]:
        """By id and state; a hold whose known end has passed by ``until`` is over, recorded or not."""
        together: dict[tuple[str, str], list[HoldRead]] = {}
        for (name, _), (event, record) in self._told.items():
            over = record.ends is not None and record.ends <= until
            state = _ENDS.get(event, "ended" if over else "in-force")
            together.setdefault((name, state), []).append(record)
        for (name, state), records in sorted(together.items()):
            newest = max(records, key=lambda record: record.seq)
            yield HoldTold(
                id=name,
                state=state,
                cameras=tuple(sorted({record.camera for record in records if record.camera})),
                approver=newest.approver,
                starts=newest.starts,
                ends=newest.ends,
                origin=origin,
            )
