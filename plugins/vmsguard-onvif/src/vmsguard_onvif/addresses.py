"""Addresses that devices give for streams and snapshots: what of them may be used, and what must be dropped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["StreamAddress", "stream_address"]

_LONGEST = 2048
_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
_SECRET_QUERY = re.compile(r"(?:^|[&;])[^&;=]*(?:user|login|pass|pwd|auth|token|sid|session)[^&;=]*=", re.IGNORECASE)


@dataclass(frozen=True)
class StreamAddress:
    """Scheme, host, port and path of a stream, without user information."""

    scheme: str
    host: str
    port: int
    path: str


def stream_address(uri: str) -> StreamAddress | None:
    """The usable parts of an address, or None if it is none; a query that looks like a login is dropped."""
    # Longer ones are no addresses, and the search for a login in them would take the square of their length.
    if len(uri) > _LONGEST:
        return None
    try:
        parts = urlsplit(uri.strip())
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme.lower(), 0)
    except ValueError:
        return None
    if not host or not port:
        return None
    query = "" if _SECRET_QUERY.search(parts.query) else parts.query
    return StreamAddress(parts.scheme.lower(), host, port, (parts.path or "/") + (f"?{query}" if query else ""))
