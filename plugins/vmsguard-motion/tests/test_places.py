from __future__ import annotations

import pytest
from vmsguard_motion.places import Hidden, Place, places_of
from vmsguard_motion.settings import DEFAULTS, Settings

from vmsguard.model.inventory import Target
from vmsguard.model.vocabulary import Role


def target(**options: str) -> Target:
    return Target(id="t", site="s", role=Role.RECORDER, driver="motion", url="http://127.0.0.1:8080", options=options)


def at(directory: str, **others: str) -> Settings:
    return Settings({**DEFAULTS, "target_dir": directory, **others})


def place(directory: str, *, options: dict[str, str] | None = None, **others: str) -> Place | Hidden:
    return places_of(target(**(options or {"storage_path": "/srv/footage"})), {"1": at(directory, **others)})["1"]


def test_a_directory_below_the_storage_is_seen_by_its_relative_path() -> None:
    assert Place("hall/1") == place("/srv/footage/hall/1")
    assert Place(".") == place("/srv/footage")


def test_it_may_have_another_name_here_than_there() -> None:
    options = {"storage_path": "/mnt/nas", "target_root": "/var/lib/motion"}
    assert Place("1") == place("/var/lib/motion/1", options=options)
    assert isinstance(place("/mnt/nas/1", options=options), Hidden)


@pytest.mark.parametrize(
    "directory", ["/etc", "/srv/footage2/1", "/srv/footage/../../etc", ".", "", "footage", "/srv/footage/%Y"]
)
def test_a_directory_elsewhere_is_hidden(directory: str) -> None:
    assert isinstance(place(directory), Hidden)


@pytest.mark.parametrize("root", ["/", ""])
def test_the_whole_disk_is_nobodys_storage(root: str) -> None:
    assert isinstance(place("/etc", options={"storage_path": root}), Hidden)


@pytest.mark.parametrize("name", ["picture_filename", "movie_filename", "snapshot_filename", "timelapse_filename"])
def test_a_file_name_that_leaves_the_directory_hides_it(name: str) -> None:
    assert isinstance(place("/srv/footage/1", **{name: "../2/%v"}), Hidden)
    assert isinstance(place("/srv/footage/1", **{name: "%Y/%m/%v"}), Place)


def test_what_is_not_shown_is_hidden() -> None:
    hidden = places_of(target(storage_path="/srv/footage"), {"1": Settings({"target_dir": "/srv/footage/1"})})
    assert isinstance(hidden["1"], Hidden)


@pytest.mark.parametrize(
    ("first", "second", "seen"),
    [
        ("/srv/footage/1", "/srv/footage/2", True),
        ("/srv/footage/1", "/srv/footage/10", True),
        ("/srv/footage/1", "/srv/footage/1", False),
        ("/srv/footage/1", "/srv/footage/1/2", False),
        ("/srv/footage/1/2/3", "/srv/footage/1", False),
        ("/srv/footage", "/srv/footage/2", False),
    ],
)
def test_cameras_that_share_a_directory_are_not_told_apart(first: str, second: str, seen: bool) -> None:
    found = places_of(
        target(storage_path="/srv/footage"), {"1": at(first), "2": at(second), "3": at("/srv/footage/9/9")}
    )
    assert (seen, seen) == (isinstance(found["1"], Place), isinstance(found["2"], Place))
    assert ("/srv/footage" not in (first, second)) == isinstance(found["3"], Place)
