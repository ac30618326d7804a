from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vmsguard_motion.footage import OTHERS, Lengths, recordings, select
from vmsguard_motion.footage_disk import SeenFile

from vmsguard.model.held_window import HeldWindow

NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
MINUTES = Lengths(movie=timedelta(minutes=2), makes_timelapses=False)
ENDLESS = Lengths(movie=None, makes_timelapses=False)
NAMES = ("a.jpg", "b.mkv", "c.mpg", "d.txt", "e.avi", "f.webp")


def file(name: str, *, hours: float = 0.0, size: int = 4) -> SeenFile:
    return SeenFile(name, size, NOW - timedelta(hours=hours))


def deleted(files: Sequence[SeenFile], cutoff: datetime, *, lengths: Lengths = MINUTES, **others: object) -> set[str]:
    return set(select(files, cutoff=cutoff, named=(), lengths=lengths, now=NOW, **others).delete)  # type: ignore[arg-type]


def test_the_files_of_an_hour_are_one_recording() -> None:
    files = [file("a.jpg", hours=2), file("b.jpg", hours=2.2), file("c.jpg", hours=3)]
    first, second = recordings(files, MINUTES, NOW)
    assert ["2026-11-22T09Z", "2026-11-22T10Z"] == [first.id, second.id]
    assert (files[1].written, files[0].written) == (second.start, second.end)
    assert (False, False) == (second.open, second.locked)


def test_a_movie_may_begin_as_long_before_its_last_write_as_a_movie_may_be() -> None:
    (movie,) = recordings([file("a.mkv", hours=1)], MINUTES, NOW)
    assert NOW - timedelta(hours=1, minutes=2, seconds=10) == movie.start


@pytest.mark.parametrize(
    ("name", "lengths"),
    [
        ("a.mkv", ENDLESS),
        ("a.mpg", MINUTES),
        ("a.avi", Lengths(movie=timedelta(minutes=2), makes_timelapses=True)),
    ],
)
def test_a_movie_without_a_bound_begins_nobody_knows_when(name: str, lengths: Lengths) -> None:
    (movie,) = recordings([file(name, hours=1)], lengths, NOW)
    assert movie.start is None
    chosen = select([file(name, hours=1)], cutoff=NOW - timedelta(hours=2), named=(), lengths=lengths, now=NOW)
    assert ((), 1) == (chosen.delete, chosen.undecided)
    assert {name} == deleted([file(name, hours=1)], NOW - timedelta(minutes=30), lengths=lengths)


def test_what_was_written_just_now_is_open_and_what_is_empty_holds_nothing() -> None:
    (now,) = recordings([file("a.jpg")], MINUTES, NOW)
    (empty,) = recordings([file("a.jpg", hours=1, size=0)], MINUTES, NOW)
    assert (True, True) == (now.open, empty.empty)


def test_files_that_motion_does_not_write_are_locked_and_left() -> None:
    files = [file("note.txt", hours=5), file("a.jpg", hours=5)]
    locked = {item.id: item.locked for item in recordings(files, MINUTES, NOW)}
    assert {"2026-11-22T07Z": False, OTHERS: True} == locked
    chosen = select(files, cutoff=NOW, named=(), lengths=MINUTES, now=NOW)
    assert (("a.jpg",), 1) == (chosen.delete, chosen.others)


def test_a_movie_that_straddles_the_cutoff_goes_and_a_picture_after_it_stays() -> None:
    files = [file("a.mkv", hours=1), file("a.jpg", hours=1)]
    assert {"a.mkv"} == deleted(files, NOW - timedelta(hours=1, minutes=1))


def test_only_what_was_named_goes() -> None:
    files = [file("a.jpg", hours=2), file("b.jpg", hours=4)]
    chosen = select(files, cutoff=NOW, named=("2026-11-22T08Z",), lengths=MINUTES, now=NOW)
    assert ("b.jpg",) == chosen.delete


def test_an_hour_that_a_held_window_touches_is_left_whole() -> None:
    files = [file("a.jpg", hours=2), file("b.jpg", hours=2.2), file("c.jpg", hours=5)]
    window = HeldWindow(files[1].written, files[1].written + timedelta(seconds=1))
    assert {"c.jpg"} == deleted(files, NOW, held=[window])


FILES = st.lists(st.builds(file, st.sampled_from(NAMES), hours=st.floats(0, 100), size=st.integers(0, 9)), max_size=12)


@given(FILES, st.floats(0.1, 100), st.sampled_from([MINUTES, ENDLESS]))
def test_no_recording_that_is_left_began_before_the_cutoff_unless_it_was_told(
    files: list[SeenFile], hours: float, lengths: Lengths
) -> None:
    named = [SeenFile(f"{number}{one.path}", one.size, one.written) for number, one in enumerate(files)]
    cutoff = NOW - timedelta(hours=hours)
    chosen = select(named, cutoff=cutoff, named=(), lengths=lengths, now=NOW)
    left = [one for one in named if one.path not in chosen.delete]
    old = [item for item in recordings(left, lengths, NOW) if item.start is None or item.start < cutoff]
    assert bool(old) <= bool(chosen.undecided or chosen.others)
    # Nothing goes that was surely taken after the cutoff.
    assert all(one.written < cutoff or not one.path.endswith(".jpg") for one in named if one.path in chosen.delete)


@given(FILES, st.floats(0, 100), st.floats(0, 100), st.floats(0.01, 50))
def test_nothing_goes_from_an_hour_that_is_held(
    files: list[SeenFile], hours: float, since: float, length: float
) -> None:
    named = [SeenFile(f"{number}{one.path}", one.size, one.written) for number, one in enumerate(files)]
    begin = NOW - timedelta(hours=since)
    window = HeldWindow(begin, begin + timedelta(hours=length))
    gone = deleted(named, NOW - timedelta(hours=hours), held=[window])
    held = {item.id for item in recordings(named, MINUTES, NOW) if window.touches(item.start, item.end)}
    left = {item.id for item in recordings([one for one in named if one.path not in gone], MINUTES, NOW)}
    assert held <= left
