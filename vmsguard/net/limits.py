"""The bounds on what a device may send us beyond those an inventory sets per target."""

from __future__ import annotations

from typing import Final

__all__ = [
    "IDLE_SECONDS",
    "MAX_HEADERS",
    "MAX_HEADER_BYTES",
    "MAX_INTERIM_REPLIES",
    "MAX_IN_FLIGHT",
    "OVERHEAD_BYTES",
    "READ_CHUNK_BYTES",
]

MAX_HEADERS: Final = 64
MAX_HEADER_BYTES: Final = 8190
"""Of one header or status line."""

MAX_INTERIM_REPLIES: Final = 8
"""Replies of status 1xx before the final one (RFC 9110, 15.2 sets no bound)."""

OVERHEAD_BYTES: Final = 1024 * 1024
"""What headers and chunk lengths may add to a body that is sent as long as ``max_reply_bytes`` allows."""

IDLE_SECONDS: Final = 4.0
"""Firmware closes idle connections without ``Connection: close``; a longer keep-alive meets dead sockets."""

MAX_IN_FLIGHT: Final = 512
"""Connections of one process to all targets together."""

READ_CHUNK_BYTES: Final = 64 * 1024
"""How much of a reply is buffered before the socket is paused."""
