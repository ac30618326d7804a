from __future__ import annotations

import pytest
from vmsguard_motion.settings import COMMANDS, Settings, kept, stored_value


def test_of_a_command_only_that_there_is_one_is_kept() -> None:
    settings = kept(
        [("on_event_start", "/bin/tell hunter2"), ("movie_extpipe", "ffmpeg rtmp://u:hunter2@x"), ("x", "y")]
    )
    assert {"on_event_start": "set", "movie_extpipe": "set"} == settings.values
    assert ("on_event_start",) == settings.commands()


@pytest.mark.parametrize(
    "name", ["netcam_userpass", "webcontrol_authentication", "stream_authentication", "netcam_url"]
)
def test_no_login_is_kept(name: str) -> None:
    assert {} == kept([(name, "admin:hunter2")]).values


def test_a_command_that_is_not_shown_is_not_known_to_be_none() -> None:
    assert not Settings({"picture_output": "off"}).shows_commands
    assert Settings(dict.fromkeys(COMMANDS, "")).shows_commands


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("movie_output", "YES", "on"),
        ("movie_output", "1", "on"),
        ("movie_output", "true", "off"),
        ("snapshot_interval", "3600x", "3600"),
        ("snapshot_interval", "x", "0"),
        ("snapshot_interval", "-1", "-1"),
        ("snapshot_interval", "+", "0"),
        ("snapshot_interval", "", "0"),
        ("picture_output", "yes", "yes"),
    ],
)
def test_a_file_is_read_as_motion_reads_it(name: str, written: str, read: str) -> None:
    assert read == stored_value(name, written)


def test_a_switch_with_another_word_is_not_told() -> None:
    settings = Settings({"movie_output": "maybe", "stream_port": "x"})
    assert (None, None, None) == (settings.is_on("movie_output"), settings.number("stream_port"), settings.text("none"))
