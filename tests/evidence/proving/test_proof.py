from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmsguard.errors import EvidenceError
from vmsguard.evidence import stored_tree
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.proving.proof import consistency, find_record, prove_consistency, prove_record, read_head
from vmsguard.evidence.segments import checkpoint_path, iter_lines, list_segments
from vmsguard.evidence.stored_tree import StoredTree
from vmsguard.evidence.tiles import tile_path, write_tiles
from vmsguard.evidence.tombstone import Tombstone
from vmsguard.evidence.tree import (
    consistency_proof,
    consistency_ranges,
    inclusion_proof,
    leaf_hash,
    root_hash,
    verify_consistency,
    verify_inclusion,
)

Opener = Callable[..., EvidenceLog]

SIZE = 70_000


def stored_lines(folder: Path) -> list[bytes]:
    return [line[:-1] for segment in list_segments(folder) for line in iter_lines(segment.path)]


def segment_file(folder: Path, first: int = 0) -> Path:
    return next(segment.path for segment in list_segments(folder) if segment.first == first)


@pytest.fixture
def written(opened: Opener, folder: Path) -> Path:
    """600 records and a few of the log's own, in segments of one tile each."""
    with opened(segment_records=256) as log:
        for number in range(600):
            log.append("finding", code="found", subject=f"t-{number}")
    return folder


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    """A folder of tiles alone over 65,536 leaves, as a pruned log has them, and 4,464 lines behind them."""
    folder = tmp_path_factory.mktemp("wide")
    lines = [b"line %d" % number for number in range(SIZE)]
    leaves = [leaf_hash(line) for line in lines]
    write_tiles(folder, 0, leaves[:65_536], Disk())
    (folder / "log").mkdir()
    (folder / "log" / f"{65_536:020d}.jsonl").write_bytes(b"".join(line + b"\n" for line in lines[65_536:]))
    return folder, leaves


@pytest.mark.parametrize("tiles", [True, False])
def test_a_record_is_proven_with_tiles_and_without(written: Path, tiles: bool) -> None:
    lines = stored_lines(written)
    leaves = [leaf_hash(line) for line in lines]
    if tiles:
        write_tiles(written, 0, leaves[:512], Disk())
    head, note = read_head(checkpoint_path(written))
    assert len(lines) == head.size
    for seq in (0, 1, 255, 256, 511, 512, len(lines) - 1):
        proven = prove_record(written, seq)
        assert (lines[seq], seq, note) == (proven.line, proven.proof.index, proven.proof.checkpoint)
        assert inclusion_proof(leaves, seq) == list(proven.proof.hashes)
        assert verify_inclusion(leaves[seq], seq, head.size, proven.proof.hashes, head.root)


def test_a_record_is_proven_under_an_older_head_too(written: Path, key: SigningKey, tmp_path: Path) -> None:
    leaves = [leaf_hash(line) for line in stored_lines(written)]
    old = tmp_path / "300.note"
    old.write_bytes(key.signed_bytes(Checkpoint(key.name, 300, root_hash(leaves[:300]))))
    assert inclusion_proof(leaves[:300], 7) == list(prove_record(written, 7, old).proof.hashes)
    with pytest.raises(EvidenceError, match="after the signed head, which covers 300"):
        prove_record(written, 300, old)


def test_wrong_tiles_are_passed_over_where_the_records_are_there(written: Path) -> None:
    leaves = [leaf_hash(line) for line in stored_lines(written)]
    write_tiles(written, 0, leaves[:512], Disk())
    tile = written / tile_path(0, 1)
    tile.write_bytes(bytes(8_192))
    assert inclusion_proof(leaves, 3) == list(prove_record(written, 3).proof.hashes)
    assert consistency_proof(leaves, 300) == consistency(written, 300, len(leaves))


def test_a_tile_of_another_length_counts_as_missing(written: Path) -> None:
    leaves = [leaf_hash(line) for line in stored_lines(written)]
    write_tiles(written, 0, leaves[:512], Disk())
    (written / tile_path(0, 0)).write_bytes(bytes(8_000))
    assert root_hash(leaves) == StoredTree(written).root(len(leaves))


def test_a_changed_record_is_not_proven(written: Path) -> None:
    """Its neighbours are, as long as a tile holds the hash it had."""
    lines, path = stored_lines(written), segment_file(written)
    path.write_bytes(path.read_bytes().replace(b'"t-7"', b'"t-8"', 1))
    with pytest.raises(EvidenceError, match="not what the signed head covers"):
        prove_record(written, 8)
    assert lines[9] == prove_record(written, 9).line
    (written / tile_path(0, 0)).unlink()
    with pytest.raises(EvidenceError, match="not what the signed head covers"):
        prove_record(written, 9)


