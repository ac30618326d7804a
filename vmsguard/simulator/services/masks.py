"""Privacy masks of Media2: areas of one video source configuration that are covered in what is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Call, Operation
from vmsguard.simulator.device_state import Device, Mask
from vmsguard.simulator.faults import invalid_argument, not_supported
from vmsguard.simulator.soap import boolean, element, quoteattr

__all__ = ["OPERATIONS"]

_OUTLINE: Final = (
    '<tr2:Polygon><tt:Point x="-0.5" y="-0.5"/><tt:Point x="0.5" y="-0.5"/><tt:Point x="0" y="0.5"/></tr2:Polygon>'
)


def _needs_masks(device: Device) -> None:
    if "masks" not in device.features:
        raise not_supported()


def _find(call: Call, token: str) -> Mask:
    for mask in call.device.configuration.masks:
        if mask.token == token:
            return mask
    raise invalid_argument("NoConfig")


def _masks(call: Call) -> str:
    _needs_masks(call.device)
    wanted, configuration = call.arguments.optional("Token"), call.arguments.optional("ConfigurationToken")
    found = [_find(call, wanted)] if wanted else call.device.configuration.masks
    return "".join(
        f"<tr2:Masks token={quoteattr(mask.token)}>{element('tr2:ConfigurationToken', mask.configuration)}{_OUTLINE}"
        f"<tr2:Type>Color</tr2:Type><tr2:Enabled>{boolean(mask.enabled)}</tr2:Enabled></tr2:Masks>"
        for mask in found
        if configuration in ("", mask.configuration)
    )


def _set(call: Call) -> str:
    _needs_masks(call.device)
    asked = call.arguments.child("Mask")
    _find(call, asked.attribute("token")).enabled = asked.flag("Enabled")
    return ""


def _delete(call: Call) -> str:
    _needs_masks(call.device)
    call.device.configuration.masks.remove(_find(call, call.arguments.text("Token")))
    return ""


OPERATIONS: Final[Mapping[str, Operation]] = {
    "GetMasks": Operation(_masks, Access.READ_MEDIA),
    "SetMask": Operation(_set, Access.ACTUATE, writes=True),
    "DeleteMask": Operation(_delete, Access.ACTUATE, writes=True),
}
