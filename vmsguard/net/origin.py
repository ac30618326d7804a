"""Which URLs belong to an enrolled target: its own scheme, host and port, and no other."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

__all__ = ["Origin", "OriginError", "enrolled_origin", "resolve"]

_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class OriginError(ValueError):
    """A URL that no request may go to; the message names no part of it that could hold a secret."""


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port of a target, with the path it was enrolled at."""

    scheme: str
    host: str
    port: int
    base: str
    """The enrolled path without its last ``/``; relative paths are below it."""

    @property
    def root(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def is_tls(self) -> bool:
        return self.scheme == "https"

    @property
    def is_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def enrolled_origin(url: str) -> Origin:
    """The origin of a target's URL; raises ``OriginError`` for what is no plain http(s) URL."""
    parts = _split(url)
    return Origin(parts.scheme, _host(parts), _port(parts), parts.path.rstrip("/"))


def resolve(origin: Origin, path: str) -> str:
    """The full URL of a request; raises ``OriginError`` where it would leave the enrolled origin.

    ``/x`` is from the root of the origin, ``x`` below the enrolled path, ``http://…`` must be the origin's own.
    """
    if path.startswith("/"):
        return origin.root + path
    if not _SCHEME.match(path):
        return f"{origin.root}{origin.base}/{path}"
    parts = _split(path)
    if (parts.scheme, _host(parts), _port(parts)) != (origin.scheme, origin.host, origin.port):
        raise OriginError("the address is not on the enrolled scheme, host and port")
    query = f"?{parts.query}" if parts.query else ""
    return f"{origin.root}{parts.path or '/'}{query}"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise OriginError("the address is not a URL") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise OriginError("the address is not an http or https URL with a host")
    if "@" in parts.netloc:
        raise OriginError("the address carries user info")
    return parts


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").rstrip(".")


def _port(parts: SplitResult) -> int:
    return _PORTS[parts.scheme] if parts.port is None else parts.port
