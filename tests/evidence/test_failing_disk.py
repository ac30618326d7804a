"""What the log does when the disk fails it: nothing silently, and a full disk stops everything but deletions."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import parse_checkpoint
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.reserve import RESERVE_BYTES
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory

Opener = Callable[..., EvidenceLog]
Reader = Callable[[], list[dict[str, Any]]]
STOP = {"change": "t-1/1:recording.stop(job=J1)", "verb": "recording.stop", "target": "t-1"}


@pytest.mark.parametrize("operation", ["write", "datasync"])
@pytest.mark.parametrize("code", [errno.EIO, errno.EROFS, errno.EBADF])
def test_a_failed_write_or_sync_breaks_the_log_for_good(opened: Opener, disk: Any, operation: str, code: int) -> None:
    log = opened()
    disk.fail[operation] = code
    with pytest.raises(EvidenceError, match="is broken"):
        log.append("apply.intent", **STOP)
    disk.fail.clear()
    assert log.broken
    for attempt in (lambda: log.append("observe", target="t-1"), log.checkpoint):
        with pytest.raises(EvidenceError, match="is broken"):
            attempt()
    log.close()


def test_a_failed_sync_is_never_tried_again(opened: Opener, disk: Any) -> None:
    log = opened()
    disk.fail["datasync"] = errno.EIO
    with pytest.raises(EvidenceError):
        log.append("observe", target="t-1", durable=True)
    disk.fail.clear()
    disk.diary.clear()
    log.close()
    assert disk.diary == []


def test_a_head_that_cannot_be_published_breaks_the_log(opened: Opener, disk: Any) -> None:
    log = opened()
    log.append("observe", target="t-1")
    disk.fail["replace"] = errno.EIO
    with pytest.raises(EvidenceError, match="checkpoint cannot be published"):
        log.checkpoint()
    assert log.broken
    log.close()


@pytest.mark.parametrize("room", [0, 1, 81, 300])
def test_on_a_full_disk_the_alarm_is_written_and_no_torn_line_stays(
    opened: Opener, disk: Any, read_log: Reader, room: int
) -> None:
    log = opened()
    seq = log.size
    disk.room = room
    with pytest.raises(EvidenceError, match="disk is full"):
        log.append("observe", target="t-1", model="m" * 300)
    alarm = read_log()[-1]
    assert ("write.failed", "ENOSPC", "observe", seq) == (alarm["event"], alarm["error"], alarm["lost"], alarm["at"])
    assert log.disk_full
    log.close()


def test_a_full_disk_stops_no_stop_and_no_deletion(opened: Opener, disk: Any, read_log: Reader) -> None:
    log = opened()
    disk.room = 10
    intent = log.append("apply.intent", **STOP)
    log.append("apply.result", cause=[intent], change=STOP["change"], outcome="accepted")
    purged = {"cutoff": "2026-11-22T03:00:00.000000Z", "before": 1, "after": 0, "observed": True}
    log.append("purge", target="t-1", **purged)
    log.append("run.ended", run="run-1", verdicts={}, exit=1)
    log.close()
    events = [record["event"] for record in read_log()]
    assert events[1:] == ["write.failed", "apply.intent", "apply.result", "purge", "run.ended", "log.closed"]


def test_a_head_that_finds_no_room_is_signed_in_the_reserve_and_raises_the_alarm(
    opened: Opener, disk: Any, read_log: Reader, folder: Path
) -> None:
    log = opened()
    log.append("observe", target="t-1")
    disk.room = 10
    head = log.checkpoint()
    alarm = read_log()[-1]
    assert ("write.failed", "ENOSPC", 2, None) == (alarm["event"], alarm["error"], alarm["at"], alarm.get("lost"))
    assert (3, True, "") == (head.size, log.disk_full, log.broken)
    assert head == parse_checkpoint((folder / "checkpoint").read_bytes())
    with pytest.raises(EvidenceError, match="disk is full"):
        log.append("observe", target="t-1")
    log.append("apply.intent", **STOP)
    log.close()


def test_a_segment_that_finds_no_room_to_begin_takes_the_reserve(
    opened: Opener, disk: Any, read_log: Reader, trust: Trust, folder: Path, clock: Any
) -> None:
    log = opened(segment_records=4)
    log.append("observe", target="t-1")
    log.append("observe", target="t-1")
    begin, left = disk.open_append, [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))]

    def no_room_once(path: Path) -> int:
        if left:
            raise left.pop()
        return int(begin(path))

    disk.open_append = no_room_once
    log.append("observe", target="t-1")
    assert (True, "") == (log.disk_full, log.broken)
    log.close()
    assert ["log.sealed", "observe", "write.failed", "log.closed"] == [record["event"] for record in read_log()[3:]][:4]
    report = verify_directory(folder, trust=trust, now=clock.now())
    assert ["write-failed"] == [problem.kind for problem in report.problems]


def test_a_full_disk_stops_every_other_change(opened: Opener, disk: Any) -> None:
    log = opened()
    disk.room = 0
    with pytest.raises(EvidenceError, match="disk is full") as raised:
        log.append("apply.intent", change="c", verb="retention.set", target="t-1")
    assert "only stops and deletions" in raised.value.hint
    log.close()


def test_a_reserve_that_is_used_up_breaks_the_log(opened: Opener, disk: Any) -> None:
    log = opened()
    disk.room = 0
    with pytest.raises(EvidenceError):
        log.append("observe", target="t-1")
    disk.room = 0
    with pytest.raises(EvidenceError, match="reserve is used up"):
        log.append("apply.intent", **STOP)
    assert log.broken
    log.close()


def test_the_reserve_is_set_aside_and_filled_again_at_the_next_opening(opened: Opener, disk: Any, folder: Path) -> None:
    log = opened()
    assert RESERVE_BYTES == (folder / ".reserve").stat().st_size
    disk.room = 0
    with pytest.raises(EvidenceError):
        log.append("observe", target="t-1")
    assert 0 == (folder / ".reserve").stat().st_size
    log.close()
    disk.room = None
    opened().close()
    assert RESERVE_BYTES == (folder / ".reserve").stat().st_size


def test_a_disk_that_fills_while_a_segment_is_sealed_leaves_whole_segments(
    opened: Opener, disk: Any, read_log: Reader, folder: Path, trust: Trust, clock: Any
) -> None:
    log = opened(segment_records=4)
    log.append("observe", target="t-1")
    log.append("observe", target="t-1")
    disk.room = 0
    log.append("apply.intent", **STOP)
    log.append("apply.result", change=STOP["change"], outcome="accepted")
    log.close()
    events = [record["event"] for record in read_log()]
    assert events[3:] == ["write.failed", "apply.intent", "apply.result", "log.closed"]
    report = verify_directory(folder, trust=trust, now=clock.now())
    assert ["write-failed"] == [problem.kind for problem in report.problems]
    disk.room = None
    opened(segment_records=4).close()


def test_a_log_that_met_a_full_disk_is_intact_and_says_what_it_lost(
    opened: Opener, disk: Any, folder: Path, trust: Trust, clock: Any
) -> None:
    log = opened()
    disk.room = 50
    with pytest.raises(EvidenceError):
        log.append("observe", target="t-1")
    log.close()
    report = verify_directory(folder, trust=trust, now=clock.now())
    assert (2, ["write-failed"]) == (report.exit_code, [problem.kind for problem in report.problems])


def test_a_killed_writers_acknowledged_intent_survives(opened: Opener, folder: Path, disk: Any) -> None:
    """A short write that is followed by death leaves the earlier, acknowledged records whole."""
    log = opened()
    seq = log.append("apply.intent", **STOP)
    disk.fail["write"] = errno.EIO
    with pytest.raises(EvidenceError):
        log.append("observe", target="t-1")
    log.close()
    disk.fail.clear()
    with opened() as again:
        assert [seq] == [intent.seq for intent in again.unresolved]