def test_what_is_not_there_is_told_apart(written: Path, opened: Opener, abandon: Callable[..., None]) -> None:
    lines = stored_lines(written)
    with pytest.raises(EvidenceError, match="record 9999 is not there"):
        prove_record(written, 9_999)
    log = opened(segment_records=256)
    seq = log.append("finding", code="found", subject="late")
    abandon(log)
    with pytest.raises(EvidenceError, match=f"record {seq} is after the signed head"):
        prove_record(written, seq)
    path = segment_file(written)
    stone = Tombstone(5, leaf_hash(lines[5])).line()
    path.write_bytes(path.read_bytes().replace(lines[5], stone))
    with pytest.raises(EvidenceError, match="record 5 was erased"):
        prove_record(written, 5)
    assert lines[6] == prove_record(written, 6).line
    path.unlink()
    with pytest.raises(EvidenceError, match="the log begins with record 256"):
        prove_record(written, 5)


def test_a_record_is_found_by_its_id(
    opened: Opener,
    folder: Path,
    disk: Disk,
    monkeypatch: pytest.MonkeyPatch,
    read_log: Callable[..., list[dict[str, str]]],
) -> None:
    monkeypatch.setattr(disk, "random_bytes", os.urandom)
    with opened(segment_records=4) as log:
        for number in range(9):
            log.append("finding", code="found", subject=f"t-{number}")
    assert list(range(log.size)) == [find_record(folder, record["id"]) for record in read_log()]
    for wrong in ("nobody", '","', ""):
        with pytest.raises(EvidenceError, match="no record has the id"):
            find_record(folder, wrong)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, SIZE), st.integers(1, SIZE), st.data())
def test_proofs_from_tiles_equal_those_from_every_leaf(
    wide: tuple[Path, list[bytes]], one: int, other: int, data: st.DataObject
) -> None:
    folder, leaves = wide
    old, new = sorted((one, other))
    tree = StoredTree(folder)
    index = data.draw(st.integers(0, new - 1))
    assert root_hash(leaves[:new]) == tree.root(new)
    assert leaves[index : index + 700] == tree.leaves(index, min(index + 700, SIZE))
    proof = [tree.range_root(low, high) for low, high in consistency_ranges(old, new)]
    assert verify_consistency(old, new, root_hash(leaves[:old]), root_hash(leaves[:new]), proof)


def test_a_consistency_proof_reads_few_tiles(
    wide: tuple[Path, list[bytes]], key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, leaves = wide
    checkpoint_path(folder).write_bytes(key.signed_bytes(Checkpoint(key.name, SIZE, root_hash(leaves))))
    read: list[tuple[int, int]] = []

    def counted(directory: Path, level: int, index: int) -> list[bytes] | None:
        read.append((level, index))
        return real(directory, level, index)

    real = stored_tree.read_tile
    monkeypatch.setattr(stored_tree, "read_tile", counted)
    proof = consistency(folder, 1_000, SIZE)
    assert verify_consistency(1_000, SIZE, root_hash(leaves[:1_000]), root_hash(leaves), proof)
    assert len(read) < 64


def test_nothing_has_to_be_shown_from_nothing(written: Path) -> None:
    assert [] == consistency(written, 0, 10)
    with pytest.raises(EvidenceError, match="no consistency proof from 11 to 10"):
        consistency(written, 11, 10)


def test_a_saved_head_is_continued_or_the_reason_is_told(written: Path, key: SigningKey) -> None:
    leaves = [leaf_hash(line) for line in stored_lines(written)]
    saved = Checkpoint(key.name, 300, root_hash(leaves[:300]))
    proof, head, note = prove_consistency(written, saved)
    assert (consistency_proof(leaves, 300), len(leaves)) == (proof, head.size)
    assert checkpoint_path(written).read_bytes() == note
    for wrong, told in (
        (Checkpoint(key.name, 300, bytes(32)), "two histories"),
        (Checkpoint(key.name, 9_000, bytes(32)), "rolled back"),
        (Checkpoint("example.org/other", 300, saved.root), "is of example.org/other"),
        (Checkpoint(key.name, 0, bytes(32)), "covers no record"),
    ):
        with pytest.raises(EvidenceError, match=told):
            prove_consistency(written, wrong)
