from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vmsguard.errors import EvidenceError, UsageError
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.exporting.tiles import entries_path, export_tiles
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.segments import checkpoint_path, segment_path
from vmsguard.evidence.tiles import tile_path, write_tiles
from vmsguard.evidence.tombstone import Tombstone
from vmsguard.evidence.tree import leaf_hash, root_hash

Opener = Callable[..., EvidenceLog]


def a_log(folder: Path, key: SigningKey, count: int) -> list[bytes]:
    """A log of ``count`` short lines under a signed head: the tree does not ask what they say."""
    lines = [b"line %d" % number for number in range(count)]
    segment_path(folder, 0).parent.mkdir(parents=True)
    segment_path(folder, 0).write_bytes(b"".join(line + b"\n" for line in lines))
    head = Checkpoint(key.name, count, root_hash(map(leaf_hash, lines)))
    checkpoint_path(folder).write_bytes(key.signed_bytes(head))
    return lines


def read_entries(data: bytes) -> list[bytes]:
    """An entry bundle, as the specification has it."""
    found, place = [], 0
    while place < len(data):
        length = int.from_bytes(data[place : place + 2], "big")
        found.append(data[place + 2 : place + 2 + length])
        place += 2 + length
    return found


def read_tile(path: Path) -> list[bytes]:
    data = path.read_bytes()
    return [data[place : place + 32] for place in range(0, len(data), 32)]


def expected_files(size: int) -> set[str]:
    """Straight from the specification: tile n of level l has floor(s / 256^l) hashes, less 256 per tile before it."""
    names, level, count = set(), 0, size
    while count:
        for index in range(-(-count // 256)):
            width = min(256, count - index * 256)
            names.add(tile_path(level, index, width))
            if level == 0:
                names.add(entries_path(index, width))
        level, count = level + 1, count // 256
    return names


@pytest.mark.parametrize("size", [1, 3, 255, 256, 257, 513, 1_000, 66_000])
def test_every_tile_and_bundle_of_the_tree_is_there_and_right(
    size: int, folder: Path, key: SigningKey, clock: Any, tmp_path: Path
) -> None:
    lines = a_log(folder, key, size)
    told = export_tiles(folder, tmp_path / "out", clock.now())
    out = tmp_path / "out"
    written = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert expected_files(size) | {"checkpoint", "export.json"} == written
    assert (size, size) == (told.records, told.size)
    assert checkpoint_path(folder).read_bytes() == (out / "checkpoint").read_bytes()
    for name in written:
        if name.startswith("tile/entries/"):
            index = int(name.removeprefix("tile/entries/").partition(".p/")[0].replace("/", "").replace("x", ""))
            assert lines[index * 256 : index * 256 + 256] == read_entries((out / name).read_bytes())
    level, hashes = 0, [leaf_hash(line) for line in lines]
    while hashes:
        for index in range(-(-len(hashes) // 256)):
            part = hashes[index * 256 : index * 256 + 256]
            assert part == read_tile(out / tile_path(level, index, len(part)))
        full = len(hashes) // 256
        hashes = [root_hash(hashes[index * 256 : index * 256 + 256]) for index in range(full)]
        level += 1


def test_a_real_log_is_exported_up_to_its_head(
    opened: Opener, folder: Path, clock: Any, tmp_path: Path, abandon: Callable[..., None]
) -> None:
    log = opened(checkpoint_records=8)
    for number in range(9):
        log.append("finding", code="found", subject=f"t-{number}")
    abandon(log)
    told = export_tiles(folder, tmp_path / "out", clock.now())
    stored = segment_path(folder, 0).read_bytes().splitlines()
    assert (told.size, len(stored)) == (9, 10)
    assert stored[: told.size] == read_entries((tmp_path / "out" / entries_path(0, told.size)).read_bytes())


def test_pruned_records_keep_their_tiles_and_lose_their_entries(
    folder: Path, key: SigningKey, clock: Any, tmp_path: Path
) -> None:
    lines = a_log(folder, key, 600)
    write_tiles(folder, 0, [leaf_hash(line) for line in lines[:256]], Disk())
    segment_path(folder, 0).rename(segment_path(folder, 256))
    segment_path(folder, 256).write_bytes(b"".join(line + b"\n" for line in lines[256:]))
    told = export_tiles(folder, tmp_path / "out", clock.now())
    names = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert expected_files(600) - {entries_path(0)} == names - {"checkpoint", "export.json"}
    assert (256, 344) == (told.details["first"], told.records)


def test_a_bundle_with_an_erased_record_is_left_out(folder: Path, key: SigningKey, clock: Any, tmp_path: Path) -> None:
    lines = a_log(folder, key, 600)
    stored = segment_path(folder, 0).read_bytes()
    stone = Tombstone(300, leaf_hash(lines[300])).line()
    segment_path(folder, 0).write_bytes(stored.replace(b"\nline 300\n", b"\n" + stone + b"\n"))
    told = export_tiles(folder, tmp_path / "out", clock.now())
    assert ([1], 344) == (told.details["bundles_left_out"], told.records)
    assert not (tmp_path / "out" / entries_path(1)).exists()
    assert leaf_hash(lines[300]) == read_tile(tmp_path / "out" / tile_path(0, 1))[300 - 256]


def test_what_does_not_give_the_root_is_not_exported(folder: Path, key: SigningKey, clock: Any, tmp_path: Path) -> None:
    a_log(folder, key, 600)
    segment_path(folder, 0).write_bytes(segment_path(folder, 0).read_bytes().replace(b"line 7\n", b"line 8\n"))
    with pytest.raises(EvidenceError, match="does not give the root"):
        export_tiles(folder, tmp_path / "out", clock.now())
    assert ["evidence"] == [path.name for path in tmp_path.iterdir()]


def test_nothing_is_written_where_something_is(folder: Path, key: SigningKey, clock: Any, tmp_path: Path) -> None:
    a_log(folder, key, 3)
    (tmp_path / "out").mkdir()
    with pytest.raises(UsageError, match="is not overwritten"):
        export_tiles(folder, tmp_path / "out", clock.now())
    with pytest.raises(UsageError, match="is not a directory"):
        export_tiles(folder, tmp_path / "none" / "out", clock.now())
    assert [] == list((tmp_path / "out").iterdir())
