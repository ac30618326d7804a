"""A head that the auditor saved: what continues it, what forked from it, what was rolled back behind it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.problems import Level, VerifyReport
from vmsguard.evidence.segments import segment_path
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying import whole_log
from vmsguard.evidence.verifying.heads import SavedHead
from vmsguard.evidence.verifying.verify import verify_directory

Opener = Callable[..., EvidenceLog]
Runner = Callable[..., None]
Judge = Callable[..., VerifyReport]


@pytest.fixture
def judge(folder: Path, trust: Trust, clock: Any) -> Judge:
    def verify(since: bytes | None, trusted: Trust | None = trust) -> VerifyReport:
        saved = None if since is None else SavedHead(since, "saved.note")
        return verify_directory(folder, trust=trusted, now=clock.now(), since=saved)

    return verify


@pytest.fixture
def saved(opened: Opener, write_run: Runner, folder: Path) -> bytes:
    """The head of a log with one run, saved before a second run."""
    with opened() as log:
        write_run(log)
    head = (folder / "checkpoint").read_bytes()
    with opened() as log:
        write_run(log, "run-2")
    return head


def found(report: VerifyReport, *levels: Level) -> set[tuple[str, str]]:
    return {(one.kind, one.category.value) for one in report.problems if one.level in (levels or tuple(Level))}


def test_a_log_that_continues_the_saved_head_is_intact_and_says_what_was_not_read(saved: bytes, judge: Judge) -> None:
    report = judge(saved)
    size = parse_checkpoint(saved).size
    assert (0, size) == (report.exit_code, report.since)
    assert {("not-judged", "incomplete")} == found(report)
    assert f"records before {size}: by hash only" in report.problems[0].message
    assert report.size - size == sum(report.events.values())


def test_records_before_the_saved_head_are_covered_by_hash(saved: bytes, judge: Judge, folder: Path) -> None:
    path = segment_path(folder, 0)
    path.write_bytes(path.read_bytes().replace(b'"cam-1"', b'"cam-9"', 1))
    report = judge(saved)
    assert (1, True) == (report.exit_code, ("root", "invalid") in found(report, Level.TAMPERED))


def test_a_history_rewritten_and_signed_anew_is_a_fork_and_both_notes_are_shown(
    saved: bytes, judge: Judge, folder: Path, key: SigningKey, opened: Opener, write_run: Runner
) -> None:
    """A stolen key re-signs a new history: the saved head and the new one cannot both be true."""
    shutil.rmtree(folder)
    with opened() as log:
        write_run(log, pairs=30)
    report = judge(saved)
    assert (1, {("fork", "invalid")}) == (report.exit_code, found(report, Level.TAMPERED))
    (fork,) = report.forks
    assert {saved.decode(), (folder / "checkpoint").read_text()} == {fork.first_note, fork.second_note}


def test_two_heads_of_one_size_are_a_fork_whatever_the_records_give(
    saved: bytes, judge: Judge, folder: Path, key: SigningKey
) -> None:
    head = parse_checkpoint((folder / "checkpoint").read_bytes())
    other = key.signed_bytes(Checkpoint(head.origin, head.size, bytes(32)))
    report = judge(other)
    assert ({("fork", "invalid")}, 1) == (found(report, Level.TAMPERED), len(report.forks))


def test_an_anchored_head_that_contradicts_the_newest_is_a_fork(
    saved: bytes, judge: Judge, folder: Path, key: SigningKey
) -> None:
    (folder / "anchors").mkdir()
    head = Checkpoint(key.name, 3, bytes(32))
    (folder / "anchors" / "3.note").write_bytes(key.signed_bytes(head))
    report = judge(None)
    assert {("fork", "invalid")} == found(report, Level.TAMPERED)
    assert "anchors/3.note" == report.forks[0].first_file


def test_an_older_copy_put_back_is_shorter_than_the_saved_head(
    judge: Judge, folder: Path, opened: Opener, write_run: Runner, tmp_path: Path
) -> None:
    with opened() as log:
        write_run(log)
    shutil.copytree(folder, tmp_path / "old")
    with opened() as log:
        write_run(log, "run-2")
    later = (folder / "checkpoint").read_bytes()
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "old", folder)
    undetected = judge(None)
    assert (0, True) == (undetected.exit_code, "the operator could have rewritten this" in undetected.caveat)
    report = judge(later)
    assert (1, {("shorter", "gap")}) == (report.exit_code, found(report, Level.TAMPERED))
    assert "an older copy was put back" in report.problems[0].message


def stranger(head: bytes) -> bytes:
    parsed = parse_checkpoint(head)
    return SigningKey.generate(parsed.origin).signed_bytes(Checkpoint(parsed.origin, parsed.size, parsed.root))


def elsewhere(head: bytes) -> bytes:
    parsed = parse_checkpoint(head)
    key = SigningKey("example.org/other", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    return key.signed_bytes(Checkpoint("example.org/other", parsed.size, parsed.root))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (stranger, ("unknown-key", "unknown-key")),
        (elsewhere, ("other-origin", "moved")),
        (lambda head: head.replace(b"\n\n", b"\n", 1), ("since-invalid", "invalid")),
        (lambda head: head[:-4] + b"AA=\n", ("since-invalid", "invalid")),
        (lambda head: head.replace(head.split(b"\n")[1], b"1", 1), ("since-invalid", "invalid")),
        (lambda head: b"", ("since-invalid", "invalid")),
    ],
)
def test_a_saved_head_that_is_of_no_use_decides_nothing(
    saved: bytes, judge: Judge, change: Callable[[bytes], bytes], expected: tuple[str, str]
) -> None:
    report = judge(change(saved))
    assert (3, {expected}, 0) == (report.exit_code, found(report, Level.UNDECIDED), report.since)


def test_runs_that_began_before_the_saved_head_are_neither_passed_nor_accused(
    opened: Opener, write_run: Runner, judge: Judge
) -> None:
    with opened() as log:
        write_run(log, judged=1, end=False)
        head = log.checkpoint()
        log.append("verify", run="run-1", verdict="pass", final=True, camera="cam-1", pack="p", rule="r")
        log.append("run.ended", run="run-1", verdicts={"pass": 2}, exit=0)
        log.append("apply.result", change="begun-before", outcome="accepted")
    assert head.note is not None
    report = judge(head.note.to_bytes())
    messages = [one.message for one in report.problems]
    assert (0, {("not-judged", "incomplete")}) == (report.exit_code, found(report))
    assert [f"run run-1 began before record {head.size}: whether it is complete was not judged"] == messages[:1]


def test_what_was_announced_since_is_judged(opened: Opener, judge: Judge, saved: bytes) -> None:
    with opened() as log:
        log.append("apply.intent", change="c", verb="recording.stop", target="t-1")
    assert ("unresolved-intent", "incomplete") in found(judge(saved), Level.INCOMPLETE)


@pytest.fixture
def tiled(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> Iterator[EvidenceLog]:
    """Segments of one tile each take the place of full ones."""
    monkeypatch.setattr(whole_log, "_FULL", 256)
    log = opened(segment_records=256)
    for _ in range(600):
        log.append("observe", target="t-1")
    yield log
    log.close()


def test_tiles_stand_for_segments_before_the_saved_head(tiled: EvidenceLog, judge: Judge, folder: Path) -> None:
    """Fast: what the saved head covers is not read, so an edit there does not show; that the file is gone does."""
    head = tiled.checkpoint()
    tiled.append("observe", target="t-2")
    tiled.close()
    assert head.note is not None
    note, first = head.note.to_bytes(), segment_path(folder, 0)
    assert 0 == judge(note).exit_code
    whole = first.read_bytes()
    first.write_bytes(whole.replace(b'"t-1"', b'"t-9"', 1))
    assert (0, 1) == (judge(note).exit_code, judge(None).exit_code)
    first.unlink()
    report = judge(note)
    assert (1, {("pruned-unannounced", "erased")}) == (report.exit_code, found(report, Level.TAMPERED))


def test_a_wrong_tile_does_not_pass_for_the_records(tiled: EvidenceLog, judge: Judge, folder: Path) -> None:
    head = tiled.checkpoint()
    tiled.close()
    tile = folder / "tile" / "0" / "000"
    data = bytearray(tile.read_bytes())
    data[40] ^= 1
    tile.write_bytes(data)
    assert head.note is not None
    assert 1 == judge(head.note.to_bytes()).exit_code
    report = judge(None)
    assert {("tile", "invalid")} == found(report, Level.TAMPERED)
    assert "tile/0/000" == report.problems[0].file


@pytest.mark.parametrize("left", [0, 40])
def test_missing_and_cut_tiles_are_told_apart(tiled: EvidenceLog, judge: Judge, folder: Path, left: int) -> None:
    tiled.close()
    tile = folder / "tile" / "0" / "001"
    if left:
        tile.write_bytes(tile.read_bytes()[:-left])
        assert {("tile", "invalid")} == found(judge(None), Level.TAMPERED)
    else:
        tile.unlink()
        assert {("tile-missing", "missing")} == found(judge(None))


def test_a_tile_over_records_that_are_gone_is_noticed(tiled: EvidenceLog, judge: Judge, folder: Path) -> None:
    tiled.close()
    shutil.copy(folder / "tile" / "0" / "000", folder / "tile" / "0" / "002")
    assert {("tile", "invalid")} == found(judge(None), Level.TAMPERED)
