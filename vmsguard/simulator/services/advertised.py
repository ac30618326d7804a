"""What a device says it has: GetServices, and the older GetCapabilities."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vmsguard.simulator.call import Call
from vmsguard.simulator.faults import invalid_argument
from vmsguard.simulator.soap import boolean, element

if TYPE_CHECKING:
    from vmsguard.simulator.call import Service

__all__ = ["address", "legacy_capabilities", "service_list"]


def address(call: Call, service: Service) -> str:
    return f"http://{call.advertised_host}/{call.device.id}/onvif/{service.path}"


def _services(call: Call) -> list[Service]:
    from vmsguard.simulator.services import SERVICES  # the list holds this module's own service

    return [service for service in SERVICES if service.has(call.device)]


def service_list(call: Call) -> str:
    with_capabilities = call.arguments.flag("IncludeCapability")
    told = []
    for service in _services(call):
        major, minor = service.version
        capability = (
            f"<tds:Capabilities>{service.capabilities(call.device)}</tds:Capabilities>" if with_capabilities else ""
        )
        told.append(
            f"<tds:Service>{element('tds:Namespace', service.namespace)}"
            f"{element('tds:XAddr', address(call, service))}{capability}"
            f"<tds:Version><tt:Major>{major}</tt:Major><tt:Minor>{minor:02d}</tt:Minor></tds:Version></tds:Service>"
        )
    return "".join(told)


def _analytics(call: Call) -> str:
    return "<tt:RuleSupport>true</tt:RuleSupport><tt:AnalyticsModuleSupport>true</tt:AnalyticsModuleSupport>"


def _events(call: Call) -> str:
    return (
        "<tt:WSSubscriptionPolicySupport>false</tt:WSSubscriptionPolicySupport>"
        "<tt:WSPullPointSupport>true</tt:WSPullPointSupport>"
        "<tt:WSPausableSubscriptionManagerInterfaceSupport>false</tt:WSPausableSubscriptionManagerInterfaceSupport>"
    )


def _media(call: Call) -> str:
    return (
        "<tt:StreamingCapabilities><tt:RTPMulticast>true</tt:RTPMulticast><tt:RTP_TCP>false</tt:RTP_TCP>"
        "<tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP></tt:StreamingCapabilities>"
    )


def _recording(call: Call) -> str:
    device = call.device
    return (
        f"<tt:ReceiverSource>{boolean(device.recorder)}</tt:ReceiverSource>"
        f"<tt:MediaProfileSource>{boolean(not device.recorder)}</tt:MediaProfileSource>"
        f"<tt:DynamicRecordings>{boolean(device.dynamic_recordings)}</tt:DynamicRecordings>"
        f"<tt:DynamicTracks>{boolean(device.dynamic_tracks)}</tt:DynamicTracks>"
        "<tt:MaxStringLength>128</tt:MaxStringLength>"
    )


def _receiver(call: Call) -> str:
    return (
        "<tt:RTP_Multicast>false</tt:RTP_Multicast><tt:RTP_TCP>false</tt:RTP_TCP><tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP>"
        "<tt:SupportedReceivers>1024</tt:SupportedReceivers><tt:MaximumRTSPURILength>256</tt:MaximumRTSPURILength>"
    )


def _nothing(call: Call) -> str:
    return ""


def _metadata_search(call: Call) -> str:
    return "<tt:MetadataSearch>false</tt:MetadataSearch>"


_Details = Callable[[Call], str]
# In the order of the schema. What is in the Extension is what clients that read only the top level miss.
_TOP: tuple[tuple[str, str, _Details], ...] = (
    ("Analytics", "analytics", _analytics),
    ("Device", "device", _nothing),
    ("Events", "events", _events),
    ("Media", "media", _media),
)
_EXTENSION: tuple[tuple[str, str, _Details], ...] = (
    ("Recording", "recording", _recording),
    ("Search", "search", _metadata_search),
    ("Replay", "replay", _nothing),
    ("Receiver", "receiver", _receiver),
)
_CATEGORIES = frozenset({"All", "Analytics", "Device", "Events", "Imaging", "Media", "PTZ"})


def _category(call: Call, entries: tuple[tuple[str, str, _Details], ...], wanted: frozenset[str]) -> str:
    present = {service.name: service for service in _services(call)}
    return "".join(
        f"<tt:{tag}>{element('tt:XAddr', address(call, present[name]))}{details(call)}</tt:{tag}>"
        for tag, name, details in entries
        if name in present and (tag in wanted or "All" in wanted)
    )


def legacy_capabilities(call: Call) -> str:
    wanted = frozenset(call.arguments.texts("Category")) or frozenset({"All"})
    if not wanted <= _CATEGORIES:
        raise invalid_argument("NoSuchService")
    extension = _category(call, _EXTENSION, wanted)
    return (
        f"<tds:Capabilities>{_category(call, _TOP, wanted)}"
        + (f"<tt:Extension>{extension}</tt:Extension>" if extension else "")
        + "</tds:Capabilities>"
    )
