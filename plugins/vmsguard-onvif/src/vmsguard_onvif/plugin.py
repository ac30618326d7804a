"""Registers the driver; imports neither lxml nor zeep, so that checking a policy stays cheap."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard.model.discovery import DiscovererEntry
from vmsguard.model.fact_catalogue import CATALOGUE
from vmsguard.model.manifest import DriverEntry
from vmsguard.plugin import API, hookimpl
from vmsguard_onvif.declared import MANIFEST

__all__ = ["vmsguard_register_discoverers", "vmsguard_register_drivers"]


@hookimpl
def vmsguard_register_drivers() -> Iterable[DriverEntry]:
    return [
        DriverEntry(
            name="onvif",
            path="vmsguard_onvif.driver:OnvifDriver",
            api=API,
            catalogue=CATALOGUE,
            manifest=MANIFEST,
            options={
                "auth": ("none", "wsse", "digest", "both"),
                "soap_action": ("on", "off"),
                "rtsp_port": (),
                "event_subscription": ("on", "off"),
                "uplink": (),
                "storage_path": (),
            },
        )
    ]


@hookimpl
def vmsguard_register_discoverers() -> Iterable[DiscovererEntry]:
    return [
        DiscovererEntry(
            name="ws-discovery",
            driver="onvif",
            path="vmsguard_onvif.discovery_probe:WsDiscovery",
            api=API,
            # ONVIF Core fixes this path of the device service.
            url="http://{host}/onvif/device_service",
        )
    ]
