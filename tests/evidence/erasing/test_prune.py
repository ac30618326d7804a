from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from vmsguard.errors import EvidenceError, UsageError
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.erasing.erase import erase_record
from vmsguard.evidence.erasing.erasure import finish_erasures, unfinished_erasures
from vmsguard.evidence.erasing.prune import plan_pruning, prune
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.proving.proof import consistency, prove_record
from vmsguard.evidence.proving.proof_check import check_proof
from vmsguard.evidence.record import ENVELOPE, planned_digest
from vmsguard.evidence.segments import checkpoint_path, iter_lines, list_segments
from vmsguard.evidence.tiles import tile_path, write_tiles
from vmsguard.evidence.tombstone import leaf_of_line
from vmsguard.evidence.tree import root_hash, verify_consistency
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory

Opener = Callable[..., EvidenceLog]

DAY = timedelta(days=1)

DUTY = {"camera": "cam-1", "target": "t-1", "pack": "p", "rule": "r"}


def stored_lines(folder: Path) -> list[bytes]:
    return [line[:-1] for segment in list_segments(folder) for line in iter_lines(segment.path)]


def firsts(folder: Path) -> list[int]:
    return [segment.first for segment in list_segments(folder)]


class Author:
    """Writes a log of small segments, one a day; its clock stands at the start of the newest."""

    def __init__(self, log: EvidenceLog, folder: Path, clock: Any, disk: Disk) -> None:
        self.log = log
        self.folder = folder
        self.clock = clock
        self.disk = disk

    def next_segment(self) -> None:
        """Fill the segment up, and let a day pass."""
        segment = self.log.size // 256
        while self.log.size // 256 == segment:
            self.log.append("finding", code="found", subject="t-1")
        self.clock.advance(DAY.total_seconds())

    def prune(self, ago: timedelta = timedelta(0)) -> Any:
        before: datetime = self.clock.now() - ago
        return prune(self.log, self.folder, before, "retention-ended", "kept one year", self.disk)


@pytest.fixture
def author(opened: Opener, folder: Path, clock: Any, disk: Disk) -> Author:
    return Author(opened(segment_records=256), folder, clock, disk)


@pytest.fixture
def verdict(folder: Path, trust: Trust, clock: Any) -> Callable[[], tuple[str, list[str]]]:
    """What an auditor finds, and what of it is more than a notice."""

    def verify() -> tuple[str, list[str]]:
        report = verify_directory(folder, trust=trust, now=clock.now())
        return report.verdict, [problem.kind for problem in report.problems if problem.level != "notice"]

    return verify


def test_old_segments_go_and_everything_later_still_holds(
    author: Author, folder: Path, trust: Trust, key: SigningKey, verdict: Callable[..., Any]
) -> None:
    for _ in range(3):
        author.next_segment()
    leaves = [leaf_of_line(line) for line in stored_lines(folder)]
    plan = author.prune(DAY)
    assert (0, 511) == (plan.erasure.first, plan.erasure.last)
    author.log.close()
    assert [512, 768] == firsts(folder)
    assert ("intact and complete", []) == verdict()
    head = parse_checkpoint(checkpoint_path(folder).read_bytes())
    for seq in (512, 700, head.size - 1):
        proven = prove_record(folder, seq)
        assert 0 == check_proof(proven.line + b"\n", proven.proof.to_bytes(), trust).exit_code
    for old in (1, 100, 256, 300, 512, 600):
        proof = consistency(folder, old, head.size)
        assert verify_consistency(old, head.size, root_hash(leaves[:old]), head.root, proof)
    with pytest.raises(EvidenceError, match="the log begins with record 512"):
        prove_record(folder, 511)


def test_a_pruned_log_is_opened_written_and_pruned_again(
    author: Author, opened: Opener, folder: Path, verdict: Callable[..., Any]
) -> None:
    author.next_segment()
    author.next_segment()
    author.prune(DAY)
    author.log.close()
    with opened(segment_records=256) as log:
        again = Author(log, folder, author.clock, author.disk)
        again.next_segment()
        plan = again.prune()
        assert (0, 767) == (plan.erasure.first, plan.erasure.last)
        assert 768 == sum(plan.erasure.events.values())
    assert [768] == firsts(folder)
    assert ("intact and complete", []) == verdict()


def test_the_log_says_what_went_and_by_which_rule(
    author: Author, folder: Path, read_log: Callable[[], list[dict[str, Any]]]
) -> None:
    author.next_segment()
    events = Counter(record["event"] for record in read_log()[:256])
    author.prune()
    author.log.close()
    told = {record["event"]: record for record in read_log()}
    assert [told["erase.requested"]["seq"]] == told["erase.done"]["cause"]
    for event in ("erase.requested", "erase.done"):
        assert {
            "kind": "pruned",
            "first": 0,
            "last": 255,
            "code": "retention-ended",
            "policy": "kept one year",
            "events": dict(events),
        } == {name: value for name, value in told[event].items() if name not in ENVELOPE}


