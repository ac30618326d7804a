"""Deletions that were owed: met in time, recorded as missed, or else a gap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from vmsguard.evidence.problems import Level
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory

Forger = Callable[..., None]
Judged = Callable[..., list[tuple[str, str, int | None]]]

KEY = {"camera": "cam-1", "target": "t-1", "channel": "1", "pack": "p", "rule": "r"}


def duty(event: str, when: str, due: str = "", **fields: Any) -> dict[str, Any]:
    times = {"ts": f"2026-11-22T{when}:00.000000Z", "mono_ns": 60 * 10**9 * (int(when[:2]) * 60 + int(when[3:]))}
    told = {"due": f"2026-11-22T{due}:00Z"} if due else {}
    return {"event": f"duty.{event}", **times, **KEY, **told, **fields}


@pytest.fixture
def judged(forged: Forger, folder: Path, trust: Trust) -> Judged:
    def judge(
        *records: dict[str, Any], until: str = "06:00", promised: bool = False, now: str = "23:00"
    ) -> list[tuple[str, str, int | None]]:
        last = duty("met", until)
        closing = {name: last[name] for name in ("ts", "mono_ns")}
        pulse = [{"event": "heartbeat", "interval": 86_400, **closing}] if promised else []
        forged([*records, {"event": "observe", "target": "t-2", **closing}, *pulse])
        moment = datetime.fromisoformat(f"2026-11-22T{now}:00Z").astimezone(UTC)
        report = verify_directory(folder, trust=trust, now=moment)
        assert report.exit_code == (2 if Level.INCOMPLETE in {one.level for one in report.problems} else 0)
        return [(one.level.value, one.kind, one.seq) for one in report.problems]

    return judge


OPEN = [("incomplete", "duty-open", 0)]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([duty("due", "01:00", "05:00")], OPEN),
        ([duty("due", "01:00", "07:00")], []),
        ([duty("due", "01:00", "05:00"), duty("met", "04:00")], []),
        ([duty("due", "01:00", "05:00"), duty("missed", "05:30")], []),
        ([duty("due", "01:00", "05:00"), duty("met", "04:00", camera="cam-2")], OPEN),
        ([duty("due", "01:00", "05:00"), duty("met", "04:00", channel="2")], OPEN),
        ([duty("due", "01:00", "05:00"), duty("met", "05:30")], [("incomplete", "duty-late", 1)]),
        ([duty("due", "01:00", "05:00"), duty("met", "05:30", at="2026-11-22T04:59:00Z")], []),
        (
            [duty("due", "01:00", "05:00"), duty("met", "05:30", at="2026-11-22T05:01:00Z")],
            [("incomplete", "duty-late", 1)],
        ),
        ([duty("due", "01:00", "02:00"), duty("missed", "02:10"), duty("met", "02:30")], []),
        ([duty("due", "01:00", "02:00"), duty("due", "03:00", "05:30"), duty("met", "04:00")], OPEN),
        ([duty("due", "01:00", "05:00"), duty("due", "03:00", "07:00")], [("notice", "duty-moved", 1)]),
        ([duty("due", "01:00", "05:00"), duty("due", "03:00", "05:00"), duty("met", "04:00")], []),
        ([duty("due", "01:00", "05:00"), duty("due", "03:00", "04:00"), duty("met", "03:30")], []),
        ([duty("due", "01:00", "05:00"), duty("ended", "03:00", reason_code="excepted")], []),
        (
            [duty("due", "01:00", "02:00"), duty("ended", "03:00", reason_code="excepted")],
            [("notice", "duty-ended", 1)],
        ),
        ([duty("met", "03:00"), duty("missed", "04:00"), duty("ended", "05:00")], []),
    ],
)
def test_a_duty_is_met_missed_or_open(judged: Judged, records: list[dict[str, Any]], expected: list[Any]) -> None:
    assert expected == judged(*records)


def test_a_log_that_promises_to_be_alive_owes_until_now(judged: Judged) -> None:
    due = duty("due", "01:00", "22:00")
    assert [] == judged(due)
    assert OPEN == judged(due, promised=True)
    assert [] == judged(due, promised=True, now="21:00")


def test_a_due_time_that_is_none_is_malformed(judged: Judged) -> None:
    assert [("incomplete", "malformed", 0)] == judged({**duty("due", "01:00"), "due": "soon"})
