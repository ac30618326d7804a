"""The Thermal service: image settings only, but it tells which video sources measure heat, and in degrees or not."""

from __future__ import annotations

from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device, VideoSource
from vmsguard.simulator.faults import Fault, invalid_argument, invalid_arguments
from vmsguard.simulator.soap import boolean, element, quoteattr

__all__ = ["SERVICE"]

_POLARITIES: Final = ("WhiteHot", "BlackHot")
_PALETTE: Final = (
    '<tth:ColorPalette token="palette-1" Type="WhiteHot"><tth:Name>white hot</tth:Name></tth:ColorPalette>'
)
_RADIOMETRY: Final = (
    "<tth:ReflectedAmbientTemperature>293.15</tth:ReflectedAmbientTemperature><tth:Emissivity>0.98</tth:Emissivity>"
    "<tth:DistanceToObject>2</tth:DistanceToObject>"
)
_RANGES: Final = "".join(
    f"<tth:{name}><tt:Min>{low}</tt:Min><tt:Max>{high}</tt:Max></tth:{name}>"
    for name, low, high in (
        ("ReflectedAmbientTemperature", 223.15, 333.15),
        ("Emissivity", 0.01, 1),
        ("DistanceToObject", 0.3, 10),
    )
)


def _configuration(source: VideoSource) -> str:
    return f"{_PALETTE}{element('tth:Polarity', source.polarity)}"


def _configurations(call: Call) -> str:
    return "".join(
        f"<tth:Configurations token={quoteattr(source.token)}><tth:Configuration>{_configuration(source)}"
        "</tth:Configuration></tth:Configurations>"
        for source in call.device.configuration.sources
        if source.thermal
    )


def _source(call: Call) -> VideoSource:
    wanted = call.arguments.text("VideoSourceToken")
    for source in call.device.configuration.sources:
        if source.token == wanted:
            if not source.thermal:
                raise Fault("Receiver", ("ActionNotSupported", "NoThermalForSource"), "No thermal support")
            return source
    raise invalid_argument("NoSource")


def _radiometric(call: Call) -> VideoSource:
    source = _source(call)
    if not call.device.searching.radiometry:
        raise Fault("Receiver", ("ActionNotSupported", "NoRadiometryForSource"), "No radiometry support")
    return source


def _get(call: Call) -> str:
    return f"<tth:Configuration>{_configuration(_source(call))}</tth:Configuration>"


def _options(call: Call) -> str:
    _source(call)
    return f"<tth:ConfigurationOptions>{_PALETTE}</tth:ConfigurationOptions>"


def _set(call: Call) -> str:
    source = _source(call)
    polarity = call.arguments.child("Configuration").text("Polarity")
    if polarity not in _POLARITIES:
        raise invalid_arguments("Polarity is neither WhiteHot nor BlackHot")
    source.polarity = polarity
    return ""


def _get_radiometry(call: Call) -> str:
    _radiometric(call)
    parameters = f"<tth:RadiometryGlobalParameters>{_RADIOMETRY}</tth:RadiometryGlobalParameters>"
    return f"<tth:Configuration>{parameters}</tth:Configuration>"


def _radiometry_options(call: Call) -> str:
    _radiometric(call)
    ranges = f"<tth:RadiometryGlobalParameterOptions>{_RANGES}</tth:RadiometryGlobalParameterOptions>"
    return f"<tth:ConfigurationOptions>{ranges}</tth:ConfigurationOptions>"


def _capabilities(device: Device) -> str:
    return f'<tth:Capabilities Radiometry="{boolean(device.searching.radiometry)}"/>'


SERVICE: Final = Service(
    name="thermal",
    prefix="tth",
    path="thermal_service",
    version=(24, 12),
    capabilities=_capabilities,
    operations={
        "GetConfigurations": Operation(_configurations, Access.READ_MEDIA),
        "GetConfiguration": Operation(_get, Access.READ_MEDIA),
        "GetConfigurationOptions": Operation(_options, Access.READ_MEDIA),
        "SetConfiguration": Operation(_set, Access.ACTUATE, writes=True),
        "GetRadiometryConfiguration": Operation(_get_radiometry, Access.READ_MEDIA),
        "GetRadiometryConfigurationOptions": Operation(_radiometry_options, Access.READ_MEDIA),
    },
)
