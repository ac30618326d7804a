"""A client by other authors understands the simulator: onvif-zeep's service classes over its own WSDL files."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from vmsguard.model.clock import SystemClock
from vmsguard.simulator import Simulator

zeep = pytest.importorskip("zeep", reason="onvif-zeep is not installed")


def service(simulator: Simulator, path: str, wsdl: str, namespace: str, binding: str) -> Any:
    # Importing onvif configures the root logger: undo it.
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    import onvif

    root.handlers[:], root.level = handlers, level
    files = Path(onvif.__file__).parent.parent / "wsdl"
    address = simulator.url("cam").replace("device_service", path)
    return onvif.ONVIFService(
        address, "admin", "secret", str(files / wsdl), binding_name=f"{{http://www.onvif.org/{namespace}}}{binding}"
    )


def converse(simulator: Simulator) -> None:
    device = service(simulator, "device_service", "devicemgmt.wsdl", "ver10/device/wsdl", "DeviceBinding")
    assert device.GetDeviceInformation().Manufacturer == "vmsguard"
    assert [entry.Name for entry in device.GetNetworkProtocols()] == ["HTTP", "HTTPS", "RTSP"]
    assert len(device.GetServices({"IncludeCapability": True})) == 8
    media = service(simulator, "media_service", "media.wsdl", "ver10/media/wsdl", "MediaBinding")
    (profile,) = media.GetProfiles()
    assert profile.VideoAnalyticsConfiguration.RuleEngineConfiguration.Rule[0].Type == "tt:FaceRecognition"
    rules = service(simulator, "analytics_service", "analytics.wsdl", "ver20/analytics/wsdl", "RuleEngineBinding")
    rules.DeleteRules({"ConfigurationToken": "analytics-1", "RuleName": ["FaceRecognition-1"]})
    assert rules.GetRules({"ConfigurationToken": "analytics-1"}) == []
    recording = service(simulator, "recording_service", "recording.wsdl", "ver10/recording/wsdl", "RecordingBinding")
    assert recording.GetRecordingJobs()[0].JobConfiguration.Mode == "Active"
    recording.SetRecordingJobMode({"JobToken": "job-1", "Mode": "Idle"})
    assert recording.GetRecordingJobState({"JobToken": "job-1"}).State == "Idle"
    with pytest.raises(Exception, match="Argument Value Invalid") as caught:
        recording.DeleteTrack({"RecordingToken": "nobody", "TrackToken": "x"})
    assert [name.localname for name in caught.value.__context__.subcodes] == ["InvalidArgVal", "NoRecording"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_an_independent_client_reads_writes_and_sees_faults(run) -> None:
    async with run({"id": "cam", "rules": ["tt:FaceRecognition"]}, clock=SystemClock()) as caller:
        await asyncio.to_thread(converse, caller.simulator)
        truth = caller.simulator.camera("cam").truth
        assert (truth.recognises, truth.records) == (False, False)
