"""The same calls with stock onvif-zeep, set-up of each camera included; prints its CPU per camera as JSON."""

from __future__ import annotations

import json
import sys
import time
import warnings
from contextlib import suppress
from typing import Any

warnings.simplefilter("ignore")

from onvif import ONVIFCamera, ONVIFError  # noqa: E402

SERVICES = ("media", "analytics", "recording", "search")


def services(camera: Any) -> dict[str, Any]:
    """The services of our read plan that onvif-zeep has, by the last part of their path."""
    # It looks for services in the Capabilities alone, where Recording does not stand; the caller has to help.
    for service in camera.devicemgmt.GetServices({"IncludeCapability": True}):
        camera.xaddrs[service.Namespace] = service.XAddr
    made = {f"{name}_service": getattr(camera, f"create_{name}_service")() for name in SERVICES}
    return {"device_service": camera.devicemgmt, **made}


def read(port: int, calls: list[dict[str, Any]]) -> int:
    camera = ONVIFCamera("127.0.0.1", port, "admin", "simulated")
    known = services(camera)
    made = 1  # GetServices, for the set-up
    for call in calls:
        if call["operation"] == "GetServices":
            continue
        try:
            operation = getattr(known[call["service"]], call["operation"])
        except (KeyError, AttributeError):
            continue  # its WSDLs of 2014 do not know the service or the operation
        made += 1
        # A call that the camera refuses costs as much as one it answers.
        with suppress(ONVIFError):
            operation(call["parameters"])
    return made


def main() -> None:
    given = json.loads(sys.argv[1])
    read(given["ports"][0], given["calls"])
    before = time.process_time()
    calls = sum(read(port, given["calls"]) for port in given["ports"][1:])
    cameras = len(given["ports"]) - 1
    print(json.dumps({"seconds": (time.process_time() - before) / cameras, "requests": calls / cameras}))


if __name__ == "__main__":
    main()
