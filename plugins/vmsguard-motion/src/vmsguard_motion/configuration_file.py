"""What motion will do after a restart: its configuration files, read where they can be seen.

The web control shows and changes what is in memory; only the files say what a restart brings back.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from vmsguard_motion.session import MAIN
from vmsguard_motion.settings import DEFAULTS, Settings, kept, stored_value

__all__ = ["FileNotShownError", "cameras_in", "read_configuration"]

_LARGEST = 1024 * 1024
_MOST_CAMERAS = 1000
_OLD_NAMES: Mapping[str, str] = {
    "ffmpeg_output_debug_movies": "movie_output_motion",
    "ffmpeg_output_movies": "movie_output",
    "ffmpeg_timelapse": "timelapse_interval",
    "max_movie_time": "movie_max_time",
    "motion_video_pipe": "video_pipe_motion",
    "output_debug_pictures": "picture_output_motion",
    "output_pictures": "picture_output",
    "thread": "camera",
    "use_extpipe": "movie_extpipe_use",
}
"""Names from before 4.2, which motion still takes."""


class FileNotShownError(Exception):
    """The configuration cannot be told; the message says why, without a path."""


def read_configuration(path: str) -> Mapping[str, Settings]:
    """Parameters by camera number, motion's own under ``0``; raises ``FileNotShownError``."""
    return cameras_in(_read(path), read=_read, files_in=_files_in)


def cameras_in(
    main: str, *, read: Callable[[str], str], files_in: Callable[[str], Sequence[str]]
) -> Mapping[str, Settings]:
    """The cameras that a main file names, each with what stood in the main file before its own line.

    A camera has the number its file states, or else its place among all cameras.
    """
    own: dict[str, str] = dict(DEFAULTS)
    cameras: dict[str, dict[str, str]] = {}

    def add(text: str) -> None:
        inherited = {name: value for name, value in own.items() if name != "camera_id"}
        told = {**DEFAULTS, **inherited, **dict(_lines(text))}
        number = told.get("camera_id", MAIN)
        number = str(len(cameras) + 1) if number in ("", MAIN) or number.startswith("-") else number
        if number in cameras or len(cameras) >= _MOST_CAMERAS:
            raise FileNotShownError("two cameras have one number")
        cameras[number] = told

    for name, value in _lines(main):
        if name == "camera":
            add(read(value))
        elif name == "camera_dir":
            texts = [read(path) for path in files_in(value)]
            # motion takes them in the order of the directory, which nobody else can tell.
            if len(texts) > 1 and not all("camera_id" in dict(_lines(text)) for text in texts):
                raise FileNotShownError("cameras of camera_dir have no camera_id")
            for text in texts:
                add(text)
        else:
            own[name] = value
    for told in cameras.values():
        # What a camera has in common with motion itself is served on motion's own port, and not twice.
        if told["stream_port"] == own["stream_port"]:
            told["stream_port"] = "0"
    return {MAIN: kept(own.items()), **{number: kept(told.items()) for number, told in cameras.items()}}


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.split("\n"):
        if line.startswith(("#", ";")):  # only in the first column
            continue
        stripped = line.strip(" \t\r")
        end = next((at for at, character in enumerate(stripped) if character in " \t="), len(stripped))
        name, value = stripped[:end], stripped[end + 1 :].lstrip(" \t=")
        if not name:
            continue
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        name = _OLD_NAMES.get(name, name)
        yield name, stored_value(name, value)


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        raise FileNotShownError("a configuration file cannot be read from here") from error
    if len(text) > _LARGEST:
        raise FileNotShownError("a configuration file is too large")
    return text


def _files_in(directory: str) -> Sequence[str]:
    try:
        names = sorted(name for name in os.listdir(directory) if name.endswith(".conf"))
    except (OSError, ValueError) as error:
        raise FileNotShownError("camera_dir cannot be read from here") from error
    return [str(Path(directory, name)) for name in names]
