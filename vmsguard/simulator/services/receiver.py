"""The Receiver service: which cameras a recorder pulls from, and whether it may."""

from __future__ import annotations

from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device, Receiver
from vmsguard.simulator.faults import invalid_argument, unable
from vmsguard.simulator.soap import boolean, element

__all__ = ["SERVICE"]

_SETUP: Final = (
    "<tt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport>"
    "</tt:StreamSetup>"
)


def _find(call: Call) -> Receiver:
    token = call.arguments.text("ReceiverToken")
    for receiver in call.device.configuration.receivers:
        if receiver.token == token:
            return receiver
    raise invalid_argument("UnknownToken")


def _receivers(call: Call) -> str:
    return "".join(
        f"<trv:Receivers>{element('tt:Token', receiver.token)}<tt:Configuration>{element('tt:Mode', receiver.mode)}"
        f"{element('tt:MediaUri', receiver.media_uri)}{_SETUP}</tt:Configuration></trv:Receivers>"
        for receiver in call.device.configuration.receivers
    )


def _state(call: Call) -> str:
    """AutoConnect connects while a recording job uses the receiver; AlwaysConnect in any case."""
    receiver = _find(call)
    used = any(
        job.from_receiver and job.source == receiver.token and job.mode == "Active"
        for job in call.device.configuration.jobs
    )
    state = "NotConnected"
    if receiver.mode == "AlwaysConnect" or (receiver.mode == "AutoConnect" and used):
        state = "Connected" if call.world.answers(receiver.media_uri) else "Connecting"
    made = any(job.auto_receiver and job.source == receiver.token for job in call.device.configuration.jobs)
    return (
        f"<trv:ReceiverState><tt:State>{state}</tt:State><tt:AutoCreated>{boolean(made)}</tt:AutoCreated>"
        "</trv:ReceiverState>"
    )


def _set_mode(call: Call) -> str:
    receiver = _find(call)
    mode = call.arguments.text("Mode")
    if mode not in ("AutoConnect", "AlwaysConnect", "NeverConnect"):
        raise invalid_argument("BadMode")
    receiver.mode = mode
    return ""


def _delete(call: Call) -> str:
    """One that a job uses, or that was made for a job, cannot be deleted by itself."""
    receiver = _find(call)
    have = call.device.configuration
    if any(job.from_receiver and job.source == receiver.token for job in have.jobs):
        raise unable("CannotDeleteReceiver", "The receiver is in use")
    have.receivers.remove(receiver)
    return ""


def _capabilities(device: Device) -> str:
    return (
        '<trv:Capabilities RTP_Multicast="false" RTP_TCP="false" RTP_RTSP_TCP="true" '
        f'SupportedReceivers="{max(len(device.configuration.receivers), 16)}" MaximumRTSPURILength="256"/>'
    )


SERVICE: Final = Service(
    name="receiver",
    prefix="trv",
    path="receiver_service",
    version=(24, 12),
    capabilities=_capabilities,
    operations={
        "GetReceivers": Operation(_receivers, Access.READ_MEDIA),
        "GetReceiverState": Operation(_state, Access.READ_MEDIA),
        "SetReceiverMode": Operation(_set_mode, Access.ACTUATE, writes=True),
        "DeleteReceiver": Operation(_delete, Access.ACTUATE, writes=True),
    },
)