def test_torn_bytes_of_pruned_records_go_too_and_later_ones_stay(author: Author, folder: Path) -> None:
    author.next_segment()
    for name in ("torn-7.bin", "torn-7-2.bin", "torn-255.bin", "torn-256.bin", "torn-x.bin"):
        (folder / name).write_bytes(b"torn")
    author.prune()
    assert ["torn-256.bin", "torn-x.bin"] == sorted(path.name for path in folder.glob("torn-*"))


def test_the_open_segment_and_what_is_too_young_stay(author: Author, folder: Path) -> None:
    assert author.prune(-DAY).erasure is None
    author.next_segment()
    author.log.append("finding", code="found", subject="t-2")
    plan = author.prune(2 * DAY)
    assert (None, author.clock.now() - DAY) == (plan.erasure, plan.kept_from)
    assert [0, 256] == firsts(folder)
    assert author.prune(-DAY).erasure is not None
    assert [256] == firsts(folder)


def test_a_clock_that_was_set_back_makes_no_segment_older(author: Author, folder: Path) -> None:
    author.log.append("finding", code="found", subject="t-2")
    author.clock.wall -= 30 * DAY
    author.next_segment()
    assert author.prune(20 * DAY).erasure is None
    assert [0] == firsts(folder)[:1]


def test_runs_across_the_border_are_named(author: Author, verdict: Callable[..., Any]) -> None:
    planned = [("cam-0", "pack-1", "rule-1", "c"), ("cam-1", "pack-1", "rule-1", "c")]
    names = ("camera", "pack", "rule", "control")
    digest = planned_digest(planned)
    author.log.append("run.planned", run="run-cut", pairs=2, digest=digest, command="check", mode="audit")
    author.log.append("verify", run="run-cut", verdict="pass", final=True, **dict(zip(names, planned[0], strict=True)))
    author.next_segment()
    author.log.append("verify", run="run-cut", verdict="pass", final=True, **dict(zip(names, planned[1], strict=True)))
    author.log.append("run.ended", run="run-cut", verdicts={"pass": 2}, exit=0)
    plan = author.prune()
    assert ("run-cut",) == plan.erasure.cut_runs
    author.log.close()
    assert ("intact and complete", []) == verdict()


def test_an_intent_answered_after_the_border_is_named_and_one_without_answer_needed(
    author: Author, folder: Path, verdict: Callable[..., Any]
) -> None:
    seq = author.log.append("apply.intent", change="c", verb="recording.stop", target="t-1")
    author.next_segment()
    with pytest.raises(UsageError, match=f"records before 256 announce changes that have no result: {seq}$"):
        author.prune()
    assert [0, 256] == firsts(folder)
    author.log.append("apply.result", change="c", outcome="accepted", cause=[seq])
    assert (seq,) == author.prune().erasure.open_intents
    author.next_segment()
    assert () == author.prune().erasure.open_intents
    author.log.close()
    assert ("intact and complete", []) == verdict()


def test_a_duty_without_an_end_is_needed(author: Author, verdict: Callable[..., Any]) -> None:
    due = author.clock.now() + 9 * DAY
    author.log.append("duty.due", due=due, **DUTY)
    author.next_segment()
    with pytest.raises(UsageError, match=r"state duties that have not ended: 1$"):
        author.prune()
    author.log.append("duty.met", due=due, at=author.clock.now(), **DUTY)
    assert 1 == author.prune().erasure.open_duties
    author.log.close()
    assert ("intact and complete", []) == verdict()


def test_a_hold_in_force_needs_its_record(author: Author) -> None:
    author.log.append("hold.placed", hold="h-1", camera="cam-1")
    author.log.append("hold.placed", hold="h-1", camera="cam-2")
    author.next_segment()
    author.log.append("hold.lifted", hold="h-1", camera="cam-1")
    with pytest.raises(UsageError, match=r"place holds that are in force: 2$"):
        author.prune()
    author.log.append("hold.expired", hold="h-1", camera="cam-2")
    assert author.prune().erasure is not None


@pytest.mark.parametrize("harm", ["missing", "wrong"])
def test_without_right_tiles_nothing_is_removed(author: Author, folder: Path, harm: str) -> None:
    author.next_segment()
    author.log.settle()
    tile = folder / tile_path(0, 0)
    tile.unlink() if harm == "missing" else tile.write_bytes(bytes(8_192))
    size = author.log.size
    with pytest.raises(EvidenceError, match="nothing is pruned, for the tiles would not prove what is left"):
        author.prune()
    assert ([0, 256], size) == (firsts(folder), author.log.size)


def test_segments_that_no_tile_covers_stay(opened: Opener, folder: Path, clock: Any, disk: Disk) -> None:
    with opened(segment_records=4) as log:
        for _ in range(9):
            log.append("finding", code="found", subject="t-1")
        with pytest.raises(EvidenceError, match="do not cover every record"):
            prune(log, folder, clock.now() + DAY, "retention-ended", "", disk)


