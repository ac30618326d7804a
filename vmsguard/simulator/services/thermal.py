"""The Thermal service: image settings only, but it tells which video sources measure heat."""

from __future__ import annotations

from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.soap import quoteattr

__all__ = ["SERVICE"]


def _configurations(call: Call) -> str:
    return "".join(
        f'<tth:Configurations token={quoteattr(source.token)}><tth:Configuration><tth:ColorPalette token="palette-1" '
        'Type="WhiteHot"><tth:Name>white hot</tth:Name></tth:ColorPalette><tth:Polarity>WhiteHot</tth:Polarity>'
        "</tth:Configuration></tth:Configurations>"
        for source in call.device.configuration.sources
        if source.thermal
    )


def _capabilities(device: Device) -> str:
    return '<tth:Capabilities Radiometry="false"/>'


SERVICE: Final = Service(
    name="thermal",
    prefix="tth",
    path="thermal_service",
    version=(24, 12),
    capabilities=_capabilities,
    operations={"GetConfigurations": Operation(_configurations, Access.READ_MEDIA)},
)
