"""The same calls with stock onvif-zeep, set-up of each camera included; prints its CPU per camera as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

warnings.simplefilter("ignore")

from onvif import ONVIFCamera  # noqa: E402

SERVICES = ("media", "analytics", "recording")


def operations(camera: Any) -> dict[str, Callable[[], Any]]:
    """Every call of our read plan that onvif-zeep's WSDLs know."""
    device, media, analytics, recording = (
        camera.devicemgmt,
        *(getattr(camera, f"create_{name}_service")() for name in SERVICES),
    )
    configuration = {"ConfigurationToken": "none"}
    return {
        "GetSystemDateAndTime": device.GetSystemDateAndTime,
        "GetServices": lambda: device.GetServices({"IncludeCapability": True}),
        "GetCapabilities": device.GetCapabilities,
        "GetDeviceInformation": device.GetDeviceInformation,
        "GetScopes": device.GetScopes,
        "GetUsers": device.GetUsers,
        "GetNetworkProtocols": device.GetNetworkProtocols,
        "GetProfiles": media.GetProfiles,
        "GetVideoSources": media.GetVideoSources,
        "GetVideoAnalyticsConfigurations": media.GetVideoAnalyticsConfigurations,
        "GetMetadataConfigurations": media.GetMetadataConfigurations,
        "GetRules": lambda: analytics.GetRules(configuration),
        "GetAnalyticsModules": lambda: analytics.GetAnalyticsModules(configuration),
        "GetRecordings": recording.GetRecordings,
        "GetRecordingJobs": recording.GetRecordingJobs,
    }


def read(port: int, wanted: list[str]) -> int:
    camera = ONVIFCamera("127.0.0.1", port, "admin", "simulated")
    known = operations(camera)
    asked = [name for name in wanted if name in known]
    for name in asked:
        known[name]()
    return len(asked)


def main() -> None:
    given = json.loads(sys.argv[1])
    read(given["ports"][0], given["operations"])
    before = time.process_time()
    calls = sum(read(port, given["operations"]) for port in given["ports"][1:])
    cameras = len(given["ports"]) - 1
    print(json.dumps({"seconds": (time.process_time() - before) / cameras, "requests": calls / cameras}))


if __name__ == "__main__":
    asyncio.set_event_loop(None)
    main()
