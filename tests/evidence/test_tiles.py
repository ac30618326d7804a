from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from vmsguard.evidence.tiles import read_leaf_hashes, read_subtree, read_tile, tile_path, write_tiles
from vmsguard.evidence.tree import root_hash

MANY = [sha256(str(number).encode()).digest() for number in range(65_536)]


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 67, 256, "tile/0/067"),
        (0, 1067, 256, "tile/0/x001/067"),
        (2, 1_234_067, 256, "tile/2/x001/x234/067"),
        (0, 1000, 256, "tile/0/x001/000"),
        (1, 999, 8, "tile/1/999.p/8"),
        (0, 273, 112, "tile/0/273.p/112"),
        (0, 1_000_000, 1, "tile/0/x001/x000/000.p/1"),
    ],
)
def test_tiles_lie_where_tlog_tiles_puts_them(level: int, index: int, width: int, path: str) -> None:
    assert path == tile_path(level, index, width)


def test_leaves_come_back_from_any_place_in_full_tiles(tmp_path: Path, disk: Any) -> None:
    write_tiles(tmp_path, 0, MANY[:1024], disk)
    for first, count in ((0, 1024), (5, 300), (256, 256), (255, 2), (1023, 1), (0, 0)):
        assert MANY[first : first + count] == read_leaf_hashes(tmp_path, first, count)


def test_only_full_tiles_are_written(tmp_path: Path, disk: Any) -> None:
    write_tiles(tmp_path, 0, MANY[:300], disk)
    assert ["tile/0/000"] == [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()]
    assert read_leaf_hashes(tmp_path, 0, 257) is None


@pytest.mark.parametrize("damage", [None, b"", bytes(8191), bytes(8193)])
def test_a_tile_that_is_missing_or_of_another_length_is_no_tile(
    tmp_path: Path, disk: Any, damage: bytes | None
) -> None:
    write_tiles(tmp_path, 0, MANY[:768], disk)
    tile = tmp_path / tile_path(0, 1)
    tile.unlink() if damage is None else tile.write_bytes(damage)
    assert read_leaf_hashes(tmp_path, 0, 768) is None
    assert MANY[512:768] == read_leaf_hashes(tmp_path, 512, 256)


def test_a_full_segment_gets_all_levels_and_its_root_from_two_reads(tmp_path: Path, disk: Any) -> None:
    write_tiles(tmp_path, 0, MANY, disk)
    assert 257 == sum(path.is_file() for path in tmp_path.rglob("*"))
    assert read_tile(tmp_path, 1, 0) == [root_hash(MANY[start : start + 256]) for start in range(0, 65_536, 256)]
    assert (root_hash(MANY), MANY[-1]) == read_subtree(tmp_path, 0, 65_536)
    assert (root_hash(MANY[512:768]), MANY[767]) == read_subtree(tmp_path, 512, 256)
    (tmp_path / tile_path(0, 255)).write_bytes(bytes(8192))
    assert read_subtree(tmp_path, 0, 65_536) is None


def test_small_segments_fill_the_upper_level_together(tmp_path: Path, disk: Any) -> None:
    for first in range(0, 65_536, 256):
        assert read_tile(tmp_path, 1, 0) is None
        write_tiles(tmp_path, first, MANY[first : first + 256], disk)
    assert (root_hash(MANY), MANY[-1]) == read_subtree(tmp_path, 0, 65_536)


def test_segments_between_the_borders_of_tiles_write_what_is_theirs(tmp_path: Path, disk: Any) -> None:
    write_tiles(tmp_path, 100, MANY[100:700], disk)
    assert read_leaf_hashes(tmp_path, 0, 256) is None
    assert MANY[256:512] == read_leaf_hashes(tmp_path, 256, 256)


def test_a_tile_that_is_right_is_not_written_again_and_a_wrong_one_is(tmp_path: Path, disk: Any) -> None:
    write_tiles(tmp_path, 0, MANY[:768], disk)
    disk.diary.clear()
    write_tiles(tmp_path, 0, MANY[:768], disk)
    assert disk.diary == []
    (tmp_path / tile_path(0, 2)).write_bytes(bytes(8192))
    write_tiles(tmp_path, 0, MANY[:768], disk)
    assert MANY[:768] == read_leaf_hashes(tmp_path, 0, 768)
    assert disk.diary == ["write"]
