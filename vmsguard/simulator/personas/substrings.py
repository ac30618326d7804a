"""Finds the operation by searching the request for names it knows."""

from __future__ import annotations

from typing import ClassVar, Final

from vmsguard.simulator.device_state import Device
from vmsguard.simulator.personas.persona import Persona, Reply
from vmsguard.simulator.soap import SoapRequest, response_envelope

__all__ = ["SubstringDispatch"]

_PTZ: Final = "http://www.onvif.org/ver20/ptz/wsdl"
# In the order in which it looks. Its own PTZ operations come before what merely contains their names.
_SEARCHED: Final = (
    ("GetServiceCapabilities", '<ptz:Capabilities EFlip="false" Reverse="false"/>'),
    ("Stop", ""),
)


class SubstringDispatch(Persona):
    """``StopMulticastStreaming`` contains ``Stop`` and is answered as PTZ's, with success, for any token."""

    name: ClassVar[str] = "substring-dispatch"

    def instead(self, device: Device, request: SoapRequest) -> Reply | None:
        for name, content in _SEARCHED:
            if name in request.operation:
                body = f'<ptz:{name}Response xmlns:ptz="{_PTZ}">{content}</ptz:{name}Response>'
                return Reply(200, response_envelope(body))
        return None
