from __future__ import annotations

import os
from pathlib import Path

import pytest

from vmsguard.witness.files import NotToldError, Tally, grew, look_files, tally


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    """A storage path with three files of monitor 1, none of monitor 2, and one file outside it."""
    base = tmp_path / "events"
    for name in ("1/2026-11-22/7/00001.jpg", "1/2026-11-22/7/00002.jpg", "1/2026-11-21/6/6-video.mp4"):
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_bytes(b"x" * 10)
    (base / "2").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"y")
    return base


def sleeping(do=lambda: None):
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        do()

    sleep.slept = slept  # type: ignore[attr-defined]
    return sleep


async def test_storage_that_stands_still_does_not_grow(storage: Path) -> None:
    sleep = sleeping()
    sighting = await look_files(str(storage), "1", 2.0, sleep)
    assert (sighting.answered, sighting.files, sleep.slept) == (False, 3, [2.0])


async def test_an_empty_directory_has_no_files(storage: Path) -> None:
    sighting = await look_files(str(storage), "2", 0, sleeping())
    assert (sighting.answered, sighting.files) == (False, 0)


async def test_a_directory_that_is_gone_has_no_files(storage: Path) -> None:
    sighting = await look_files(str(storage), "1/2026-11-20/5", 0, sleeping())
    assert (sighting.answered, sighting.files) == (False, 0)


async def test_a_new_file_is_growth(storage: Path) -> None:
    sighting = await look_files(str(storage), "2", 0, sleeping(lambda: (storage / "2" / "new").write_bytes(b"z")))
    assert (sighting.answered, sighting.files) == (True, 1)


async def test_a_longer_file_is_growth(storage: Path) -> None:
    video = storage / "1/2026-11-21/6/6-video.mp4"

    def append() -> None:
        times = os.stat(video)
        with video.open("ab") as file:
            file.write(b"more")
        os.utime(video, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert (await look_files(str(storage), "1", 0, sleeping(append))).answered is True


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (Tally(3, 30, 100), False),
        (Tally(2, 20, 100), False),
        (Tally(2, 20, 101), True),
        (Tally(4, 40, 100), True),
        (Tally(3, 31, 100), True),
    ],
    ids=["still", "deleted", "deleted and written", "added", "appended"],
)
def test_growth_is_told_even_while_files_go(after: Tally, expected: bool) -> None:
    assert expected is grew(Tally(3, 30, 100), after)


@pytest.mark.parametrize("path", ["../outside", "1/../../outside", "/../outside", "link", "1/deep/link"])
def test_nothing_outside_the_storage_path_is_counted(storage: Path, path: str) -> None:
    (storage / "link").symlink_to(storage.parent / "outside")
    (storage / "1" / "deep").mkdir()
    (storage / "1" / "deep" / "link").symlink_to("../../../outside")
    with pytest.raises(NotToldError, match="leaves the storage path"):
        tally(str(storage), path)


def test_links_inside_are_not_followed(storage: Path) -> None:
    (storage / "1" / "up").symlink_to(storage.parent / "outside")
    (storage / "1" / "one").symlink_to(storage.parent / "outside" / "secret")
    assert tally(str(storage), "1").files == 3


def test_a_circle_of_links_ends(storage: Path) -> None:
    (storage / "1" / "circle").symlink_to(storage / "1")
    assert tally(str(storage), "1").files == 3


@pytest.mark.parametrize("kind", ["missing", "unmounted", "a file"])
async def test_a_storage_path_that_cannot_be_seen_proves_nothing(tmp_path: Path, kind: str) -> None:
    base = tmp_path / "base"
    if kind == "unmounted":
        base.mkdir()
    elif kind == "a file":
        base.write_bytes(b"")
    sighting = await look_files(str(base), "1", 0, sleeping())
    assert (sighting.answered, sighting.files) == (None, None)
    assert str(base) not in sighting.detail


async def test_storage_that_vanishes_between_two_looks_proves_nothing(storage: Path) -> None:
    sighting = await look_files(str(storage), "1", 0, sleeping(lambda: storage.rename(storage.parent / "gone")))
    assert (sighting.answered, sighting.files) == (None, None)


async def test_without_a_storage_path_nothing_is_looked_at() -> None:
    assert (await look_files(None, "1", 0, sleeping())).answered is None


async def test_when_files_were_last_written_is_told(storage: Path) -> None:
    os.utime(storage / "1/2026-11-22/7/00001.jpg", (1_795_000_000, 1_795_000_000))
    os.utime(storage / "1/2026-11-22/7/00002.jpg", (1_796_000_000, 1_796_000_000))
    os.utime(storage / "1/2026-11-21/6/6-video.mp4", (1_795_500_000, 1_795_500_000))
    sighting = await look_files(str(storage), "1", 0, sleeping())
    assert sighting.oldest is not None
    assert sighting.newest is not None
    assert (1_795_000_000, 1_796_000_000) == (sighting.oldest.timestamp(), sighting.newest.timestamp())


async def test_where_no_file_is_none_was_written(storage: Path) -> None:
    sighting = await look_files(str(storage), "2", 0, sleeping())
    assert (None, None) == (sighting.oldest, sighting.newest)
