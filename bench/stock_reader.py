"""The same calls with stock onvif-zeep, set-up of each camera included; prints its CPU per camera as JSON."""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

warnings.simplefilter("ignore")

from onvif import ONVIFCamera, ONVIFError  # noqa: E402

SERVICES = ("media", "analytics", "recording")


def operations(camera: Any) -> dict[str, Callable[[], Any]]:
    """Every call of our read plan that onvif-zeep's WSDLs know."""
    device = camera.devicemgmt
    # It looks for services in the Capabilities alone, where Recording does not stand; the caller has to help.
    told = {service.Namespace: service.XAddr for service in device.GetServices({"IncludeCapability": True})}
    camera.xaddrs.update(told)
    media, analytics, recording = (getattr(camera, f"create_{name}_service")() for name in SERVICES)
    configuration = {"ConfigurationToken": "none"}
    return {
        "GetSystemDateAndTime": device.GetSystemDateAndTime,
        "GetServices": lambda: told,
        "GetCapabilities": device.GetCapabilities,
        "GetDeviceInformation": device.GetDeviceInformation,
        "GetScopes": device.GetScopes,
        "GetUsers": device.GetUsers,
        "GetNetworkProtocols": device.GetNetworkProtocols,
        "GetProfiles": media.GetProfiles,
        "GetVideoSources": media.GetVideoSources,
        "GetVideoAnalyticsConfigurations": media.GetVideoAnalyticsConfigurations,
        "GetMetadataConfigurations": media.GetMetadataConfigurations,
        "GetAnalyticsModules": lambda: analytics.GetAnalyticsModules(configuration),
        "GetRecordings": recording.GetRecordings,
        "GetRecordingJobs": recording.GetRecordingJobs,
    }


def read(port: int, wanted: list[str]) -> int:
    camera = ONVIFCamera("127.0.0.1", port, "admin", "simulated")
    known = operations(camera)
    asked = [name for name in wanted if name in known]
    for name in asked:
        # A call that the camera refuses costs as much as one it answers.
        with suppress(ONVIFError):
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
    main()
