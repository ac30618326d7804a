"""The parameters of motion that facts rest on, in one form whether they come from memory or from a file; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

__all__ = ["COMMANDS", "DEFAULTS", "SECRET", "Settings", "kept", "stored_value"]

COMMANDS = (
    "on_area_detected",
    "on_camera_found",
    "on_camera_lost",
    "on_event_end",
    "on_event_start",
    "on_motion_detected",
    "on_movie_end",
    "on_movie_start",
    "on_picture_save",
)
"""Programs that motion runs; they are shown with ``webcontrol_parms 3`` alone."""

SECRET = frozenset({*COMMANDS, "movie_extpipe"})
"""Command lines may hold a password: only whether there is one is kept."""

_SWITCHES = frozenset(
    {
        "emulate_motion",
        "movie_extpipe_use",
        "movie_output",
        "movie_output_motion",
        "movie_passthrough",
        "picture_output_motion",
        "stream_localhost",
        "stream_tls",
        "webcontrol_localhost",
        "webcontrol_tls",
    }
)
_NUMBERS = frozenset(
    {
        "camera_id",
        "movie_max_time",
        "snapshot_interval",
        "stream_auth_method",
        "stream_port",
        "timelapse_interval",
        "webcontrol_auth_method",
        "webcontrol_port",
    }
)
_TEXTS = frozenset(
    {
        "database_type",
        "movie_filename",
        "picture_filename",
        "picture_output",
        "snapshot_filename",
        "target_dir",
        "timelapse_filename",
        "video_pipe",
        "video_pipe_motion",
    }
)
_KEPT = _SWITCHES | _NUMBERS | _TEXTS | SECRET

DEFAULTS: Mapping[str, str] = {
    **dict.fromkeys(_SWITCHES, "off"),
    **dict.fromkeys(_NUMBERS, "0"),
    **dict.fromkeys(SECRET | {"database_type", "video_pipe", "video_pipe_motion"}, ""),
    "movie_filename": "%v-%Y%m%d%H%M%S",
    "movie_max_time": "120",
    "movie_output": "on",
    "picture_filename": "%v-%Y%m%d%H%M%S-%q",
    "picture_output": "off",
    "snapshot_filename": "%v-%Y%m%d%H%M%S-snapshot",
    "stream_localhost": "on",
    "target_dir": ".",
    "timelapse_filename": "%Y%m%d-timelapse",
    "webcontrol_localhost": "on",
}
"""What motion does where its file says nothing: as 4.5.1 without a file, and the same in the sources up to 4.7.1."""


class Settings(Struct, frozen=True):
    """Parameters of one camera, or of motion as a whole; a parameter that was not shown is not there."""

    values: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Settings({len(self.values)} parameters)"

    def text(self, name: str) -> str | None:
        return self.values.get(name)

    def number(self, name: str) -> int | None:
        told = self.values.get(name)
        return int(told) if told is not None and told.lstrip("-").isdecimal() else None

    def is_on(self, name: str) -> bool | None:
        """Whether a switch is on; None where it was not shown, or is neither on nor off."""
        return {"on": True, "off": False}.get(self.values.get(name, ""))

    @property
    def shows_commands(self) -> bool:
        """Whether the web control is open enough (``webcontrol_parms 3``) to show every program motion runs."""
        return all(name in self.values for name in COMMANDS)

    def commands(self) -> tuple[str, ...]:
        """The names of the commands that are set."""
        return tuple(name for name in COMMANDS if self.values.get(name))


def kept(pairs: Iterable[tuple[str, str]]) -> Settings:
    """What is kept of parameters as they were read: those facts rest on, and of a command only that there is one."""
    return Settings({name: "set" if name in SECRET and value else value for name, value in pairs if name in _KEPT})


def stored_value(name: str, value: str) -> str:
    """A value as motion reads it from its file: any word that is no yes is a no, a number ends at its first letter."""
    if name in _SWITCHES:
        return "on" if value.lower() in {"1", "yes", "on"} else "off"
    if name in _NUMBERS:
        digits = value.strip()
        end = 1 if digits[:1] in {"-", "+"} else 0
        while end < len(digits) and digits[end].isdecimal():
            end += 1
        return digits[:end].lstrip("+") if digits[:end].strip("+-") else "0"
    return value
