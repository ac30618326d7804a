"""The same calls with stock onvif-zeep, set-up of each camera included; prints its CPU per camera as JSON.

onvif-zeep ships definitions of 2014. With ``wsdls``, the folder of current ones, it is told of them in the way
it has for that, its table of services and ``wsdl_dir``, and makes every call of ours that the standard has.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from contextlib import suppress
from typing import Any

warnings.simplefilter("ignore")

from onvif import ONVIFCamera, ONVIFError, ONVIFService  # noqa: E402
from onvif.definition import SERVICES  # noqa: E402

NAMES = {
    "media_service": "media",
    "analytics_service": "analytics",
    "recording_service": "recording",
    "search_service": "search",
    "event_service": "events",
}
CURRENT = {
    "devicemgmt": "ver10/device/wsdl/devicemgmt.wsdl",
    "media": "ver10/media/wsdl/media.wsdl",
    "analytics": "ver20/analytics/wsdl/analytics.wsdl",
    "recording": "ver10/recording.wsdl",
    "search": "ver10/search.wsdl",
    "events": "ver10/events/wsdl/event.wsdl",
    "media2": "ver20/media/wsdl/media.wsdl",
    "uplink": "ver10/uplink/wsdl/uplink.wsdl",
}
ADDED = {
    "media2": {"ns": "http://www.onvif.org/ver20/media/wsdl", "binding": "Media2Binding"},
    "uplink": {"ns": "http://www.onvif.org/ver10/uplink/wsdl", "binding": "UplinkBinding"},
}


def learn() -> None:
    """Put the current definitions into onvif-zeep's table, and the services it never heard of."""
    for name, entry in ADDED.items():
        SERVICES[name] = dict(entry)
        NAMES[f"{name}_service"] = name
    for name, path in CURRENT.items():
        SERVICES[name]["wsdl"] = path


def services(camera: Any) -> dict[str, Any]:
    """The services of our read plan that it has, by the last part of their path."""
    # It looks for services in the Capabilities alone, where Recording does not stand; the caller has to help.
    for service in camera.devicemgmt.GetServices({"IncludeCapability": True}):
        camera.xaddrs[service.Namespace] = service.XAddr
    made = {path: camera.create_onvif_service(name) for path, name in NAMES.items()}
    return {"device_service": camera.devicemgmt, **made, "rules": _rules(made["analytics_service"])}


def _rules(analytics: Any) -> Any:
    """The second binding of the Analytics service, over the definitions that were read for its first."""
    binding = f"{{{SERVICES['analytics']['ns']}}}RuleEngineBinding"
    given = (analytics.xaddr, analytics.user, analytics.passwd, analytics.url)
    return ONVIFService(*given, zeep_client=analytics.zeep_client, binding_name=binding)


def read(port: int, calls: list[dict[str, Any]], wsdls: str) -> int:
    place = {"wsdl_dir": wsdls} if wsdls else {}
    camera = ONVIFCamera("127.0.0.1", port, "admin", "simulated", **place)
    known = services(camera)
    made = 1  # GetServices, for the set-up
    for call in calls:
        if call["operation"] == "GetServices":
            continue
        service = "rules" if "Rule" in call["operation"] else call["service"]
        try:
            operation = getattr(known[service], call["operation"])
        except (KeyError, AttributeError):
            continue  # its definitions do not know the service or the operation
        made += 1
        # A call that the camera refuses costs as much as one it answers.
        with suppress(ONVIFError):
            operation(call["parameters"])
    return made


def main() -> None:
    given = json.loads(sys.argv[1])
    if given["wsdls"]:
        learn()
    read(given["ports"][0], given["calls"], given["wsdls"])
    before = time.process_time()
    calls = sum(read(port, given["calls"], given["wsdls"]) for port in given["ports"][1:])
    cameras = len(given["ports"]) - 1
    print(json.dumps({"seconds": (time.process_time() - before) / cameras, "requests": calls / cameras}))


if __name__ == "__main__":
    main()
