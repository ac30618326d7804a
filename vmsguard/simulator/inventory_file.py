"""The inventory that matches a running fleet, as a value ready to be written as YAML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vmsguard.simulator.device_state import Device
from vmsguard.simulator.fleet_file import Fleet, Group, Logins, camera_ids, group_name

__all__ = ["fleet_inventory"]


def fleet_inventory(
    fleet: Fleet, devices: Mapping[str, Device], url: Callable[[str], str], logins: Logins
) -> dict[str, Any]:
    """Targets, cameras and groups; the channels of a recorder are its recording tokens."""
    groups: dict[str, Any] = {}
    cameras = []
    targets = []
    for group in fleet.groups:
        groups[group_name(group)] = {"attributes": dict(group.attributes)}
        for camera_id in camera_ids(group):
            device = devices[camera_id]
            targets.append(_target(f"t-{camera_id}", device, "device", url(camera_id), logins))
            cameras.append(_camera(camera_id, group, device, devices))
    for setup in fleet.recorders:
        targets.append(_target(setup.id, devices[setup.id], "recorder", url(setup.id), logins))
    return {
        "apiVersion": "vmsguard/v1",
        "kind": "Inventory",
        # A simulator on loopback needs no sparing; real devices keep the gentle defaults.
        "defaults": {"limits": {"requests_per_second": 500, "deadline_seconds": 3}},
        "groups": groups,
        "targets": targets,
        "cameras": cameras,
    }


def _target(target_id: str, device: Device, role: str, url: str, logins: Logins) -> dict[str, Any]:
    target: dict[str, Any] = {
        "id": target_id,
        "site": device.site,
        "role": role,
        "driver": "onvif",
        "url": url,
        "login": {"read": logins.read, "change": logins.change},
    }
    options = {}
    if device.rtsp_port:
        options["rtsp_port"] = str(device.rtsp_port)
    if device.storage_path:
        options["storage_path"] = device.storage_path
    if options:
        target["options"] = options
    return target


def _camera(camera_id: str, group: Group, device: Device, devices: Mapping[str, Device]) -> dict[str, Any]:
    endpoints: list[dict[str, Any]] = [{"target": f"t-{camera_id}", "channels": "all"}]
    if group.recorder:
        prefix = f":{device.rtsp_port}/"
        channels = [r.token for r in devices[group.recorder].configuration.recordings if prefix in r.address]
        endpoints.append({"target": group.recorder, "channels": channels})
    camera: dict[str, Any] = {"id": camera_id, "site": group.site, "groups": [group_name(group)]}
    if group.tags:
        camera["tags"] = list(group.tags)
    if group.managed_by:
        camera["attributes"] = {"managed_by": group.managed_by}
    camera["endpoints"] = endpoints
    return camera
