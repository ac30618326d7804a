"""What is refused is kept, in count and in bytes no more than a hub can bear."""

from __future__ import annotations

from pathlib import Path

from vmsguard.evidence.disk import Disk
from vmsguard.hub.keep_refused import MOST_BYTES_KEPT, MOST_KEPT, keep_refused

SMALL, LARGE = 10, 900_000


def kept(folder: Path, code: str, size: int, count: int) -> int:
    return sum(bool(keep_refused(folder, code, bytes([number]) * size, Disk())) for number in range(count))


def test_of_small_ones_as_many_as_are_allowed(tmp_path: Path) -> None:
    assert MOST_KEPT == kept(tmp_path, "forged", SMALL, 3 * MOST_KEPT)


def test_of_large_ones_as_many_bytes_as_are_allowed(tmp_path: Path) -> None:
    assert MOST_BYTES_KEPT // LARGE == kept(tmp_path, "forged", LARGE, MOST_KEPT)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= MOST_BYTES_KEPT


def test_a_heap_of_one_reason_takes_no_room_from_another(tmp_path: Path) -> None:
    kept(tmp_path, "malformed", LARGE, MOST_KEPT)

    assert 1 == kept(tmp_path, "fork", LARGE, 1)


def test_what_is_kept_already_is_found_again_though_there_is_no_more_room(tmp_path: Path) -> None:
    kept(tmp_path, "forged", LARGE, MOST_KEPT)

    assert keep_refused(tmp_path, "forged", bytes(LARGE), Disk()).startswith("forged-")
