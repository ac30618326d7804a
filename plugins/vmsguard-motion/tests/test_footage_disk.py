from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from vmsguard_motion.footage_disk import NotSeenError, look, remove, strangers


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    """A storage with a camera's directory, two files in it and one beside it."""
    for name in ("1/a.jpg", "1/2026/b.mkv", "2/c.jpg"):
        path = tmp_path / "storage" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\xff\xd8")
        os.utime(path, (86400, 86400))
    return tmp_path / "storage"


def names(storage: Path, place: str = "1") -> list[str]:
    return sorted(file.path for file in look(str(storage), place))


def test_every_file_below_is_listed_with_its_size_and_time(storage: Path) -> None:
    assert ["2026/b.mkv", "a.jpg"] == names(storage)
    (one,) = look(str(storage), "2")
    assert (2, datetime(1970, 1, 2, tzinfo=UTC)) == (one.size, one.written)


def test_a_directory_that_is_not_there_holds_nothing(storage: Path) -> None:
    assert [] == names(storage, "3/4")
    assert 0 == remove(str(storage), "3/4", ["a.jpg"])


def test_an_empty_or_missing_storage_is_not_seen(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for place in ("empty", "missing"):
        with pytest.raises(NotSeenError):
            look(str(tmp_path / place), "1")
        with pytest.raises(NotSeenError):
            remove(str(tmp_path / place), "1", ["a.jpg"])


def test_only_the_files_that_were_named_go(storage: Path) -> None:
    assert 1 == remove(str(storage), "1", ["2026/b.mkv", "no-such.jpg", "../2/c.jpg"])
    assert ["a.jpg"] == names(storage)
    assert ["c.jpg"] == names(storage, "2")


def test_no_link_is_followed_or_listed(storage: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "private.jpg").write_bytes(b"x")
    (storage / "1" / "linked").symlink_to(outside)
    (storage / "1" / "link.jpg").symlink_to(outside / "private.jpg")
    (storage / "linked-camera").symlink_to(outside)

    assert ["2026/b.mkv", "a.jpg"] == names(storage)
    remove(str(storage), "1", ["linked/private.jpg", "link.jpg", "a.jpg"])
    for place in ("linked-camera", "1/linked"):
        with pytest.raises(NotSeenError):
            look(str(storage), place)
        with pytest.raises(NotSeenError):
            remove(str(storage), place, ["private.jpg"])

    assert (outside / "private.jpg").exists()
    assert ["2026/b.mkv"] == names(storage)


def test_motions_link_to_its_newest_snapshot_goes_too(storage: Path) -> None:
    (storage / "1" / "lastsnap.jpg").symlink_to("a.jpg")
    assert 2 == remove(str(storage), "1", ["a.jpg"])
    assert not (storage / "1" / "lastsnap.jpg").is_symlink()


def test_a_file_of_that_name_is_a_file(storage: Path) -> None:
    (storage / "1" / "lastsnap.jpg").write_bytes(b"x")
    remove(str(storage), "1", ["a.jpg"])
    assert "lastsnap.jpg" in names(storage)


def test_what_is_no_camera_is_counted(storage: Path) -> None:
    (storage / "lost+found").mkdir()
    assert 0 == strangers(str(storage), ["1", "2"])
    assert 1 == strangers(str(storage), ["1"])
    assert 0 == strangers(str(storage), ["."])
    with pytest.raises(NotSeenError):
        strangers(str(storage / "missing"), ["1"])
