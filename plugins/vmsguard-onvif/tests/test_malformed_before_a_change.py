"""A change that is made of what the device says first ends with the right error where that says nothing sensible."""

from __future__ import annotations

import re
from typing import Any

import pytest
from vmsguard_onvif.lists import opaque

from vmsguard.errors import ProtocolViolation
from vmsguard.model.changes import Change
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.personas import PERSONAS, Persona

SERVER = "wss://signal.example.org"
WORDS = "x" * 5000


class LongWinded(Persona):
    """Puts more into an element of one operation than any value of the standard has."""

    name = "long-winded"

    def __init__(self, operation: str, element: str) -> None:
        self._operation, self._element = operation, element

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        told = operation.handle(call)
        if name != self._operation:
            return told
        return re.sub(rf"(<\w+:{self._element}>)[^<]*", rf"\g<1>{WORDS}", told)


@pytest.mark.parametrize(
    ("verb", "arguments", "operation", "element"),
    [
        ("stream.stop", {"service": opaque("webrtc", SERVER)}, "GetWebRTCConfigurations", "SignalingServer"),
        ("stream.stop", {"service": opaque("webrtc", SERVER)}, "GetWebRTCConfigurations", "Enabled"),
        ("stream.stop", {"service": "multicast-configuration:video/encoder-1"}, "GetVideoEncoderConfigurations",
         "AutoStart"),
        ("retention.set", {"store": "recording-1", "seconds": "60"}, "GetRecordings", "MaximumRetentionTime"),
        ("push.stop", {"destination": "upload:recording-1"}, "GetRecordings", "Storage"),
        ("recording.stop", {"job": "job-1"}, "GetRecordingJobs", "Mode"),
        ("metadata.stop", {"stream": "profile:profile-1"}, "GetMetadataConfigurations", "Analytics"),
    ],
)  # fmt: skip
async def test_it_is_a_violation_of_the_protocol_and_nothing_is_changed(
    simulate: Any, monkeypatch: pytest.MonkeyPatch, verb: str, arguments: dict[str, str], operation: str, element: str
) -> None:
    monkeypatch.setitem(PERSONAS, LongWinded.name, LongWinded(operation, element))
    storages = [{"uri": "nfs://nas.example.org/a", "used": True}]
    camera = {"multicast": True, "webrtc": [SERVER], "storages": storages, "persona": LongWinded.name}
    async with simulate(**camera) as simulated, simulated.session(write=True) as session:
        with pytest.raises(ProtocolViolation):
            await session.change(Change(verb, "cam", "source-1", arguments))
        have = simulated.simulator.camera("cam").state.configuration
        # Only what is sent before that list is read may have been.
        assert (have.webrtc[0].enabled, have.recordings[0].retention_seconds, have.jobs[0].mode) == (True, 0, "Active")
        assert (have.recordings[0].target_storage, have.metadata[0].analytics) == ("storage-1", True)
