from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from vmsguard.agent.notifications.alert import Alert
from vmsguard.model.outbox import Notice, Waiting

START = datetime(2026, 11, 22, 12, tzinfo=UTC)


class StoppedClock:
    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - START).total_seconds()

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


class MemoryOutbox:
    """What the state store does with notices, in a dict."""

    def __init__(self) -> None:
        self.rows: dict[int, Waiting] = {}
        self._known: set[tuple[str, str]] = set()

    def post(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            if (notice.key, notice.route) not in self._known:
                self._known.add((notice.key, notice.route))
                number = len(self.rows) + 1
                self.rows[number] = Waiting(
                    id=number, sent_at=None, attempts=0, not_before=None, **msgspec.structs.asdict(notice)
                )

    def unsent(self, now: datetime, limit: int) -> Sequence[Waiting]:
        ready = [
            row
            for row in self.rows.values()
            if row.sent_at is None and (row.not_before is None or row.not_before <= now)
        ]
        return ready[:limit]

    def mark_sent(self, notices: Iterable[int], at: datetime) -> None:
        for each in notices:
            self.rows[each] = msgspec.structs.replace(self.rows[each], sent_at=at)

    def mark_failed(self, notices: Iterable[int], not_before: datetime) -> None:
        for each in notices:
            row = self.rows[each]
            self.rows[each] = msgspec.structs.replace(row, not_before=not_before, attempts=row.attempts + 1)

    def forget_sent(self, before: datetime) -> None:
        for each, row in list(self.rows.items()):
            if row.sent_at is not None and row.sent_at < before:
                self.rows[each] = msgspec.structs.replace(row, body="")


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def outbox() -> MemoryOutbox:
    return MemoryOutbox()


@pytest.fixture
def alert():
    def make(code: str = "duty-late", subject: str = "cam-1", **more) -> Alert:
        told = {"site": "hq", "target": f"t-{subject}", "at": START} | more
        return Alert(code=code, subject=subject, **told)

    return make
