"""Switching storing off: recording jobs and their receivers, the targets of recordings, retention."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from vmsguard.errors import DriverError, NotSupported
from vmsguard.model.vocabulary import Role
from vmsguard_onvif.channels import read_topology
from vmsguard_onvif.elements import TT, Element, token
from vmsguard_onvif.envelope import leaf
from vmsguard_onvif.facts.storage import recordings_of
from vmsguard_onvif.gathering import Answered
from vmsguard_onvif.message_definitions import Binding
from vmsguard_onvif.namespaces import RECORDING
from vmsguard_onvif.observed import ONBOARD
from vmsguard_onvif.ordered import Order
from vmsguard_onvif.replies import recording as recording_replies
from vmsguard_onvif.replies.recording import Job, Recording

__all__ = ["drop_target", "set_retention", "stop_recording"]

_TRC = f"{{{RECORDING}}}"


async def stop_recording(order: Order) -> None:
    """Put one job to Idle; on a recorder also stop the receiver that serves no other job from connecting.

    Where the device has no SetRecordingJobMode, the job's configuration is sent back with the mode in it; a
    recorder that has neither can still be kept from connecting to the camera.
    """
    wanted = order.argument("job")
    jobs = await order.read(RECORDING, "GetRecordingJobs", parse=recording_replies.jobs)
    job = next((found for found in jobs if found.token == wanted), None)
    if job is None:
        return
    state = await order.readings.job_state(job.token)
    refused: NotSupported | None = None
    if job.active is not False or not isinstance(state, Answered) or state.value is not False:
        refused = await _idle(order, job)
    stopped = order.role is Role.RECORDER and await _stop_receivers(order, job, jobs)
    if refused is not None and not stopped:
        raise refused


async def _idle(order: Order, job: Job) -> NotSupported | None:
    """The device's refusal, where it has neither of the two ways to put a job to Idle."""
    try:
        await order.typed(Binding.RECORDING, "SetRecordingJobMode", {"JobToken": job.token, "Mode": "Idle"})
    except NotSupported as first:
        try:
            await _send_configuration(order, job.token)
        except NotSupported:
            return first
    return None


async def _send_configuration(order: Order, job: str) -> None:
    """``SetRecordingJobConfiguration`` with the element as read and the mode in it changed."""
    inner = leaf("trc:JobToken", job)
    reply: Element = await order.read(RECORDING, "GetRecordingJobConfiguration", inner, parse=lambda element: element)
    configuration = reply.find(f"{_TRC}JobConfiguration")
    mode = None if configuration is None else configuration.find(f"{TT}Mode")
    if configuration is None or mode is None:
        raise order.stopped("the job's configuration came without its mode; nothing was sent")
    mode.text = "Idle"
    whole = etree.tostring(configuration, encoding="unicode", with_tail=False)
    await order.enveloped(RECORDING, "SetRecordingJobConfiguration", inner + whole)


async def _stop_receivers(order: Order, job: Job, jobs: tuple[Job, ...]) -> bool:
    """Whether nothing can reach the job any more: each of its sources is a receiver that may not connect."""
    answer = await order.readings.receivers()
    if not isinstance(answer, Answered):
        return False
    others = {source.token for other in jobs if other.token != job.token for source in other.sources}
    mine = {source.token for source in job.sources} - others
    closed = {receiver.token for receiver in answer.value if receiver.mode == "NeverConnect"}
    for receiver in answer.value:
        if receiver.token in mine and receiver.mode != "NeverConnect":
            try:
                await order.typed(
                    Binding.RECEIVER, "SetReceiverMode", {"ReceiverToken": receiver.token, "Mode": "NeverConnect"}
                )
            except DriverError as error:
                # The job is what records; that it is idle must not be reported as a failure of the receiver.
                order.session.ctx.log.warning("receiver keeps connecting", error=type(error).__name__)
            else:
                closed.add(receiver.token)
    return bool(job.sources) and all(source.token in closed for source in job.sources)


async def drop_target(order: Order, chosen: Callable[[Recording], bool]) -> None:
    """Send the chosen recordings' configurations back as read, without the target they upload to."""

    def without_target(configuration: Element) -> bool:
        target = configuration.find(f"{TT}Target")
        if target is None:
            return False
        configuration.remove(target)
        return True

    await _rewrite(order, chosen, without_target)


async def set_retention(order: Order) -> None:
    """Set the retention time of one recording, or of all recordings of the channel for the store ``onboard``.

    Zero is refused here: a device reads ``PT0S`` as unlimited.
    """
    store, told = order.argument("store"), order.argument("seconds")
    if not told.isdigit() or int(told) == 0:
        raise order.stopped("a retention time must be a whole number of seconds above zero")
    duration = f"PT{int(told)}S"
    chosen = await _of_channel(order) if store == ONBOARD else {store}

    def with_retention(configuration: Element) -> bool:
        kept = configuration.find(f"{TT}MaximumRetentionTime")
        if kept is None:
            kept = etree.SubElement(configuration, f"{TT}MaximumRetentionTime")
        if (kept.text or "").strip() == duration:
            return False
        kept.text = duration
        return True

    await _rewrite(order, lambda recording: recording.token in chosen, with_retention)


async def _of_channel(order: Order) -> set[str]:
    topology = order.topology(await read_topology(order.readings, order.role))
    found = order.own(await recordings_of(order.readings, topology, order.change.channel))
    return {recording.token for recording in found}


async def _rewrite(order: Order, chosen: Callable[[Recording], bool], edit: Callable[[Element], bool]) -> None:
    """``SetRecordingConfiguration`` with the element as read and one edit: what we do not know is kept."""

    def edited(reply: Element) -> list[str]:
        items = list(reply.iterchildren(f"{_TRC}RecordingItem"))
        found = []
        for item, recording in zip(items, recording_replies.recordings(reply), strict=True):
            configuration = item.find(f"{TT}Configuration")
            if chosen(recording) and configuration is not None and edit(configuration):
                configuration.tag = f"{_TRC}RecordingConfiguration"
                whole = etree.tostring(configuration, encoding="unicode", with_tail=False)
                found.append(leaf("trc:RecordingToken", token(item, f"{TT}RecordingToken")) + whole)
        return found

    for inner in await order.read(RECORDING, "GetRecordings", parse=edited):
        await order.enveloped(RECORDING, "SetRecordingConfiguration", inner)
