"""Deleting footage: tracks where they can be deleted, else recordings, else what the device says."""

from __future__ import annotations

from datetime import datetime, timedelta

from vmsguard.errors import AuthRejected, DriverError, NotSupported, Refused, Unreachable
from vmsguard.model.held_window import HeldWindow, read_windows
from vmsguard_onvif.channels import read_topology
from vmsguard_onvif.elements import instant
from vmsguard_onvif.facts.storage import recordings_of
from vmsguard_onvif.message_definitions import Binding
from vmsguard_onvif.namespaces import RECORDING
from vmsguard_onvif.ordered import Order
from vmsguard_onvif.replies.recording import Recording

__all__ = ["purge"]

_FRESH = timedelta(hours=1)
"""A cutoff this recent means "everything": ONVIF deletes tracks whole, and what is newer goes with them."""


async def purge(order: Order) -> None:
    """Delete the footage of the named recordings, or of all the channel's.

    ONVIF knows no deletion up to a time. With an older cutoff only recordings that end before it are
    deleted, and the rest is refused: their newer footage was not asked for. A refusal of one
    recording does not keep the others. A recording that a held window may touch is left, whole.
    """
    cutoff = instant(order.argument("cutoff"))
    if cutoff is None:
        raise order.stopped("the cutoff is no time")
    windows = _held(order)
    chosen = [recording for recording in await _chosen(order) if not await _is_held(order, recording, windows)]
    everything = order.session.ctx.clock.now() - cutoff <= _FRESH
    first: DriverError | None = None
    for recording in chosen:
        try:
            if not (everything or await _ends_before(order, recording, cutoff)):
                raise Refused(
                    order.session.target.id,
                    order.change.verb,
                    "the recording also holds footage newer than the cutoff, and ONVIF deletes it whole",
                    code="WholeRecordingOnly",
                    hint="Plan again for a cutoff of now, or set a retention time instead.",
                )
            await _delete(order, recording)
        except (Unreachable, AuthRejected):
            raise
        except DriverError as error:
            first = first or error
    if first is not None:
        raise first


def _held(order: Order) -> tuple[HeldWindow, ...]:
    try:
        return read_windows(order.change.arguments.get("held", ""))
    except ValueError:
        raise order.stopped("the held windows cannot be read") from None


async def _is_held(order: Order, recording: Recording, windows: tuple[HeldWindow, ...]) -> bool:
    if not windows:
        return False
    span = order.value(await order.readings.span(recording.token))
    seen = recording.tracks is not None and span.tracks >= len(recording.tracks)
    end = None if span.writing else span.end
    empty = span.empty and seen and not span.momentary
    return not empty and any(window.touches(span.start, end) for window in windows)


async def _chosen(order: Order) -> list[Recording]:
    told = order.change.arguments.get("recordings", "")
    if told:
        wanted = {name.strip() for name in told.split(",")}
        every = order.value(await order.readings.recordings())
        return [recording for recording in every if recording.token in wanted]
    topology = order.topology(await read_topology(order.readings, order.role))
    return order.own(await recordings_of(order.readings, topology, order.change.channel))


async def _ends_before(order: Order, recording: Recording, cutoff: datetime) -> bool:
    span = order.value(await order.readings.span(recording.token))
    empty = span.empty and not span.momentary
    return not span.writing and (empty or (span.end is not None and span.end <= cutoff))


async def _delete(order: Order, recording: Recording) -> None:
    service = order.session.services.get(RECORDING)
    tracks = None if service is None else service.flag("DynamicTracks")
    recordings = None if service is None else service.flag("DynamicRecordings")
    if tracks is False and recordings is False:
        raise NotSupported(
            order.session.target.id,
            "DeleteTrack",
            "the Recording service says DynamicTracks=false and DynamicRecordings=false",
        )
    if tracks is not False and recording.tracks:
        try:
            for track in recording.tracks:
                named = {"RecordingToken": recording.token, "TrackToken": track}
                with order.gone_is_done("NoTrack", "NoRecording"):
                    await order.typed(Binding.RECORDING, "DeleteTrack", named)
        except NotSupported:
            if recordings is False:
                raise
        else:
            return
    if tracks is not False and recording.tracks == ():
        return
    with order.gone_is_done("NoRecording"):
        await order.typed(Binding.RECORDING, "DeleteRecording", {"RecordingToken": recording.token})
