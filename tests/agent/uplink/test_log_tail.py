"""The tail of a log gives every signed record once, and each batch proves itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package

from written_log import WrittenLog

from vmsguard.agent.uplink.log_tail import LogTail
from vmsguard.agent.uplink.messages import MOST_BYTES, Batch, batch_id, decode_batch, encode_batch
from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import parse_checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.erasing.erase import erase_record
from vmsguard.evidence.erasing.prune import prune
from vmsguard.evidence.segments import iter_lines, list_segments
from vmsguard.evidence.tombstone import leaf_of_line
from vmsguard.evidence.tree import Frontier, verify_consistency

FEW = 40_000


def all_of(tail: LogTail) -> list[Batch]:
    found = []
    while (batch := tail.next_batch()) is not None:
        found.append(batch)
    return found


def lines_of(folder: Path) -> bytes:
    return b"".join(line for segment in list_segments(folder) for line in iter_lines(segment.path))


def test_batches_are_the_log_s_lines_each_once_up_to_the_signed_head(written: WrittenLog) -> None:
    tail, got = LogTail(written.folder, batch_bytes=FEW), []
    for count in (3, 300, 1):
        written.write(count)
        got += all_of(tail)
    signed = written.log.signed_size
    written.write(5, signed=False)

    assert [] == all_of(tail)
    assert (b"".join(batch.lines for batch in got), signed) == (
        b"".join(lines_of(written.folder).splitlines(keepends=True)[:signed]),
        tail.size,
    )
    places = [0, *(batch.first + batch.count for batch in got)]
    assert places[:-1] == [batch.first for batch in got]


def test_each_batch_is_proven_by_the_head_it_carries(written: WrittenLog) -> None:
    written.write(600)
    tree, batches = Frontier(), all_of(LogTail(written.folder, batch_bytes=FEW))

    for batch in batches:
        head = parse_checkpoint(batch.head)
        for line in batch.lines.splitlines():
            tree.append(leaf_of_line(line))
        if tree.size == head.size:
            assert (tree.root(), ()) == (head.root, batch.proof)
        else:
            assert verify_consistency(tree.size, head.size, tree.root(), head.root, batch.proof)
    assert len(batches) > 10


@pytest.mark.parametrize("place", [0, 1, 2, 255, 256, 257, 301])
def test_a_tail_goes_on_anywhere_with_the_root_it_would_have_had(place: int, written: WrittenLog) -> None:
    written.write(300)
    lines = lines_of(written.folder).splitlines(keepends=True)
    tree = Frontier()
    for line in lines[:place]:
        tree.append(leaf_of_line(line[:-1]))
    tail = LogTail(written.folder)

    tail.seek(place)

    assert (place, tree.root()) == (tail.size, tail.root)
    assert b"".join(lines[place:]) == b"".join(batch.lines for batch in all_of(tail))


def test_an_erasure_under_way_moves_nothing(written: WrittenLog) -> None:
    tail = LogTail(written.folder)
    written.log.append("finding", code="weak-login", subject="a-camera-with-a-name-of-some-length")
    written.write(20)
    all_of(tail)
    erase_record(written.log, written.folder, 1, "erasure-request", Disk())
    written.write(3)
    size = tail.size

    lines = b"".join(batch.lines for batch in all_of(tail))

    assert b"".join(lines_of(written.folder).splitlines(keepends=True)[size:]) == lines


def test_records_that_are_not_those_that_were_signed_are_not_told(written: WrittenLog) -> None:
    written.write(20)
    path = list_segments(written.folder)[0].path
    path.write_bytes(path.read_bytes().replace(b'"interval":60', b'"interval":61', 1))

    with pytest.raises(EvidenceError, match="not those that were signed"):
        all_of(LogTail(written.folder))


def test_what_was_pruned_before_it_was_sent_is_told_with_a_way_out(written: WrittenLog) -> None:
    written.write(600)
    written.clock.advance(3600)
    written.write(1)
    prune(written.log, written.folder, written.clock.now(), "retention-ended", "", Disk())

    with pytest.raises(EvidenceError, match="record 0 is not there") as caught:
        all_of(LogTail(written.folder))
    assert "by hand" in caught.value.hint
    tail = LogTail(written.folder)
    tail.seek(512)
    assert written.log.size == [batch.first + batch.count for batch in all_of(tail)][-1]


def test_the_largest_batch_fits_into_a_message(written: WrittenLog) -> None:
    anchors = written.folder / "anchors"
    anchors.mkdir()
    for number in range(9):
        for name in (f"{number}.note", f"{number}.1.tsr"):
            (anchors / name).write_bytes(bytes(65_536))
        written.log.append("checkpoint.anchored", size=number, root="ab" * 32, kind="tsa", ref=f"{number}.1.tsr")
    written.write(3_000)

    batches = all_of(LogTail(written.folder))

    assert max(len(encode_batch(batch)) for batch in batches) <= MOST_BYTES
    assert 18 == sum(len(batch.anchors) for batch in batches)


def test_messages_come_back_as_they_were_and_nonsense_is_none(written: WrittenLog) -> None:
    written.write(3)
    (batch,) = all_of(LogTail(written.folder))

    assert batch == decode_batch(encode_batch(batch))
    assert [None, None, None] == [decode_batch(data) for data in (b"", b"\xff\xfe", encode_batch(batch)[:-3])]
    assert batch_id(batch) == batch_id(decode_batch(encode_batch(batch)) or batch) != batch_id(batch, 1)
