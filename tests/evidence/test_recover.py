from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.tree import EMPTY_ROOT
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory

Opener = Callable[..., EvidenceLog]
Reader = Callable[[], list[dict[str, Any]]]
Abandon = Callable[[EvidenceLog], None]
INTENT = {"change": "t-1/1:recording.stop(job=J1)", "verb": "recording.stop", "target": "t-1", "channel": "1"}


def segment(folder: Path, first: int = 0) -> Path:
    return folder / "log" / f"{first:020d}.jsonl"


def unsigned_tail(opened: Opener, abandon: Abandon) -> None:
    """A log with one signed record and three that no head covers yet."""
    log = opened()
    for number in range(3):
        log.append("observe", target=f"t-{number}")
    abandon(log)


def test_opening_again_continues_and_names_where_it_stands(opened: Opener, read_log: Reader) -> None:
    opened().close()
    with opened() as log:
        size, root = 2, read_log()[-1]["root"]
    records = read_log()
    assert ("log.opened", size, "boot-1") == (records[2]["event"], records[2]["size"], records[2]["last_boot"])
    assert 64 == len(root)
    assert records[2]["agent"]["version"]
    assert 4 == log.size


def test_a_tail_torn_at_any_byte_is_kept_aside_cut_and_recorded(
    opened: Opener, abandon: Abandon, folder: Path, tmp_path: Path, read_log: Reader, trust: Trust, clock: Any
) -> None:
    unsigned_tail(opened, abandon)
    whole = segment(folder).read_bytes()
    lines = whole.splitlines(keepends=True)
    kept = tmp_path / "kept"
    shutil.copytree(folder, kept)
    for cut in range(len(lines[0]), len(whole)):
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)
        segment(folder).write_bytes(whole[:cut])
        intact = [line for number, line in enumerate(lines) if sum(map(len, lines[: number + 1])) <= cut]
        torn = whole[sum(map(len, intact)) : cut]
        with opened() as log:
            assert log.size == len(intact) + (2 if torn else 1)
        assert segment(folder).read_bytes().startswith(b"".join(intact))
        pieces = list(folder.glob("torn-*.bin"))
        if torn:
            recovered = read_log()[len(intact)]
            told = [{"file": pieces[0].name, "size": len(torn), "sha256": sha256(torn).hexdigest()}]
            assert ("log.recovered", told, torn) == (recovered["event"], recovered["torn"], pieces[0].read_bytes())
        else:
            assert pieces == []
        kinds = {problem.kind for problem in verify_directory(folder, trust=trust, now=clock.now()).problems}
        assert kinds == ({"torn-record"} if torn else set())


@pytest.mark.parametrize("tail", [b"\x00" * 5000, b"\x00" * 100 + b"\n" + b"\x00" * 100, b"{}\n", b'{"seq":4}\nmore'])
def test_garbage_behind_the_last_record_is_recovered_from(
    opened: Opener, abandon: Abandon, folder: Path, read_log: Reader, tail: bytes
) -> None:
    unsigned_tail(opened, abandon)
    whole = segment(folder).read_bytes()
    segment(folder).write_bytes(whole + tail)
    opened().close()
    assert segment(folder).read_bytes().startswith(whole)
    assert (folder / "torn-4.bin").read_bytes() == tail
    assert read_log()[4]["event"] == "log.recovered"


def test_a_crash_between_keeping_and_cutting_keeps_one_copy(
    opened: Opener, abandon: Abandon, folder: Path, read_log: Reader, disk: Any
) -> None:
    unsigned_tail(opened, abandon)
    segment(folder).write_bytes(segment(folder).read_bytes() + b"torn")
    disk.fail["truncate"] = errno.EIO
    with pytest.raises(EvidenceError):
        opened()
    disk.fail.clear()
    opened().close()
    assert ["torn-4.bin"] == [piece["file"] for piece in read_log()[4]["torn"]]


def test_a_crash_before_a_piece_was_named_and_a_second_tear_name_both(
    opened: Opener, abandon: Abandon, folder: Path, read_log: Reader
) -> None:
    unsigned_tail(opened, abandon)
    (folder / "torn-4.bin").write_bytes(b"first")
    segment(folder).write_bytes(segment(folder).read_bytes() + b"second")
    opened().close()
    assert {"torn-4.bin": 5, "torn-4-2.bin": 6} == {piece["file"]: piece["size"] for piece in read_log()[4]["torn"]}


