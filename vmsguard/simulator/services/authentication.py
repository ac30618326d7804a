"""The AuthenticationBehavior service: what a door asks for before it opens."""

from __future__ import annotations

from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.faults import invalid_arguments
from vmsguard.simulator.soap import element, quoteattr

__all__ = ["SERVICE"]

_PAGE: Final = 20
"""How many levels it tells at once, whatever a client asks for."""


def _levels(call: Call) -> str:
    levels = call.device.searching.levels or []
    told = call.arguments.optional("StartReference", "0")
    if not (told.isascii() and told.isdecimal()):
        raise invalid_arguments("StartReference is none of ours")
    first = int(told)
    more = element("tab:NextStartReference", first + _PAGE) if first + _PAGE < len(levels) else ""
    page = levels[first : first + _PAGE]
    return more + "".join(_level(number, asked) for number, asked in enumerate(page, start=first + 1))


def _level(number: int, asked: list[str]) -> str:
    methods = "".join(
        f"<tab:RecognitionMethod>{element('tab:RecognitionType', kind)}{element('tab:Order', place)}"
        "</tab:RecognitionMethod>"
        for place, kind in enumerate(asked, start=1)
    )
    return (
        f"<tab:SecurityLevel token={quoteattr(f'level-{number}')}>{element('tab:Name', f'level {number}')}"
        f"{element('tab:Priority', number)}<tab:RecognitionGroup>{methods}</tab:RecognitionGroup></tab:SecurityLevel>"
    )


def _capabilities(device: Device) -> str:
    return (
        '<tab:Capabilities MaxLimit="20" MaxAuthenticationProfiles="10" MaxPoliciesPerAuthenticationProfile="10" '
        'MaxSecurityLevels="100" MaxRecognitionGroupsPerSecurityLevel="4" '
        'MaxRecognitionMethodsPerRecognitionGroup="4"/>'
    )


SERVICE: Final = Service(
    name="authentication",
    prefix="tab",
    path="authentication_service",
    version=(24, 12),
    capabilities=_capabilities,
    operations={"GetSecurityLevelList": Operation(_levels, Access.READ_SYSTEM)},
)
