"""Where a message of a subscription goes and what WS-Addressing wants to read in it."""

from __future__ import annotations

from dataclasses import dataclass

from vmsguard_onvif.envelope import escape
from vmsguard_onvif.namespaces import ADDRESSING

__all__ = ["Addressing", "addressed"]


@dataclass(frozen=True)
class Addressing:
    """The path it is posted to at the enrolled host, its action, and its SOAP headers (already escaped)."""

    path: str
    action: str
    header: str


def addressed(path: str, action: str, to: str = "", parameters: str = "") -> Addressing:
    """``to`` is the address as the device wrote it, which some compare; it is told to the enrolled host alone.

    ``parameters`` are the reference parameters of the subscription, which go back as they came (WS-Addressing 3.3).
    """
    return Addressing(path, action, _header("Action", action) + (_header("To", to) if to else "") + parameters)


def _header(name: str, value: str) -> str:
    return f'<wsa:{name} xmlns:wsa="{ADDRESSING}">{escape(value)}</wsa:{name}>'
