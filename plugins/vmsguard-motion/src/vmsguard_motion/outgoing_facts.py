"""What may leave motion by itself, and what may look at its pictures: the programs it runs; pure.

motion itself has no cloud, no mail and no recognition. All of that comes in through commands, which its
web control shows with ``webcontrol_parms 3`` alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from vmsguard.model.fact_values import AnalyticsFunction, PushDestination
from vmsguard.model.facts import Items, Known, Reading, Unknown
from vmsguard_motion.settings import Settings

__all__ = ["CONSUMERS", "EXTERNAL", "analytics", "cloud", "libraries", "pushes"]

CONSUMERS = Known(Items(complete=False, missing="who reads motion's pictures, and what for, is not known to motion"))
EXTERNAL = Known(
    Items(complete=False, missing="whether target_dir is a network mount, and what commands copy, motion does not say")
)

_HIDDEN_COMMANDS = "commands are shown only with webcontrol_parms 3: on_event_start, on_picture_save and others"
_PIPES = ("video_pipe", "video_pipe_motion")

Cameras = Mapping[str, Settings | Unknown]


def pushes(cameras: Cameras) -> Reading:
    """Commands and pipes that are set, by camera and parameter; what a command does nobody can see."""
    found: list[PushDestination] = []
    for number, settings in cameras.items():
        if isinstance(settings, Unknown):
            continue
        found.extend(PushDestination(f"{number}:{name}", "command", True) for name in settings.commands())
        if settings.text("movie_extpipe"):
            found.append(PushDestination(f"{number}:movie_extpipe", "command", settings.is_on("movie_extpipe_use")))
        found.extend(PushDestination(f"{number}:{name}", "pipe", True) for name in _PIPES if settings.text(name))
    return Known(_listed(tuple(found), cameras, _HIDDEN_COMMANDS))


def cloud(cameras: Cameras) -> Reading:
    """Complete where no command runs."""
    return _none_without_commands(cameras, "what the commands motion runs connect to")


def libraries(cameras: Cameras) -> Reading:
    """Complete where no command runs."""
    return _none_without_commands(cameras, "what galleries the commands motion runs keep")


def analytics(number: str, settings: Settings | Unknown, status: str | None) -> Reading:
    """Motion detection, and every command as what it may be; ``status`` is None for what a restart brings."""
    if isinstance(settings, Unknown):
        return settings
    detects = None if status is None else status == "ACTIVE"
    found = (
        AnalyticsFunction(f"{number}:detection", "module", "MotionDetection", "other", detects, keeps_pictures=False),
        *(
            AnalyticsFunction(f"{number}:{name}", "hook", "Command", "unclassified", True)
            for name in settings.commands()
        ),
    )
    return Known(_listed(found, {number: settings}, _HIDDEN_COMMANDS))


def _none_without_commands(cameras: Cameras, missing: str) -> Reading:
    told = pushes(cameras)
    assert isinstance(told, Known)
    if told.value.complete and not told.value.values:
        return Known(Items())
    return Known(Items(complete=False, missing=f"{missing} is not visible"))


def _listed(found: tuple[object, ...], cameras: Cameras, missing: str) -> Items[object]:
    shown = all(isinstance(settings, Settings) and settings.shows_commands for settings in cameras.values())
    return Items(found) if shown else Items(found, complete=False, missing=missing)
