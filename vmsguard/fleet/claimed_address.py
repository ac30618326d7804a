"""Addresses that a device claims for its service: which of them is at the host that answered, and which is not."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

__all__ = ["bracketed", "host_and_port", "plain_host", "sort_addresses"]

_PORTS = {"http": 80, "https": 443}


def sort_addresses(claimed: Iterable[str], sender: str) -> tuple[str, tuple[str, ...]]:
    """The first address at the sender itself, without its query; and a warning for each of the others.

    Nothing is looked up: a name, and a host other than the sender, are never used, whoever they belong to.
    """
    url = ""
    warnings: list[str] = []
    for text in claimed:
        host, _ = host_and_port(text)
        if not host:
            warnings.append("an address it names is not used: no address of HTTP, or one with a login")
        elif host == plain_host(sender):
            url = url or _bare(text)
        elif _is_link_local(host):
            warnings.append(f"it also names {host}, which holds in its own network only; not used")
        else:
            warnings.append(f"it names another host, {host}; not followed")
    return url, tuple(dict.fromkeys(warnings))


def host_and_port(url: str) -> tuple[str, int]:
    """Where an address of HTTP leads; ``("", 0)`` if it is none, or carries a login."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
        host = plain_host(parts.hostname or "")
    except ValueError:
        return "", 0
    if not host or not port or "@" in parts.netloc or any(char.isspace() for char in url) or not url.isprintable():
        return "", 0
    return host, port


def plain_host(host: str) -> str:
    """A host as it is compared: an address in its one form and without zone, a name in lower case."""
    bare = host.strip("[]").partition("%")[0].lower()
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return bare
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def bracketed(host: str) -> str:
    """A host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def _is_link_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_link_local
    except ValueError:
        return False


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
