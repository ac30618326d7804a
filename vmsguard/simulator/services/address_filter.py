"""The IP address filter of the Device service: who may reach the device at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Call, Operation, schema
from vmsguard.simulator.device_state import AddressFilter
from vmsguard.simulator.faults import invalid_argument, invalid_arguments, not_supported
from vmsguard.simulator.soap import element

__all__ = ["OPERATIONS"]


def _filter(call: Call) -> AddressFilter:
    found = call.device.configuration.address_filter
    if found is None:
        raise not_supported()
    return found


def _get(call: Call) -> str:
    found = _filter(call)
    listed = "".join(
        f"<tt:IPv4Address>{element('tt:Address', address)}{element('tt:PrefixLength', prefix or '32')}</tt:IPv4Address>"
        for address, _, prefix in (entry.partition("/") for entry in found.addresses)
    )
    return f"<tds:IPAddressFilter>{element('tt:Type', found.type)}{listed}</tds:IPAddressFilter>"


def _set(call: Call) -> str:
    found = _filter(call)
    asked = call.arguments.child("IPAddressFilter")
    kind = asked.text(schema("Type"))
    if kind not in ("Allow", "Deny"):
        raise invalid_argument("InvalidIPv4Address")
    addresses = []
    for entry in asked.children(schema("IPv4Address")):
        prefix = entry.text(schema("PrefixLength"))
        if not (prefix.isascii() and prefix.isdecimal()):
            raise invalid_arguments("PrefixLength is not a number")
        addresses.append(f"{entry.text(schema('Address'))}/{prefix}")
    found.type, found.addresses = kind, addresses
    return ""


OPERATIONS: Final[Mapping[str, Operation]] = {
    "GetIPAddressFilter": Operation(_get, Access.READ_SYSTEM),
    "SetIPAddressFilter": Operation(_set, Access.WRITE_SYSTEM, writes=True),
}
