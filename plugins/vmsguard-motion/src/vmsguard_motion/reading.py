"""Reads motion once, part by part: an unreadable part is unknown and leaves the others alone."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar

from vmsguard.errors import DeviceFault, ProtocolViolation, Unreachable
from vmsguard.model.facts import Unknown
from vmsguard.model.inventory import Target
from vmsguard.model.vocabulary import Why
from vmsguard_motion import footage_disk
from vmsguard_motion.configuration_file import FileNotShownError, read_configuration
from vmsguard_motion.footage import Lengths
from vmsguard_motion.footage_disk import NotSeenError, SeenFile
from vmsguard_motion.places import Hidden, Place, places_of
from vmsguard_motion.session import MAIN, Session
from vmsguard_motion.settings import Settings, kept

__all__ = ["attempt", "files_at", "lengths_of", "places", "read_settings", "read_stored", "seen_places"]

T = TypeVar("T")

_NO_CONFIG_PATH = Unknown(
    Why.NO_DRIVER_FACT,
    "the web control shows what is in memory, and a restart brings back what is in motion's files: "
    "set the target's option config_path to where motion.conf can be seen",
)


async def attempt(read: Awaitable[T]) -> T | Unknown:
    """What was read, or why it could not be; a refused login and a tripped guard end the observation."""
    try:
        return await read
    except Unreachable as error:
        return Unknown(Why.UNREACHABLE, error.detail)
    except ProtocolViolation as error:
        return Unknown(Why.PROTOCOL, error.detail)
    except DeviceFault as error:
        return Unknown(Why.FAULT, error.detail)


async def read_settings(session: Session, numbers: Iterable[str]) -> dict[str, Settings | Unknown]:
    """The parameters in memory of these cameras and of motion itself; commands and logins are dropped here."""
    found: dict[str, Settings | Unknown] = {}
    for number in dict.fromkeys((MAIN, *numbers)):
        told = await attempt(session.parameters(number))
        found[number] = told if isinstance(told, Unknown) else kept(told.items())
    return found


async def read_stored(session: Session, main: Settings | Unknown) -> Mapping[str, Settings] | Unknown:
    """The parameters by camera that a restart brings back, from the files at ``config_path``."""
    path = session.target.options.get("config_path", "")
    if not path:
        return _NO_CONFIG_PATH
    try:
        told = await session.ctx.run_blocking(read_configuration, path)
    except FileNotShownError as error:
        return Unknown(Why.INCOMPLETE, str(error))
    running = None if isinstance(main, Unknown) else main.number("webcontrol_port")
    if running is not None and running != told[MAIN].number("webcontrol_port"):
        return Unknown(Why.INCOMPLETE, "config_path is the file of another motion: its webcontrol_port differs")
    return told


def places(target: Target, settings: Mapping[str, Settings | Unknown]) -> Mapping[str, Place | Hidden]:
    """Where the files of each camera lie. Unless all cameras are known nobody can tell whose a directory is."""
    cameras = {number: told for number, told in settings.items() if number != MAIN or len(settings) == 1}
    known = {number: told for number, told in cameras.items() if isinstance(told, Settings)}
    if len(known) < len(cameras):
        told = Hidden("the parameters of a camera could not be read, so nobody knows whose directory is whose")
        return dict.fromkeys(cameras, told)
    return places_of(target, known)


async def files_at(session: Session, place: Place | Hidden) -> Sequence[SeenFile] | Hidden:
    """The files of a camera, or why they cannot be seen."""
    if isinstance(place, Hidden):
        return place
    try:
        return await session.ctx.run_blocking(footage_disk.look, session.target.options["storage_path"], place)
    except NotSeenError as error:
        return Hidden(str(error))


async def seen_places(session: Session, found: Mapping[str, Place | Hidden]) -> str:
    """Why the cameras' directories are not all there is; empty if they are."""
    hidden = next((place for place in found.values() if isinstance(place, Hidden)), None)
    if hidden is not None:
        return str(hidden)
    try:
        strange = await session.ctx.run_blocking(
            footage_disk.strangers, session.target.options["storage_path"], tuple(found.values())
        )
    except NotSeenError as error:
        return str(error)
    return f"{strange} entries of storage_path are no camera's" if strange else ""


def lengths_of(memory: Settings, stored: Settings | None) -> Lengths:
    """The longest that a file of the camera may be by either of its settings."""
    told = [
        (settings.number("movie_max_time"), settings.number("timelapse_interval"))
        for settings in (memory, stored)
        if settings is not None
    ]
    unlimited = any(movie is None or movie <= 0 for movie, _ in told)
    return Lengths(
        movie=None if unlimited else timedelta(seconds=max(movie or 0 for movie, _ in told)),
        makes_timelapses=any(interval is None or interval > 0 for _, interval in told),
    )