def test_an_edited_record_is_not_pruned_away(author: Author, folder: Path) -> None:
    """Pruning must not be a way to get rid of the traces of an edit."""
    author.next_segment()
    path = list_segments(folder)[0].path
    path.write_bytes(path.read_bytes().replace(b'"t-1"', b'"t-9"', 1))
    with pytest.raises(EvidenceError, match="nothing is pruned"):
        author.prune()
    path.write_bytes(path.read_bytes() + b"{}\n")
    with pytest.raises(EvidenceError):
        author.prune()


def test_a_record_edited_together_with_its_tile_is_not_pruned_away(author: Author, folder: Path) -> None:
    author.next_segment()
    author.log.settle()
    path = list_segments(folder)[0].path
    path.write_bytes(path.read_bytes().replace(b'"t-1"', b'"t-9"', 1))
    write_tiles(folder, 0, [leaf_of_line(line) for line in stored_lines(folder)[:256]], author.disk)
    with pytest.raises(EvidenceError, match="do not give the root of the signed head"):
        author.prune()
    assert [0, 256] == firsts(folder)


def test_what_an_earlier_pruning_cut_is_named_until_it_is_gone(author: Author, verdict: Callable[..., Any]) -> None:
    """An intent and a run of the first segment end in the third: the second pruning takes neither end."""
    seq = author.log.append("apply.intent", run="run-1", change="c", verb="recording.stop", target="t-1")
    author.next_segment()
    author.next_segment()
    author.log.append("apply.result", run="run-1", change="c", outcome="accepted", cause=[seq])
    first, second = author.prune(DAY).erasure, author.prune(timedelta(0)).erasure
    assert [(255, (seq,), ("run-1",)), (511, (seq,), ("run-1",))] == [
        (each.last, each.open_intents, each.cut_runs) for each in (first, second)
    ]
    author.next_segment()
    third = author.prune().erasure
    assert (767, (), ()) == (third.last, third.open_intents, third.cut_runs)
    author.log.close()
    assert ("intact and complete", []) == verdict()


def test_erased_records_are_pruned_with_the_rest(author: Author, folder: Path, verdict: Callable[..., Any]) -> None:
    author.log.append("finding", code="found", subject="t-2")
    author.next_segment()
    erase_record(author.log, folder, 1, "erasure-request", author.disk)
    assert 1 == author.prune().erasure.events["erased"]
    author.log.close()
    assert ("intact and complete", []) == verdict()


def test_a_record_of_an_earlier_pruning_is_not_lost_with_its_segment(
    author: Author, folder: Path, verdict: Callable[..., Any]
) -> None:
    for _ in range(3):
        author.next_segment()
        author.prune()
    assert [768] == firsts(folder)
    author.log.close()
    assert ("intact and complete", []) == verdict()


def test_a_plan_touches_nothing(author: Author, folder: Path, clock: Any) -> None:
    author.next_segment()
    author.log.close()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    plan = plan_pruning(folder, clock.now(), "retention-ended")
    assert plan.erasure is not None
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class _Dies(Exception):
    """Stands for a process that is killed: nothing after it happens."""


@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("dies_at", range(1, 26))
def test_a_crash_at_any_step_leaves_a_log_that_opens_and_a_pruning_that_is_finished(
    opened: Opener,
    folder: Path,
    disk: Disk,
    clock: Any,
    abandon: Callable[..., None],
    verdict: Callable[..., Any],
    compress: bool,
    dies_at: int,
) -> None:
    log = opened(segment_records=256, compress_sealed=compress)
    author = Author(log, folder, clock, disk)
    author.next_segment()
    author.next_segment()
    log.settle()
    steps: list[str] = []
    with pytest.MonkeyPatch.context() as dying:
        for name in ("write", "datasync", "rename", "remove"):
            real = getattr(disk, name)

            def step(*words: Any, name: str = name, real: Callable[..., Any] = real) -> Any:
                steps.append(name)
                if len(steps) == dies_at:
                    raise _Dies
                return real(*words)

            dying.setattr(disk, name, step)
        with contextlib.suppress(_Dies):
            author.prune()
    assert len(steps) < 26
    abandon(log)
    requested = list(unfinished_erasures(folder))
    gone = firsts(folder)[0]
    assert requested or gone in (0, 512)
    with opened(segment_records=256, compress_sealed=compress) as again:
        assert [each.erasure for each in requested] == finish_erasures(again, folder, disk)
        if requested:
            assert 512 == firsts(folder)[0]
    assert [] == list(unfinished_erasures(folder))
    assert ("intact and complete", []) == verdict()


def test_removed_segments_that_nothing_announces_are_refused(
    author: Author, opened: Opener, folder: Path, key: SigningKey
) -> None:
    author.next_segment()
    author.log.close()
    list_segments(folder)[0].path.unlink()
    with pytest.raises(EvidenceError, match="no record announces it"):
        opened(segment_records=256)
    assert isinstance(parse_checkpoint(checkpoint_path(folder).read_bytes()), Checkpoint)
