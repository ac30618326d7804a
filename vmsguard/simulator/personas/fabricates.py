"""Answers an empty success to whatever it does not know: two of six independent servers, one in many cheap cameras."""

from __future__ import annotations

from typing import ClassVar, Final

from vmsguard.simulator.device_state import Device
from vmsguard.simulator.personas.persona import Persona, Reply
from vmsguard.simulator.soap import PREFIXES, SoapRequest, quoteattr, response_envelope

__all__ = ["FabricatesBesidesDevice", "FabricatesEmptyLists"]

_KNOWN: Final = frozenset(
    {
        "GetSystemDateAndTime",
        "GetServices",
        "GetCapabilities",
        "GetDeviceInformation",
        "GetScopes",
        "GetProfiles",
        "GetVideoSources",
        "GetStreamUri",
        "GetSnapshotUri",
    }
)


class FabricatesEmptyLists(Persona):
    """Knows who it is and how it streams; all else, real or invented, is an empty ``…Response``."""

    name: ClassVar[str] = "fabricates-empty-lists"

    def instead(self, device: Device, request: SoapRequest) -> Reply | None:
        if request.operation in _KNOWN:
            return None
        return _fabricated(request)


class FabricatesBesidesDevice(Persona):
    """Its Device service knows what it has and refuses the rest properly; the program behind all other services
    answers an empty ``...Response`` to whatever it does not know.
    """

    name: ClassVar[str] = "fabricates-besides-device"

    def instead(self, device: Device, request: SoapRequest) -> Reply | None:
        if request.operation in _KNOWN or request.namespace == PREFIXES["tds"]:
            return None
        return _fabricated(request)


def _fabricated(request: SoapRequest) -> Reply:
    body = f"<any:{request.operation}Response xmlns:any={quoteattr(request.namespace)}/>"
    return Reply(200, response_envelope(body))
