"""The App Management service: programs installed on a device, and their start and stop.

Its schema, unlike all others, does not qualify local elements: they stand in no namespace, both ways.
"""

from __future__ import annotations

from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.faults import invalid_argument
from vmsguard.simulator.searching_state import Application
from vmsguard.simulator.soap import boolean, element, quoteattr
from vmsguard.simulator.topic_set import APPLICATION_PREFIX

__all__ = ["SERVICE"]

_APP: Final = "{}AppID"
_ATTRIBUTES: Final = f'FormatsSupported="application/zip" EventTopicPrefix={quoteattr(APPLICATION_PREFIX)}'
_INSTALLED: Final = "2025-04-01T08:00:00Z"


def _find(call: Call) -> Application:
    wanted = call.arguments.text(_APP)
    for program in call.device.configuration.applications:
        if program.id == wanted:
            return program
    raise invalid_argument("InvalidAppID")


def _list(call: Call) -> str:
    return "".join(
        f"<App>{element('Name', program.name or program.id)}{element('AppID', program.id)}</App>"
        for program in call.device.configuration.applications
    )


def _information(call: Call) -> str:
    wanted = call.arguments.optional(_APP)
    found = [entry for entry in call.device.configuration.applications if wanted in ("", entry.id)]
    if wanted and not found:
        raise invalid_argument("InvalidAppID")
    return "".join(_info(program) for program in found)


def _info(program: Application) -> str:
    state = "Active" if program.active else "Inactive"
    return (
        f"<Info>{element('AppID', program.id)}{element('Name', program.name or program.id)}"
        f"<Version>1.0</Version>{element('InstallationDate', _INSTALLED)}"
        f"{element('LastUpdate', _INSTALLED)}{element('State', state)}<Status/>"
        f"{element('Autostart', boolean(program.autostart))}<Website/></Info>"
    )


def _activate(call: Call) -> str:
    program = _find(call)
    program.active = program.autostart = True
    return ""


def _deactivate(call: Call) -> str:
    program = _find(call)
    program.active = False
    program.autostart = program.autostart and program.keeps_autostart
    return ""


def _uninstall(call: Call) -> str:
    call.device.configuration.applications.remove(_find(call))
    return ""


def _capabilities(device: Device) -> str:
    """As GetServices holds them: the schema's global element."""
    return f"<tam:Capabilities {_ATTRIBUTES}/>"


def _own_capabilities(call: Call) -> str:
    """As GetServiceCapabilities does: a local one."""
    return f"<Capabilities {_ATTRIBUTES}/>"


SERVICE: Final = Service(
    name="appmgmt",
    prefix="tam",
    path="appmgmt_service",
    version=(24, 12),
    capabilities=_capabilities,
    operations={
        "GetServiceCapabilities": Operation(_own_capabilities, Access.PRE_AUTH),
        "GetInstalledApps": Operation(_list, Access.READ_SYSTEM),
        "GetAppsInfo": Operation(_information, Access.READ_SYSTEM),
        "Activate": Operation(_activate, Access.WRITE_SYSTEM, writes=True),
        "Deactivate": Operation(_deactivate, Access.WRITE_SYSTEM, writes=True),
        "Uninstall": Operation(_uninstall, Access.WRITE_SYSTEM, writes=True),
    },
)