def test_a_cut_below_the_signed_head_is_a_rollback(opened: Opener, folder: Path) -> None:
    opened().close()
    path = segment(folder)
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        with pytest.raises(EvidenceError, match="rolled back or edited"):
            opened()
    assert path.read_bytes() == whole[:-1]


def test_a_changed_record_under_the_head_is_refused(opened: Opener, folder: Path) -> None:
    opened().close()
    path = segment(folder)
    path.write_bytes(path.read_bytes().replace(b'"version":"', b'"version":"x'))
    with pytest.raises(EvidenceError, match="rolled back or edited"):
        opened()


def test_a_head_that_is_gone_is_refused(opened: Opener, folder: Path) -> None:
    opened().close()
    (folder / "checkpoint").unlink()
    with pytest.raises(EvidenceError, match="rolled back or edited"):
        opened()


def test_a_head_of_another_key_is_refused(opened: Opener, folder: Path, key: SigningKey) -> None:
    opened().close()
    stranger = SigningKey.generate(key.name)
    (folder / "checkpoint").write_bytes(stranger.signed_bytes(Checkpoint(key.name, 0, EMPTY_ROOT)))
    with pytest.raises(EvidenceError, match="another key"):
        opened()


def test_a_head_with_a_wrong_signature_is_refused(opened: Opener, folder: Path, key: SigningKey) -> None:
    opened().close()
    path = folder / "checkpoint"
    path.write_bytes(path.read_bytes().replace(b"\n2\n", b"\n1\n"))
    with pytest.raises(EvidenceError, match="signature of its checkpoint is wrong"):
        opened()


def test_a_missing_segment_is_refused(opened: Opener, folder: Path) -> None:
    log = opened(segment_records=4)
    for _ in range(9):
        log.append("observe", target="t-1")
    log.close()
    segment(folder, 4).unlink()
    with pytest.raises(EvidenceError, match="segment 8 does not continue record 4"):
        opened(segment_records=4)


def test_a_log_of_many_segments_is_continued(opened: Opener, read_log: Reader, trust: Trust, folder: Path) -> None:
    for _ in range(12):
        with opened(segment_records=4) as log:
            log.append("observe", target="t-1")
    records = read_log()
    assert list(range(log.size)) == [record["seq"] for record in records]
    report = verify_directory(folder, trust=trust, now=log._clock.now())
    assert (0, log.size, log.root_hex) == (report.exit_code, report.size, report.root)


def test_an_intent_without_a_result_is_handed_to_the_next_opener(opened: Opener, abandon: Abandon) -> None:
    log = opened()
    seq = log.append("apply.intent", run="run-1", camera="cam-1", **INTENT)
    answered = log.append("apply.intent", run="run-1", **{**INTENT, "change": "t-2/1:recording.stop(job=J2)"})
    log.append("apply.result", run="run-1", cause=[answered], change="t-2/1:recording.stop(job=J2)", outcome="accepted")
    abandon(log)
    with opened() as log:
        (intent,) = log.unresolved
        assert (seq, "run-1", INTENT["change"], "cam-1", "1") == (
            intent.seq,
            intent.run,
            intent.change,
            intent.camera,
            intent.channel,
        )
        log.append("apply.result", run="run-2", cause=[seq], change=intent.change, outcome="interrupted")
    with opened() as log:
        assert log.unresolved == ()


def test_the_openings_own_record_names_the_unresolved(opened: Opener, abandon: Abandon, read_log: Reader) -> None:
    log = opened()
    seq = log.append("apply.intent", **INTENT)
    abandon(log)
    opened().close()
    assert [seq] == next(record for record in read_log()[1:] if record["event"] == "log.opened")["unresolved"]


def test_a_changed_byte_under_the_head_is_refused_wherever_it_stands(opened: Opener, folder: Path) -> None:
    log = opened(segment_records=4)
    for _ in range(3):
        log.append("observe", target="t-1")
    log.close()
    for first in (0, 4):
        path = segment(folder, first)
        whole = path.read_bytes()
        ends = [place for place, byte in enumerate(whole) if byte == ord("\n")]
        for place in (*range(0, len(whole), 41), *ends):
            path.write_bytes(whole[:place] + b"x" + whole[place + 1 :])
            with pytest.raises(EvidenceError, match="rolled back or edited"):
                opened(segment_records=4)
        path.write_bytes(whole)
    opened(segment_records=4).close()
