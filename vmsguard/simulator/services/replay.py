"""The Replay service: where stored footage could be fetched."""

from __future__ import annotations

from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.services.recording import find_recording
from vmsguard.simulator.soap import element

__all__ = ["SERVICE"]


def _uri(call: Call) -> str:
    call.arguments.child("StreamSetup")
    recording = find_recording(call, call.arguments.text("RecordingToken"))
    host = call.world.host().rpartition(":")[0]
    return element("trp:Uri", f"rtsp://{host}:{call.device.rtsp_port or 554}/replay/{recording.token}")


def _capabilities(device: Device) -> str:
    return '<trp:Capabilities ReversePlayback="false" SessionTimeoutRange="0 60" RTP_RTSP_TCP="true"/>'


SERVICE: Final = Service(
    name="replay",
    prefix="trp",
    path="replay_service",
    version=(24, 12),
    capabilities=_capabilities,
    operations={"GetReplayUri": Operation(_uri, Access.READ_MEDIA)},
)
