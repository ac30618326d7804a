"""Times that can be true: steps of the clock are told, silence and made-up times are not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory

Found = Callable[[], list[tuple[str, str, int | None]]]


@pytest.fixture
def found(folder: Path, trust: Trust, clock: Any) -> Found:
    def look() -> list[tuple[str, str, int | None]]:
        report = verify_directory(folder, trust=trust, now=clock.now())
        return [(one.level.value, one.kind, one.seq) for one in report.problems]

    return look


def record(seconds: int, since_boot: float, **fields: Any) -> dict[str, Any]:
    ts = f"2026-11-22T03:{seconds // 60:02}:{seconds % 60:02}.000000Z"
    return {"event": "observe", "target": "t-1", "ts": ts, "mono_ns": int((since_boot + 1_000) * 1e9), **fields}


CLOCK = [("incomplete", "clock", 1)]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (record(700, 100), []),
        (record(661, 0), []),
        (record(662, 0), CLOCK),
        (record(600, 62), CLOCK),
        (record(500, 0), CLOCK),
        (record(700, -1), CLOCK),
        (record(3_000, 0, boot_id="boot-2"), []),
        (record(560, 0, boot_id="boot-2"), []),
        (record(500, 0, boot_id="boot-2"), CLOCK),
        (record(500, 0, event="clock.stepped", delta_ms=-100_000), []),
        (record(500, 0, boot_id="unknown"), CLOCK),
        (record(900, 0, boot_id="unknown"), []),
    ],
)
def test_a_clock_that_was_set_without_a_word_is_noticed(
    forged: Callable[..., None], found: Found, second: dict[str, Any], expected: list[Any]
) -> None:
    if "delta_ms" in second:
        del second["target"]
    forged([record(600, 0), second])
    assert expected == found()


def test_a_clock_that_was_set_while_nothing_was_written_is_a_notice(forged: Callable[..., None], found: Found) -> None:
    opened = {"size": 1, "root": "00" * 32, "event": "log.opened"}
    later = {name: value for name, value in record(100, 1).items() if name != "target"} | opened
    forged([record(600, 0), later])
    assert [("notice", "clock", 1)] == found()


def test_a_step_that_the_writer_noticed_is_told_by_it(
    opened: Callable[..., EvidenceLog], clock: Any, found: Found
) -> None:
    with opened() as log:
        for step in (timedelta(hours=-3), timedelta(hours=5)):
            log.append("observe", target="t-1")
            clock.wall += step
            log.append("observe", target="t-1")
    assert [] == found()


def test_time_that_passes_on_both_clocks_is_no_step(
    opened: Callable[..., EvidenceLog], clock: Any, found: Found
) -> None:
    with opened() as log:
        clock.advance(86_400)
        log.append("observe", target="t-1")
    assert [] == found()
