"""Switching storing off: recording jobs and their receivers, external destinations, retention."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from vmsguard.errors import DriverError
from vmsguard.model.vocabulary import Role
from vmsguard_onvif import recording_replies
from vmsguard_onvif.channels import read_topology
from vmsguard_onvif.elements import TT, Element, token
from vmsguard_onvif.envelope import leaf
from vmsguard_onvif.facts_storage import recordings_of
from vmsguard_onvif.gathering import Answered
from vmsguard_onvif.message_definitions import Binding
from vmsguard_onvif.namespaces import DEVICE, RECORDING
from vmsguard_onvif.observed import ONBOARD
from vmsguard_onvif.ordered import Order
from vmsguard_onvif.recording_replies import Job, Recording

__all__ = ["drop_target", "remove_external", "set_retention", "stop_recording"]

_TRC = f"{{{RECORDING}}}"


async def stop_recording(order: Order) -> None:
    """Put one job to Idle; on a recorder also stop the receiver that serves no other job from connecting."""
    wanted = order.argument("job")
    jobs = await order.read(RECORDING, "GetRecordingJobs", parse=recording_replies.jobs)
    job = next((found for found in jobs if found.token == wanted), None)
    if job is None:
        return
    state = await order.readings.job_state(job.token)
    if job.active is not False or not isinstance(state, Answered) or state.value is not False:
        await order.typed(Binding.RECORDING, "SetRecordingJobMode", {"JobToken": job.token, "Mode": "Idle"})
    if order.role is Role.RECORDER:
        await _stop_receivers(order, job, jobs)


async def _stop_receivers(order: Order, job: Job, jobs: tuple[Job, ...]) -> None:
    answer = await order.readings.receivers()
    if not isinstance(answer, Answered):
        return
    others = {source.token for other in jobs if other.token != job.token for source in other.sources}
    mine = {source.token for source in job.sources} - others
    for receiver in answer.value:
        if receiver.token in mine and receiver.mode != "NeverConnect":
            try:
                await order.typed(
                    Binding.RECEIVER, "SetReceiverMode", {"ReceiverToken": receiver.token, "Mode": "NeverConnect"}
                )
            except DriverError as error:
                # The job is what records; that it is idle must not be reported as a failure of the receiver.
                order.session.ctx.log.warning("receiver keeps connecting", error=type(error).__name__)


async def remove_external(order: Order) -> None:
    """Take a destination out of every recording that uploads to it, then delete it; in use it would be refused."""
    wanted = order.argument("destination").removeprefix("storage:")
    if order.session.services.get(RECORDING) is not None:
        await drop_target(order, lambda recording: recording.has_target and recording.storage == wanted)
    answer = await order.readings.storage_configurations()
    if isinstance(answer, Answered) and any(target.token == wanted for target in answer.value):
        await order.enveloped(DEVICE, "DeleteStorageConfiguration", leaf("tds:Token", wanted))


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
    reply: Element = await order.read(RECORDING, "GetRecordings", parse=lambda element: element)
    elements = list(reply.iterchildren(f"{_TRC}RecordingItem"))
    for item, recording in zip(elements, recording_replies.recordings(reply), strict=True):
        configuration = item.find(f"{TT}Configuration")
        if chosen(recording) and configuration is not None and edit(configuration):
            configuration.tag = f"{_TRC}RecordingConfiguration"
            whole = etree.tostring(configuration, encoding="unicode", with_tail=False)
            named = leaf("trc:RecordingToken", token(item, f"{TT}RecordingToken"))
            await order.enveloped(RECORDING, "SetRecordingConfiguration", named + whole)
