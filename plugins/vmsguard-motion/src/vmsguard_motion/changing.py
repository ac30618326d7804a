"""The verbs: each reads first, sends what is needed once, and reports; none concludes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from vmsguard.errors import DeviceFault, GuardTripped, NotSupported, Refused
from vmsguard.model.changes import Change, Permit, Receipt
from vmsguard.model.facts import Unknown
from vmsguard.model.held_window import HeldWindow, read_windows
from vmsguard_motion import footage_disk, persisting, reading
from vmsguard_motion.footage import select
from vmsguard_motion.footage_disk import NotSeenError, SeenFile
from vmsguard_motion.places import Hidden, Place
from vmsguard_motion.recording_jobs import JOBS, is_active
from vmsguard_motion.session import MAIN, Session
from vmsguard_motion.settings import Settings, kept
from vmsguard_motion.streams import OWN, SHARED

__all__ = ["send"]

_AT_ONCE = 5000
"""Files deleted between two looks at the permit."""


async def send(session: Session, change: Change, permit: Permit) -> Receipt:
    """Send one change; the receipt says what motion reported."""
    match change.verb:
        case "recording.stop":
            return await _stop_recording(session, change, permit)
        case "stream.stop":
            return await _stop_stream(session, change, permit)
        case "footage.purge":
            return await _purge(session, change, permit)
    raise NotSupported(session.target.id, change.verb, "this driver has no such verb")


async def _stop_recording(session: Session, change: Change, permit: Permit) -> Receipt:
    """Off in memory at once, the open movie closed, and off in the files where that is allowed."""
    job = JOBS.get(change.arguments.get("job", ""))
    if job is None or not change.channel.isdecimal():
        raise _unknown_argument(session, change, "job")
    requested_at = session.ctx.clock.now()
    settings = await _parameters(session, change.channel)
    sent = 0
    if is_active(job, settings) is not False:
        await session.set(change.channel, job.parameter, job.off, permit)
        sent += 1
        if job.leaves_open:
            await session.act(f"{change.channel}/action/eventend", "eventend", permit)
            sent += 1
    sent += await persisting.make_last(session, change.channel, job.parameter, job.off, permit)
    return Receipt(change.id, requested_at, "accepted" if sent else "already", requests=sent)


async def _stop_stream(session: Session, change: Change, permit: Permit) -> Receipt:
    """Off in the files first, then a restart: set in memory alone the port goes on serving."""
    service = change.arguments.get("service", "")
    if service not in (OWN, SHARED) or not change.channel.isdecimal():
        raise _unknown_argument(session, change, "service")
    camera = change.channel if service == OWN else MAIN
    requested_at = session.ctx.clock.now()
    stored = await persisting.in_files(session)
    in_file = None if isinstance(stored, Unknown) else stored.get(camera)
    memory = (await _parameters(session, camera)).number("stream_port")
    if memory == 0 and in_file is not None and in_file.number("stream_port") == 0:
        return Receipt(change.id, requested_at, "already", requests=0)
    if not (persisting.may_write(session) and persisting.may_restart(session)):
        raise Refused(
            session.target.id,
            change.verb,
            "motion serves a port until it is restarted, whatever is set; nothing was sent",
            code="needs-restart",
            hint="Set config_path, config_write: allowed and restart: allowed, or set stream_port 0 in motion's files "
            "and restart it by hand.",
        )
    sent = 0
    if memory != 0:
        await session.set(camera, "stream_port", "0", permit)
        sent += 1
    sent += await persisting.make_last(session, camera, "stream_port", "0", permit)
    await persisting.restart(session, permit)
    return Receipt(change.id, requested_at, "accepted", requests=sent + 1)


async def _purge(session: Session, change: Change, permit: Permit) -> Receipt:
    """Close the camera's open movie, then delete its files. Files that are not motion's are left, held ones too."""
    if not change.channel.isdecimal():
        raise _unknown_argument(session, change, "channel")
    cutoff, held = _cutoff(session, change), _held(session, change)
    named = frozenset(filter(None, change.arguments.get("recordings", "").split(",")))
    requested_at = session.ctx.clock.now()
    place, settings, stored = await _where(session, change)
    lengths = reading.lengths_of(settings, stored)

    def choose(files: Sequence[SeenFile]) -> tuple[Sequence[str], int, int]:
        chosen = select(files, cutoff=cutoff, named=named, lengths=lengths, now=requested_at, held=held)
        return chosen.delete, chosen.undecided, chosen.others

    doomed, undecided, others = choose(await _files(session, change, place))
    if doomed:
        # Its permit is what lets the files go: nothing is deleted that motion was not told of first.
        await session.act(f"{change.channel}/action/eventend", "eventend", permit)
        doomed, undecided, others = choose(await _files(session, change, place))
    gone = await _remove(session, change, permit, place, doomed)
    if undecided or others:
        raise Refused(
            session.target.id,
            change.verb,
            f"{gone} files were deleted; left were {undecided} movies whose beginning is not known and {others} "
            "files that are not motion's",
            code="times-unknown" if undecided else "other-files",
            hint="Set movie_max_time, so that a movie has a length; decide of other files by hand.",
        )
    return Receipt(change.id, requested_at, "accepted" if gone else "already", requests=1 if gone else 0)


async def _where(session: Session, change: Change) -> tuple[Place, Settings, Settings | None]:
    told = await reading.read_settings(session, await session.statuses())
    place = reading.places(session.target, told).get(change.channel)
    settings = told.get(change.channel)
    if place is None or not isinstance(settings, Settings):
        raise DeviceFault(session.target.id, change.verb, "motion lists no such camera", code="no-camera")
    if isinstance(place, Hidden):
        raise _not_visible(session, change, place)
    stored = await reading.read_stored(session, told[MAIN])
    return place, settings, None if isinstance(stored, Unknown) else stored.get(change.channel)


async def _files(session: Session, change: Change, place: Place) -> Sequence[SeenFile]:
    files = await reading.files_at(session, place)
    if isinstance(files, Hidden):
        raise _not_visible(session, change, files)
    return files


async def _remove(session: Session, change: Change, permit: Permit, place: Place, paths: Sequence[str]) -> int:
    gone = 0
    for begin in range(0, len(paths), _AT_ONCE):
        if session.ctx.clock.now() >= permit.expires:
            raise GuardTripped(session.target.id, change.verb, f"the permit ended after {gone} files were deleted")
        try:
            gone += await session.ctx.run_blocking(
                footage_disk.remove, session.target.options["storage_path"], place, paths[begin : begin + _AT_ONCE]
            )
        except NotSeenError as error:
            raise _not_visible(session, change, Hidden(str(error))) from None
    return gone


async def _parameters(session: Session, camera: str) -> Settings:
    return kept((await session.parameters(camera)).items())


def _cutoff(session: Session, change: Change) -> datetime:
    try:
        cutoff = datetime.fromisoformat(change.arguments.get("cutoff", ""))
    except ValueError:
        raise _unknown_argument(session, change, "cutoff") from None
    if cutoff.tzinfo is None:
        raise _unknown_argument(session, change, "cutoff")
    return cutoff


def _held(session: Session, change: Change) -> tuple[HeldWindow, ...]:
    try:
        return read_windows(change.arguments.get("held", ""))
    except ValueError:
        raise _unknown_argument(session, change, "held") from None


def _not_visible(session: Session, change: Change, why: Hidden) -> Refused:
    return Refused(
        session.target.id,
        change.verb,
        f"the files cannot be deleted from here: {why}",
        code="files-not-visible",
        hint="motion deletes nothing by itself: make its files visible below storage_path, or delete them there.",
    )


def _unknown_argument(session: Session, change: Change, name: str) -> DeviceFault:
    # Not NotSupported: that would count as proof that the product cannot do it.
    return DeviceFault(
        session.target.id, change.verb, f"argument {name} names nothing this driver can change", code="argument"
    )
