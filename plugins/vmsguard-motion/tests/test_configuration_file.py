from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vmsguard_motion.configuration_file import FileNotShownError, cameras_in, read_configuration
from vmsguard_motion.settings import Settings


def told(main: str, **files: str) -> Mapping[str, Settings]:
    return cameras_in(main, read=lambda path: files[path], files_in=lambda _: sorted(files))


def test_one_camera_is_motion_itself() -> None:
    found = told("picture_output on\n")
    assert ["0"] == list(found)
    assert "on" == found["0"].text("picture_output")


def test_a_camera_begins_with_what_stands_before_its_line_and_not_after() -> None:
    found = told("picture_output best\ncamera a\npicture_output_motion on\n", a="movie_output no\n")
    assert ("best", "off", "off") == tuple(
        found["1"].text(name) for name in ("picture_output", "movie_output", "picture_output_motion")
    )


def test_a_camera_has_its_stated_number_or_its_place() -> None:
    assert ["0", "9", "2"] == list(told("camera a\ncamera b\n", a="camera_id 9\n", b=""))


def test_two_cameras_with_one_number_are_not_told() -> None:
    with pytest.raises(FileNotShownError):
        told("camera a\ncamera b\n", a="camera_id 2\n", b="")


def test_the_order_of_a_directory_is_nobodys_to_know() -> None:
    assert ["0", "1"] == list(told("camera_dir d\n", a=""))
    assert ["0", "3", "4"] == list(told("camera_dir d\n", a="camera_id 3\n", b="camera_id 4\n"))
    with pytest.raises(FileNotShownError):
        told("camera_dir d\n", a="", b="camera_id 4\n")


def test_comments_stand_in_the_first_column_alone() -> None:
    found = told("# picture_output on\n; movie_output off\n snapshot_interval 5\n")
    assert ("off", "on", "5") == tuple(
        found["0"].text(name) for name in ("picture_output", "movie_output", "snapshot_interval")
    )


def test_old_names_count_under_their_new_ones() -> None:
    found = told("output_pictures on\nffmpeg_output_movies off\nthread a\n", a="max_movie_time 7\n")
    assert ("on", "off", "7") == tuple(
        found["1"].text(name) for name in ("picture_output", "movie_output", "movie_max_time")
    )


def test_a_camera_on_motions_own_port_has_none_of_its_own() -> None:
    found = told("stream_port 8081\ncamera a\ncamera b\n", a="", b="stream_port 8082\n")
    assert ["8081", "0", "8082"] == [found[number].text("stream_port") for number in ("0", "1", "2")]


@pytest.mark.parametrize(
    "line", ['movie_filename "a b"', "movie_filename 'a b'", "movie_filename=a b", "movie_filename  =  a b "]
)
def test_quotes_and_signs_around_a_value_go(line: str) -> None:
    assert "a b" == told(line + "\n")["0"].text("movie_filename")


@given(st.text())
def test_any_text_is_a_configuration_or_not_shown(text: str) -> None:
    try:
        found = cameras_in(text, read=lambda _: "", files_in=lambda _: ())
    except FileNotShownError:
        return
    assert "0" in found


def test_a_file_that_cannot_be_read_is_not_shown_and_not_named(tmp_path: Path) -> None:
    main = tmp_path / "motion.conf"
    main.write_text(f"camera {tmp_path / 'private-name.conf'}\n")
    with pytest.raises(FileNotShownError) as refused:
        read_configuration(str(main))
    assert "private-name" not in str(refused.value)


def test_a_file_without_end_is_not_read(tmp_path: Path) -> None:
    main = tmp_path / "motion.conf"
    main.write_text("#" * (1024 * 1024 + 2))
    with pytest.raises(FileNotShownError):
        read_configuration(str(main))
