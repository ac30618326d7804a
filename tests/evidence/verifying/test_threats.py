"""The threats that the log is made against, each with what finds it: the log itself, or help from outside."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vmsguard.evidence.anchor.witness_key import WitnessKey
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.note import Note
from vmsguard.evidence.problems import VerifyReport
from vmsguard.evidence.segments import list_segments, segment_path
from vmsguard.evidence.tree import leaf_hash
from vmsguard.evidence.trust import Group, Trust
from vmsguard.evidence.verifying.heads import SavedHead
from vmsguard.evidence.verifying.verify import verify_directory

Opener = Callable[..., EvidenceLog]
Judge = Callable[..., VerifyReport]


@pytest.fixture
def judge(folder: Path, trust: Trust, clock: Any) -> Judge:
    def verify(since: bytes | None = None, trusted: Trust = trust) -> VerifyReport:
        saved = None if since is None else SavedHead(since, "saved.note")
        return verify_directory(folder, trust=trusted, now=clock.now(), since=saved)

    return verify


@pytest.fixture
def log(opened: Opener, write_run: Callable[..., None], folder: Path) -> Path:
    """A closed log of three segments with one complete run."""
    with opened(segment_records=8) as log:
        write_run(log, pairs=12)
    return folder


def worst(report: VerifyReport) -> tuple[int, set[str]]:
    level = report.problems[0].level if report.problems else None
    return report.exit_code, {one.kind for one in report.problems if one.level is level}


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def test_an_insider_edits_a_committed_line(log: Path, judge: Judge) -> None:
    path = segment_path(log, 8)
    path.write_bytes(path.read_bytes().replace(b'"pass"', b'"fail"', 1))
    assert (1, {"chain", "root"}) == worst(judge())


def test_an_insider_inserts_a_line(log: Path, judge: Judge) -> None:
    path = segment_path(log, 8)
    lines = lines_of(path)
    path.write_bytes(b"".join([*lines[:3], lines[2], *lines[3:]]))
    assert (1, {"segment-repeated", "sequence", "shorter"}) == worst(judge())


def test_an_insider_reorders_lines(log: Path, judge: Judge) -> None:
    path = segment_path(log, 8)
    lines = lines_of(path)
    path.write_bytes(b"".join([lines[1], lines[0], *lines[2:]]))
    assert 1 == judge().exit_code


def test_the_tail_is_deleted(log: Path, judge: Judge) -> None:
    newest = list_segments(log)[-1].path
    newest.write_bytes(b"".join(lines_of(newest)[:-1]))
    assert (1, {"shorter"}) == worst(judge())


def test_the_newest_segment_is_deleted(log: Path, judge: Judge) -> None:
    list_segments(log)[-1].path.unlink()
    assert (1, {"shorter"}) == worst(judge())


def rolled_back(log: Path, opened: Opener) -> bytes:
    """Grows the log, puts the older copy back, and gives the head that is gone."""
    old = log.with_name("old")
    shutil.copytree(log, old)
    opened(segment_records=8).close()
    later = (log / "checkpoint").read_bytes()
    shutil.rmtree(log)
    shutil.move(old, log)
    return later


def test_everything_is_rolled_back_to_an_old_copy(log: Path, opened: Opener, judge: Judge) -> None:
    """Undetectable without help, and said to be: a saved or anchored head finds it."""
    later = rolled_back(log, opened)
    assert (0, True) == (judge().exit_code, "the operator could have rewritten this" in judge().caveat)
    assert (1, {"shorter"}) == worst(judge(later))
    (log / "anchors").mkdir()
    (log / "anchors" / f"{parse_checkpoint(later).size}.note").write_bytes(later)
    assert (1, {"shorter"}) == worst(judge())


def test_the_unsigned_tail_is_rewritten(opened: Opener, judge: Judge, abandon: Any, folder: Path) -> None:
    """Not to be found: so a tail without a signature is never called complete."""
    log = opened()
    log.append("observe", target="target-1")
    abandon(log)
    path = segment_path(folder, 0)
    path.write_bytes(path.read_bytes().replace(b"target-1", b"target-2"))
    assert (2, {"unsigned-tail"}) == worst(judge())


@pytest.fixture
def restarted(log: Path, opened: Opener, write_run: Callable[..., None]) -> bytes:
    """A stolen key signs another history in place of the log; the head that the log had."""
    before = (log / "checkpoint").read_bytes()
    shutil.rmtree(log)
    with opened(segment_records=8) as other:
        write_run(other, "run-9", pairs=20)
    return before


def test_a_stolen_key_signs_a_new_history(restarted: bytes, judge: Judge, log: Path, key: SigningKey) -> None:
    assert 0 == judge().exit_code
    report = judge(restarted)
    assert (1, {"fork"}) == worst(report)
    assert {restarted.decode(), (log / "checkpoint").read_text()} == {
        report.forks[0].first_note,
        report.forks[0].second_note,
    }


def test_a_witness_that_cosigned_the_first_history_contradicts_the_second(
    restarted: bytes, judge: Judge, log: Path, key: SigningKey
) -> None:
    witness = WitnessKey.generate("witness.example.org/w")
    head = parse_checkpoint(restarted)
    assert head.note is not None
    note = Note(head.note.text, (*head.note.signatures, witness.cosign(head.note.text, 1_800_000_000)))
    trusted = Trust(logs=(key.verifier,), witnesses={"w": witness.verifier}, groups={"g": Group(1, ("w",))}, quorum="g")
    assert (3, {"quorum"}) == worst(judge(trusted=trusted))
    (log / "anchors").mkdir()
    (log / "anchors" / f"{head.size}.note").write_bytes(note.to_bytes())
    assert (1, {"fork"}) == worst(judge(trusted=trusted))


def test_two_auditors_are_shown_two_histories(restarted: bytes, judge: Judge) -> None:
    """Each alone sees an intact log; comparing heads, they hold the proof."""
    assert (0, (1, {"fork"})) == (judge().exit_code, worst(judge(restarted)))


@pytest.mark.parametrize("hours", [-5, 5])
def test_the_clock_is_set_and_the_record_of_it_left_out(forged: Callable[..., None], judge: Judge, hours: int) -> None:
    first = {"event": "observe", "target": "t-1", "ts": "2026-11-22T12:00:00.000000Z"}
    forged([first, {**first, "ts": f"2026-11-22T{12 + hours:02}:00:00.000000Z"}])
    assert (2, {"clock"}) == worst(judge())


def test_two_agents_write_one_log(log: Path, judge: Judge) -> None:
    """As on a network file system whose locks do nothing: both continue the same record."""
    newest = list_segments(log)[-1].path
    newest.write_bytes(newest.read_bytes() + lines_of(newest)[-1])
    assert (1, {"sequence"}) == worst(judge())


def test_a_full_disk_lost_a_record(forged: Callable[..., None], judge: Judge) -> None:
    forged([{"event": "write.failed", "error": "ENOSPC", "at": 0, "lost": "verify"}])
    assert (2, {"write-failed"}) == worst(judge())


def test_the_power_fails_in_mid_write(opened: Opener, judge: Judge, abandon: Any, folder: Path) -> None:
    log = opened()
    log.append("apply.intent", change="c", verb="v", target="t-1")
    abandon(log)
    path = segment_path(folder, 0)
    path.write_bytes(path.read_bytes() + b'{"boot')
    assert (2, {"torn", "unresolved-intent", "unsigned-tail"}) == worst(judge())
    opened().close()
    assert (2, {"torn-record", "unresolved-intent"}) == worst(judge())


def test_a_record_was_never_written(opened: Opener, judge: Judge, write_run: Callable[..., None]) -> None:
    with opened() as log:
        write_run(log, pairs=3, judged=2)
    assert (2, {"counts-differ", "verdicts-missing"}) == worst(judge())


def test_a_plugin_swallows_the_result_of_a_change(opened: Opener, judge: Judge) -> None:
    with opened() as log:
        log.append("apply.intent", change="c", verb="v", target="t-1")
    assert (2, {"unresolved-intent"}) == worst(judge())


def test_the_log_is_deleted(log: Path, judge: Judge) -> None:
    head = (log / "checkpoint").read_bytes()
    shutil.rmtree(log)
    assert (3, {"head-missing"}) == worst(judge())
    assert (1, {"shorter"}) == worst(judge(head))


@pytest.mark.parametrize("tail", [b"\0", gzip.compress(b"{}\n", mtime=0), b"x"])
def test_something_is_hidden_behind_a_compressed_segment(
    opened: Opener, write_run: Callable[..., None], judge: Judge, folder: Path, tail: bytes
) -> None:
    with opened(segment_records=8, compress_sealed=True) as log:
        write_run(log, pairs=12)
    packed = next(segment.path for segment in list_segments(folder) if segment.compressed)
    assert 0 == judge().exit_code
    packed.write_bytes(packed.read_bytes() + tail)
    report = judge()
    assert (1, "damaged") == (report.exit_code, report.problems[0].kind)


def test_a_head_of_the_same_key_over_what_was_never_written(log: Path, judge: Judge, key: SigningKey) -> None:
    (log / "checkpoint").write_bytes(key.signed_bytes(Checkpoint(key.name, 9, leaf_hash(b"made up"))))
    assert (1, {"root"}) == worst(judge())
