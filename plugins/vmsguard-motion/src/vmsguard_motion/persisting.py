"""Making what is in memory last: ``config/write``, which writes everything, and a restart; each only where allowed.

``config/write`` writes every camera's parameters at once, so it would also make permanent what somebody else
changed for a while. It answers "Done" too where motion may not write its own file (Debian's motion runs as a user
that may not), so the files are read again afterwards.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

from vmsguard.errors import DeviceFault, Refused, Unreachable
from vmsguard.model.changes import Permit
from vmsguard.model.facts import Unknown
from vmsguard_motion import reading
from vmsguard_motion.recording_jobs import JOBS, is_active
from vmsguard_motion.session import MAIN, Session
from vmsguard_motion.settings import Settings

__all__ = ["in_files", "make_last", "may_restart", "may_write", "restart", "would_weaken"]

_AWAY_AT_MOST = 90.0
"""Seconds for a restart: with its cameras answering 4.5.1 took six, with cameras that did not answer forty."""
_SECONDS_APART = 0.5
_NOT_COMPARED = frozenset({*(job.parameter for job in JOBS.values()), "stream_port", "camera_id", "emulate_motion"})
_IN_MAIN = ("stream_", "webcontrol_")


def may_write(session: Session) -> bool:
    """Whether the inventory lets motion be told to rewrite its files, and shows them to us afterwards."""
    options = session.target.options
    return options.get("config_write") == "allowed" and bool(options.get("config_path"))


def may_restart(session: Session) -> bool:
    """Whether the inventory lets motion be restarted."""
    return session.target.options.get("restart") == "allowed"


async def in_files(session: Session) -> Mapping[str, Settings] | Unknown:
    """What a restart would bring back, by camera."""
    main = (await reading.read_settings(session, ()))[MAIN]
    return await reading.read_stored(session, main)


async def make_last(session: Session, camera: str, name: str, value: str, permit: Permit) -> int:
    """See to it that a parameter that is ``value`` in memory is so in the files; how many writes it took.

    Raises ``Refused`` where it is not, with the reason: memory alone holds until motion restarts.
    """
    stored = await in_files(session)
    if isinstance(stored, Unknown):
        if "config_path" not in session.target.options:
            return 0  # nobody can tell, and the fact says so
        raise _refused(session, "files-unknown", stored.detail, "Make config_path readable for this program.")
    if _is(stored, camera, name, value):
        return 0
    if not may_write(session):
        raise _refused(
            session,
            "memory-only",
            f"{name} is off in memory, and on again after a restart",
            "Edit motion's configuration file, or set the target's option config_write to allowed.",
        )
    weaker = would_weaken(await _in_memory(session), stored)
    if weaker:
        raise _refused(
            session,
            "memory-differs",
            f"writing the files would also make permanent what was changed in memory: {', '.join(weaker)}",
            "Look at who changed it, and restart motion or edit its files.",
        )
    await session.act(f"{camera}/config/write", "write", permit)
    stored = await in_files(session)
    if isinstance(stored, Unknown) or not _is(stored, camera, name, value):
        raise _refused(
            session,
            "not-written",
            "motion answered that it wrote its files, and they say what they said before",
            "motion's user must be able to write motion.conf and the files of its cameras.",
        )
    return 1


def would_weaken(memory: Mapping[str, Settings], stored: Mapping[str, Settings]) -> tuple[str, ...]:
    """What writing would change for the worse or in a way nobody asked for, as ``camera:parameter``.

    Of what records and sends only what is on in memory and off in the files counts; switching it off in
    memory was somebody's protection.
    """
    found: list[str] = []
    for number, settings in memory.items():
        other = stored.get(number)
        if other is None:
            found.append(f"{number}:camera")
            continue
        # Where there are cameras with files of their own, motion's own recording is nobody's.
        ours = _IN_MAIN if number == MAIN and len(memory) > 1 else ("",)
        found.extend(f"{number}:{name}" for name in _worse(settings, other) if name.startswith(ours))
    return tuple(found)


def _worse(settings: Settings, other: Settings) -> Iterator[str]:
    for job in JOBS.values():
        if is_active(job, settings) is not False and is_active(job, other) is False:
            yield job.parameter
    if (settings.number("stream_port") or 0) > 0 and not (other.number("stream_port") or 0):
        yield "stream_port"
    for name, value in settings.values.items():
        # What is not set in memory is one thing fewer that motion does.
        if value and name not in _NOT_COMPARED and name in other.values and other.values[name] != value:
            yield name


async def restart(session: Session, permit: Permit) -> None:
    """Restart motion and wait until its web control is back; raises ``Unreachable`` where it does not come back.

    It answers for a moment before it goes, with what it was set to before.
    """
    await session.act(f"{MAIN}/action/restart", "restart", permit)
    was_away = False
    until = session.ctx.clock.monotonic() + _AWAY_AT_MOST
    while session.ctx.clock.monotonic() < until:
        await asyncio.sleep(_SECONDS_APART)
        try:
            await session.statuses()
        except (Unreachable, DeviceFault):
            was_away = True
        else:
            if was_away:
                return
    raise Unreachable(session.target.id, "restart", "motion did not come back from its restart")


async def _in_memory(session: Session) -> Mapping[str, Settings]:
    told = await reading.read_settings(session, await session.statuses())
    found = {number: settings for number, settings in told.items() if isinstance(settings, Settings)}
    if len(found) < len(told):
        raise _refused(session, "memory-unknown", "not every camera's parameters could be read", "Try again.")
    return found


def _is(stored: Mapping[str, Settings], camera: str, name: str, value: str) -> bool:
    settings = stored.get(camera)
    return settings is not None and settings.text(name) == value


def _refused(session: Session, code: str, message: str, hint: str) -> Refused:
    return Refused(session.target.id, "persist", message, code=code, hint=hint)
