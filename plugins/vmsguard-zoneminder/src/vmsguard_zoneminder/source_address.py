"""Where a monitor gets its pictures from: host, port and path, with every credential left out."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from vmsguard.model.manifest import Channel
from vmsguard_zoneminder.rows import Monitor

__all__ = ["channel_of"]

_PORTS = {"rtsp": 554, "rtsps": 322, "rtmp": 1935, "http": 80, "https": 443}
_TELLS_STREAMS_APART = frozenset({"channel", "subtype", "stream", "streamid", "profile", "track"})
# Some cameras (XMeye and its kin) take user and password as part of the path.
_CREDENTIAL_IN_PATH = re.compile(r"(user|passw|pwd|login|token|auth|key)[^/]*=|@", re.IGNORECASE)


def channel_of(monitor: Monitor) -> Channel:
    """The channel of a monitor; host, port and path stay empty where the source is no network address."""
    host, port, path = _source(monitor)
    return Channel(id=str(monitor.id), source_host=host, source_port=port, source_path=path)


def _source(monitor: Monitor) -> tuple[str, int, str]:
    path = monitor.path or ""
    if "://" in path:
        return _from_url(path)
    if monitor.type == "Remote" and monitor.host:
        return _from_parts(monitor)
    return "", 0, ""


def _from_url(url: str) -> tuple[str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "", 0, ""
    if not parts.hostname:
        return "", 0, ""
    return parts.hostname, port or _PORTS.get(parts.scheme.lower(), 0), _safe_path(parts.path, parts.query)


def _from_parts(monitor: Monitor) -> tuple[str, int, str]:
    # Remote monitors of old set-ups keep "user:password@host" in Host.
    host = (monitor.host or "").rpartition("@")[2]
    protocol = (monitor.protocol or "http").lower()
    told = str(monitor.port or "")
    port = int(told) if told.isdecimal() else _PORTS.get(protocol, 0)
    path, _, query = (monitor.path or "").partition("?")
    return host, port, _safe_path(path, query)


def _safe_path(path: str, query: str) -> str:
    if _CREDENTIAL_IN_PATH.search(path):
        return ""
    kept = [(name, value) for name, value in parse_qsl(query) if name.lower() in _TELLS_STREAMS_APART]
    return f"{path}?{urlencode(kept)}" if kept else path
