"""Addresses that the agent calls by itself: encrypted, on this machine, or a secret as a whole."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from vmsguard.fleet.secrets import SCHEME
from vmsguard.policy.syntax.reading import Fields, Reader

__all__ = ["fit_to_be_called", "hook_url", "on_this_machine"]


def hook_url(fields: Fields, reader: Reader) -> str:
    """The text under ``url``; one that travels in the clear, or holds a login, is a mistake of the file."""
    told = fields.text("url")
    node = fields.peek("url")
    if node is not None and told and not told.startswith(f"{SCHEME}://") and not fit_to_be_called(told):
        hint = "write https://HOST/PATH without a login, or secret://file/PATH where the address itself is secret"
        reader.fault(node, "url: expected https://, or http:// to this machine", hint)
    return told


def on_this_machine(host: str) -> bool:
    """Whether a host, without its port, is this machine; names are not looked up."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def fit_to_be_called(url: str) -> bool:
    """Whether an address is encrypted or of this machine, and holds no login."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port  # a port that is none raises
    except ValueError:
        return False
    if not host or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and on_this_machine(host))
