"""Exceptions and what was decided on each, camera by camera, told together where it is the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from vmsguard.report.model import ExceptionInForce
from vmsguard.report.records import ExceptionTold
from vmsguard.report.runs import Run
from vmsguard.report.words.reasons import REASONS
from vmsguard.report.words.wording import look_up

__all__ = ["ExceptionBook"]

_DAY = 86_400


class ExceptionBook:
    """Follows ``exception.*``; the newest decision on an exception for a camera and rule counts."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str, str, str], tuple[str, ExceptionTold]] = {}

    def follow(self, event: str, record: ExceptionTold) -> None:
        if not record.pack:
            self._withdraw(record)
            return
        key = (record.exception, record.pack, record.rule, record.camera)
        before = self._told.get(key)
        ended = before is not None and before[0] == "exception.expired" and before[1].run == record.run
        # The run that finds the end tells both; that it ended is the reason.
        if event != "exception.refused" or not ended:
            self._told[key] = (event, record)

    def _withdraw(self, record: ExceptionTold) -> None:
        """A withdrawal names the exception and the camera: whatever it lifted there, it lifts no more."""
        for key, (_, before) in self._told.items():
            if (key[0], key[3]) == (record.exception, record.camera):
                ended = replace(before, seq=record.seq, run=record.run, reason_code=record.reason_code)
                self._told[key] = ("exception.refused", ended)

    def told(self, until: datetime, newest_whole: Run | None, origin: str) -> Iterator[ExceptionInForce]:
        """By id. One that has ended by ``until``, or that the newest run states no more, does not count."""
        together: dict[tuple[str, str, str, str], list[ExceptionTold]] = {}
        for (name, pack, rule, _), (event, record) in self._told.items():
            reason = _reason(event, record, until, newest_whole)
            together.setdefault((name, pack, rule, reason), []).append(record)
        for (name, pack, rule, reason), records in sorted(together.items()):
            newest = max(records, key=lambda record: record.seq)
            words = look_up(REASONS, reason) if reason else None
            left = None if newest.expires is None else (newest.expires - until).total_seconds()
            yield ExceptionInForce(
                id=name,
                pack=pack,
                rule=rule,
                type=newest.type,
                cameras=tuple(sorted({record.camera for record in records if record.camera})),
                legal_basis=newest.legal_basis,
                approver=newest.approver,
                starts=newest.starts,
                expires=newest.expires,
                granted=not reason,
                reason=reason,
                reason_told="" if words is None else words.told,
                next_step="" if words is None else words.next_step,
                days_left=None if left is None else int(left // _DAY),
                origin=origin,
            )


def _reason(event: str, record: ExceptionTold, until: datetime, newest_whole: Run | None) -> str:
    """Why the exception does not count; empty where it does."""
    if event == "exception.expired" or (record.expires is not None and record.expires <= until):
        return "exception-expired"
    if event != "exception.granted":
        return record.reason_code or "not-stated"
    if newest_whole is not None and record.run != newest_whole.id and record.seq < newest_whole.first_seq:
        return "exception-withdrawn"
    return ""
