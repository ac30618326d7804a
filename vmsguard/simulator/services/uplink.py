"""The Uplink service: connections that the device opens to the outside."""

from __future__ import annotations

from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.faults import invalid_argument
from vmsguard.simulator.soap import element

__all__ = ["SERVICE"]


def _uplinks(call: Call) -> str:
    return "".join(
        f"<tup:Configuration>{element('tup:RemoteAddress', uplink.address)}<tup:UserLevel>Operator</tup:UserLevel>"
        f"{element('tup:Status', uplink.status)}</tup:Configuration>"
        for uplink in call.device.configuration.uplinks
    )


def _delete(call: Call) -> str:
    address = call.arguments.text("RemoteAddress")
    have = call.device.configuration
    kept = [uplink for uplink in have.uplinks if uplink.address != address]
    if len(kept) == len(have.uplinks):
        raise invalid_argument("InvalidAddress")
    have.uplinks = kept
    return ""


def _capabilities(device: Device) -> str:
    return '<tup:Capabilities MaxUplinks="4" Protocols="https wss" StreamingOverUplink="true"/>'


SERVICE: Final = Service(
    name="uplink",
    prefix="tup",
    path="uplink_service",
    version=(24, 12),
    capabilities=_capabilities,
    operations={
        "GetUplinks": Operation(_uplinks, Access.READ_SYSTEM),
        "DeleteUplink": Operation(_delete, Access.WRITE_SYSTEM, writes=True),
    },
)
