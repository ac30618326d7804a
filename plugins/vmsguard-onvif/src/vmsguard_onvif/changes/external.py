"""Ending what is written to places outside the device: uploads of recordings, and exports that run."""

from __future__ import annotations

from vmsguard_onvif.announcements import running_exports
from vmsguard_onvif.changes.storing import drop_target
from vmsguard_onvif.envelope import leaf
from vmsguard_onvif.facts.exports import EXPORT
from vmsguard_onvif.gathering import Answered
from vmsguard_onvif.namespaces import DEVICE, RECORDING
from vmsguard_onvif.ordered import Order

__all__ = ["remove_external"]


async def remove_external(order: Order) -> None:
    """End an export; or take a destination out of every recording that uploads to it, then delete it.

    In use it would be refused.
    """
    told = order.argument("destination")
    if told.startswith(EXPORT):
        await _stop_export(order, told.removeprefix(EXPORT))
        return
    wanted = told.removeprefix("storage:")
    if order.session.services.get(RECORDING) is not None:
        await drop_target(order, lambda recording: recording.has_target and recording.storage == wanted)
    answer = await order.readings.storage_configurations()
    if isinstance(answer, Answered) and any(target.token == wanted for target in answer.value):
        with order.gone_is_done("NoConfig"):
            await order.enveloped(DEVICE, "DeleteStorageConfiguration", leaf("tds:Token", wanted))


async def _stop_export(order: Order, token: str) -> None:
    """Stop the operation of that token, by the one of two verbs that fits how it was begun.

    Which it was is asked of the device's events again: between plan and change an export ends by itself, and
    its token may be another's.
    """
    listener = order.readings.listener
    await listener.hear()
    if listener.why is not None:
        raise order.stopped(
            "which exports run could not be heard; nothing was sent",
            hint="Set the target's option event_subscription to on, or end the export where it was begun.",
        )
    begun_by = running_exports(listener.heard).get(token)
    if begun_by is None and not listener.drained:
        raise order.stopped(
            "the device had more to tell than is taken in one session, and nothing of this export; nothing was sent",
            hint="Try again when the device announces less, or end the export where it was begun.",
        )
    if begun_by is None:
        return
    with order.gone_is_done("InvalidToken", "UnknownToken", "NoRecording"):
        await order.enveloped(RECORDING, f"Stop{begun_by}", leaf("trc:OperationToken", token))
