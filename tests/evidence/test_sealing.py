"""What becomes of a full segment: tiles, compression, and a log that opens fast from what is left."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vmsguard.errors import EvidenceError
from vmsguard.evidence import recover
from vmsguard.evidence.checkpoint import parse_checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.segments import compressed_path, iter_lines, list_segments, read_lines, segment_path
from vmsguard.evidence.tiles import read_leaf_hashes, tile_path
from vmsguard.evidence.tombstone import Tombstone
from vmsguard.evidence.tree import leaf_hash, root_hash

Opener = Callable[..., EvidenceLog]
Reader = Callable[[], list[dict[str, Any]]]
Abandon = Callable[[EvidenceLog], None]
INTENT = {"change": "t-1/1:recording.stop(job=J1)", "verb": "recording.stop", "target": "t-1", "channel": "1"}


def fill(log: EvidenceLog, until: int) -> None:
    while log.size < until:
        log.append("observe", target="t-1")


def names(folder: Path) -> list[str]:
    return [segment.path.name.lstrip("0") for segment in list_segments(folder)]


def leaves(folder: Path) -> list[bytes]:
    return [leaf_hash(line[:-1]) for segment in list_segments(folder) for line in iter_lines(segment.path)]


@pytest.fixture
def sealed(opened: Opener, folder: Path) -> Callable[..., EvidenceLog]:
    """Opens the log with segments of 256 records, of which sealed ones are compressed."""

    def open_log(**settings: object) -> EvidenceLog:
        return opened(segment_records=256, compress_sealed=True, **settings)

    return open_log


@pytest.fixture
def intact(folder: Path, key: SigningKey) -> Callable[[], None]:
    """Whether the signed head is over the records that are there, each number once."""

    def check() -> None:
        head = parse_checkpoint((folder / "checkpoint").read_bytes())
        assert list(range(head.size)) == [record["seq"] for record in _records(folder)]
        assert (head.size, head.root) == (len(leaves(folder)), root_hash(leaves(folder)))

    return check


def test_a_sealed_segment_is_compressed_and_has_its_tiles(
    sealed: Opener, folder: Path, intact: Callable[[], None]
) -> None:
    with sealed() as log:
        fill(log, 600)
        log.settle()
        assert [".jsonl.gz", "256.jsonl.gz", "512.jsonl"] == names(folder)
    told = leaves(folder)
    assert told[:512] == read_leaf_hashes(folder, 0, 512)
    assert list(range(601)) == [record["seq"] for record in _records(folder)]
    assert () == log.troubles
    intact()


def test_zcat_gives_the_records_that_were_written(opened: Opener, sealed: Opener, folder: Path) -> None:
    with opened(segment_records=256) as log:
        fill(log, 300)
    plain = segment_path(folder, 0).read_bytes()
    sealed().close()
    path = compressed_path(segment_path(folder, 0))
    assert plain == subprocess.run(["zcat", str(path)], capture_output=True, check=True).stdout
    assert not segment_path(folder, 0).exists()


def test_segments_that_were_never_compressed_are_at_the_next_opening(
    opened: Opener, sealed: Opener, folder: Path, intact: Callable[[], None]
) -> None:
    with opened(segment_records=256) as log:
        fill(log, 600)
    for tile in (folder / "tile").rglob("*"):
        if tile.is_file():
            tile.unlink()
    with sealed() as log:
        log.settle()
    assert [".jsonl.gz", "256.jsonl.gz", "512.jsonl"] == names(folder)
    assert leaves(folder)[:512] == read_leaf_hashes(folder, 0, 512)
    intact()


def test_opening_reads_no_record_of_a_sealed_segment_but_its_last(
    sealed: Opener, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sealed() as log:
        fill(log, 1030)
    read: list[str] = []

    def spied(path: Path) -> Any:
        read.append(path.name.lstrip("0"))
        return iter_lines(path)

    monkeypatch.setattr(recover, "iter_lines", spied)
    with sealed() as log:
        assert 1032 == log.size
    assert ["1024.jsonl"] == read


def test_an_intent_stays_open_across_seals_and_is_known_in_full(
    sealed: Opener, abandon: Abandon, folder: Path, intact: Callable[[], None]
) -> None:
    log = sealed()
    answered = log.append("apply.intent", run="run-1", **{**INTENT, "change": "t-2/1:recording.stop(job=J2)"})
    seq = log.append("apply.intent", run="run-1", camera="cam-1", **INTENT)
    fill(log, 300)
    log.append("apply.result", run="run-1", cause=[answered], change="t-2/1:recording.stop(job=J2)", outcome="accepted")
    fill(log, 520)
    abandon(log)
    with sealed() as log:
        told = [(intent.seq, intent.change, intent.camera, intent.run) for intent in log.unresolved]
        assert [(seq, INTENT["change"], "cam-1", "run-1")] == told
        log.append("apply.result", cause=[seq], change=INTENT["change"], outcome="interrupted")
    with sealed() as log:
        assert log.unresolved == ()


def test_more_open_intents_than_a_seal_can_name_are_all_known(sealed: Opener, abandon: Abandon) -> None:
    log = sealed()
    for number in range(300):
        log.append("apply.intent", **{**INTENT, "change": f"c-{number}"})
    fill(log, 520)
    abandon(log)
    with sealed() as log:
        assert [f"c-{number}" for number in range(300)] == [intent.change for intent in log.unresolved]


def test_an_opening_right_at_the_border_begins_the_next_segment(
    sealed: Opener, abandon: Abandon, folder: Path, read_log: Reader, intact: Callable[[], None]
) -> None:
    log = sealed()
    fill(log, 255)
    log.checkpoint()
    log._seal(log._time.next())
    log.settle()
    abandon(log)
    assert [".jsonl.gz"] == names(folder)
    sealed().close()
    assert [".jsonl.gz", "256.jsonl"] == names(folder)
    records = read_log()
    assert leaf_hash(read_lines(list_segments(folder)[0].path).splitlines()[-1]).hex() == records[256]["prev"]
    assert ("log.opened", "boot-1") == (records[256]["event"], records[256]["last_boot"])
    intact()


@pytest.mark.parametrize("index", [0, 1])
def test_a_wrong_tile_is_found_and_written_again(
    sealed: Opener, folder: Path, index: int, intact: Callable[[], None]
) -> None:
    with sealed() as log:
        fill(log, 600)
    tile = folder / tile_path(0, index)
    whole = tile.read_bytes()
    for damaged in (bytes(8192), whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1]), whole[32:] + whole[:32]):
        tile.write_bytes(damaged)
        sealed().close()
        assert whole == tile.read_bytes()
    intact()


def test_edited_records_with_tiles_to_match_are_refused(sealed: Opener, folder: Path, disk: Any) -> None:
    with sealed() as log:
        fill(log, 300)
    path = list_segments(folder)[0].path
    edited = read_lines(path).replace(b"t-1", b"t-2", 1)
    path.unlink()
    segment_path(folder, 0).write_bytes(edited)
    (folder / tile_path(0, 0)).write_bytes(b"".join(leaf_hash(line) for line in edited.splitlines()))
    with pytest.raises(EvidenceError, match="rolled back or edited"):
        sealed()


def test_records_that_rot_on_the_disk_are_told_and_not_compressed(
    sealed: Opener, opened: Opener, folder: Path, abandon: Abandon
) -> None:
    with opened(segment_records=256) as log:
        fill(log, 300)
    path = segment_path(folder, 0)
    path.write_bytes(path.read_bytes().replace(b"t-1", b"t-2", 1))
    log = sealed()
    log.settle()
    assert ("segment 0: the records on the disk are not those that were signed",) == log.troubles
    assert path.exists()
    log.close()


@pytest.mark.parametrize("step", ["write", "rename", "sync_directory", "remove"])
def test_what_the_disk_refuses_loses_no_record_and_is_told(
    sealed: Opener, opened: Opener, folder: Path, disk: Any, step: str, intact: Callable[[], None]
) -> None:
    with opened(segment_records=256) as log:
        fill(log, 300)

    def refused(*arguments: Any) -> Any:
        if threading.current_thread().name == "evidence-sealing":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return getattr(Disk, step)(disk, *arguments)

    setattr(disk, step, refused)
    log = sealed()
    log.settle()
    log.close()
    assert ("segment 0 cannot be compressed: Input/output error",) == log.troubles
    assert segment_path(folder, 0).exists()
    intact()
    delattr(disk, step)
    sealed().close()
    assert ".jsonl.gz" == names(folder)[0]
    intact()


def test_without_room_to_compress_the_segment_stays_and_it_is_told(
    opened: Opener, sealed: Opener, folder: Path, disk: Any
) -> None:
    with opened(segment_records=256) as log:
        fill(log, 300)
    disk.free_bytes = lambda path: 1_000_000
    log = sealed()
    log.settle()
    log.close()
    assert ("segment 0: there is no room to compress it",) == log.troubles
    assert [".jsonl", "256.jsonl"] == names(folder)
    del disk.free_bytes
    sealed().close()
    assert [".jsonl.gz", "256.jsonl"] == names(folder)


def test_of_both_forms_after_a_crash_the_plain_one_is_compressed_again(
    sealed: Opener, folder: Path, intact: Callable[[], None]
) -> None:
    with sealed() as log:
        fill(log, 300)
    compressed = compressed_path(segment_path(folder, 0))
    whole = compressed.read_bytes()
    segment_path(folder, 0).write_bytes(read_lines(compressed))
    compressed.write_bytes(whole[:1000])
    intact()
    sealed().close()
    assert (False, whole) == (segment_path(folder, 0).exists(), compressed.read_bytes())
    intact()


def test_closing_does_not_wait_for_more_than_its_patience(opened: Opener, sealed: Opener, folder: Path) -> None:
    with opened(segment_records=256) as log:
        fill(log, 2600)
    log = sealed(sealing_seconds=-1.0)
    log.close()
    left = [name for name in names(folder) if not name.endswith(".gz")]
    assert len(left) > 1  # how many were compressed besides is a matter of threads
    sealed().close()
    assert 1 == len([name for name in names(folder) if not name.endswith(".gz")])


def test_a_compressed_segment_that_was_touched_is_refused_where_its_records_are_needed(
    sealed: Opener, folder: Path
) -> None:
    with sealed() as log:
        fill(log, 300)
    (folder / tile_path(0, 0)).unlink()
    compressed = compressed_path(segment_path(folder, 0))
    whole = compressed.read_bytes()
    for damaged in (whole[:-1], whole + b"\0", whole[:2000] + bytes([whole[2000] ^ 0x40]) + whole[2001:]):
        compressed.write_bytes(damaged)
        with pytest.raises(EvidenceError, match="rolled back or edited") as raised:
            sealed()
        assert "archive the directory" in raised.value.hint


def prune(log: EvidenceLog, folder: Path, until: int, *, announce: bool = True) -> None:
    """Take out the segments before ``until``, as pruning does."""
    if announce:
        log.append("erase.done", durable=True, first=0, last=until - 1, kind="pruned", code="retention-ended")
        log.checkpoint()
    log.settle()
    for segment in list_segments(folder):
        if segment.first < until:
            segment.path.unlink()


def test_a_pruned_log_goes_on(sealed: Opener, folder: Path, read_log: Reader) -> None:
    log = sealed()
    fill(log, 600)
    prune(log, folder, 512)
    log.close()
    for _ in range(3):
        with sealed() as log:
            fill(log, log.size + 300)
    records = read_log()
    assert list(range(512, log.size)) == [record["seq"] for record in records]
    assert read_leaf_hashes(folder, 511, 1) == [bytes.fromhex(records[0]["prev"])]
    gone = read_leaf_hashes(folder, 0, 512)
    assert gone is not None
    assert log.root_hex == root_hash([*gone, *leaves(folder)]).hex()


def test_a_log_pruned_without_a_word_is_refused(sealed: Opener, folder: Path) -> None:
    log = sealed()
    fill(log, 600)
    prune(log, folder, 256, announce=False)
    log.close()
    with pytest.raises(EvidenceError, match="records 0 to 255 are gone, and no record announces it"):
        sealed()


def test_a_log_pruned_further_than_announced_is_refused(sealed: Opener, folder: Path) -> None:
    log = sealed()
    fill(log, 900)
    prune(log, folder, 256)
    prune(log, folder, 512, announce=False)
    log.close()
    with pytest.raises(EvidenceError, match="records 0 to 511 are gone"):
        sealed()


def test_a_pruned_log_without_its_tiles_is_refused(sealed: Opener, folder: Path) -> None:
    log = sealed()
    fill(log, 600)
    prune(log, folder, 256)
    log.close()
    (folder / tile_path(0, 0)).unlink()
    with pytest.raises(EvidenceError, match="are gone and so are their tiles"):
        sealed()


def erase(folder: Path, seq: int) -> None:
    """Put a tombstone in the place of a record of an uncompressed segment."""
    segment = [segment for segment in list_segments(folder) if segment.first <= seq][-1]
    stored = read_lines(segment.path).splitlines(keepends=True)
    line = stored[seq - segment.first]
    stored[seq - segment.first] = Tombstone(seq, leaf_hash(line[:-1])).line() + b"\n"
    segment.path.write_bytes(b"".join(stored))


@pytest.mark.parametrize("seq", [0, 3, 255, 260])
def test_a_log_with_an_announced_tombstone_goes_on(opened: Opener, sealed: Opener, folder: Path, seq: int) -> None:
    log = opened(segment_records=256)
    fill(log, 300)
    log.append("erase.done", durable=True, first=seq, last=seq, kind="tombstone", code="erasure-request")
    log.close()
    erase(folder, seq)
    size = log.size
    for _ in range(2):
        with opened(segment_records=256) as log:
            size += 1
            assert size == log.size
        size += 1
    sealed().close()
    assert ".jsonl.gz" == names(folder)[0]
    assert 1 == sum(read_lines(segment.path).count(b'"tombstone":true') for segment in list_segments(folder))


def test_a_tombstone_that_nothing_announces_is_refused(opened: Opener, folder: Path) -> None:
    log = opened(segment_records=256)
    fill(log, 20)
    log.append("erase.done", durable=True, first=4, last=5, kind="tombstone", code="erasure-request")
    log.close()
    erase(folder, 3)
    with pytest.raises(EvidenceError, match="record 3 was erased, and no record announces it"):
        opened(segment_records=256)


def test_a_tombstone_of_another_leaf_is_refused(opened: Opener, folder: Path) -> None:
    log = opened(segment_records=256)
    fill(log, 20)
    log.append("erase.done", durable=True, first=3, last=3, kind="tombstone", code="erasure-request")
    log.close()
    erase(folder, 3)
    path = segment_path(folder, 0)
    stored = path.read_bytes().splitlines(keepends=True)
    stored[3] = Tombstone(3, bytes(32)).line() + b"\n"
    path.write_bytes(b"".join(stored))
    with pytest.raises(EvidenceError, match="rolled back or edited"):
        opened(segment_records=256)


def test_an_intent_whose_record_was_erased_is_handed_to_nobody(opened: Opener, sealed: Opener, folder: Path) -> None:
    log = opened(segment_records=256)
    seq = log.append("apply.intent", **INTENT)
    fill(log, 300)
    log.append("erase.done", durable=True, first=seq, last=seq, kind="tombstone", code="court-order")
    log.close()
    erase(folder, seq)
    with sealed() as log:
        assert log.unresolved == ()


def _records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for segment in list_segments(folder) for line in iter_lines(segment.path)]
