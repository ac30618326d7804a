"""Where a camera of motion gets its pictures from: host, port and path, with every credential left out; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from vmsguard.model.manifest import Channel

__all__ = ["channel_of"]

_PORTS = {"rtsp": 554, "rtsps": 322, "rtmp": 1935, "http": 80, "https": 443}
_TELLS_STREAMS_APART = frozenset({"channel", "subtype", "stream", "streamid", "profile", "track"})
# Some cameras (XMeye and its kin) take user and password as part of the path.
_CREDENTIAL_IN_PATH = re.compile(r"(user|passw|pwd|login|token|auth|key)[^/]*=|@", re.IGNORECASE)


def channel_of(number: str, parameters: Mapping[str, str]) -> Channel:
    """The channel of a camera; host, port and path stay empty where it is no network camera, or not shown."""
    host, port, path = _source(parameters.get("netcam_url") or "")
    return Channel(id=number, source_host=host, source_port=port, source_path=path)


def _source(url: str) -> tuple[str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "", 0, ""
    if not parts.hostname:
        return "", 0, ""
    scheme = parts.scheme.lower().replace("mjpeg", "http").replace("mjpg", "http")
    return parts.hostname, port or _PORTS.get(scheme, 0), _safe_path(parts.path, parts.query)


def _safe_path(path: str, query: str) -> str:
    if _CREDENTIAL_IN_PATH.search(path):
        return ""
    kept = [(name, value) for name, value in parse_qsl(query) if name.lower() in _TELLS_STREAMS_APART]
    return f"{path}?{urlencode(kept)}" if kept else path
