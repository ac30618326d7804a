"""The head of an RTSP reply as its bytes say it (RFC 2326), before anybody believes it."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["RtspReply", "read_head"]

_STATUS = re.compile(r"RTSP/\d\.\d (\d{3})(?: |\r)")
_SEQUENCE = re.compile(r"\r\ncseq:[ \t]*(\d{1,9})[ \t]*\r\n", re.IGNORECASE)
_LENGTH = re.compile(r"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r\n", re.IGNORECASE)


@dataclass(frozen=True)
class RtspReply:
    """``status`` is 0 for what is no RTSP reply; ``head`` has every line, the last two of them empty."""

    status: int
    head: str

    @property
    def length(self) -> int:
        """How long a body it announces; 0 where it announces none."""
        found = _LENGTH.search(self.head)
        return int(found.group(1)) if found else 0

    @property
    def sequence(self) -> int | None:
        """Which request it says it answers; None where it does not say."""
        found = _SEQUENCE.search(self.head)
        return int(found.group(1)) if found else None


def read_head(content: bytes) -> RtspReply:
    """The reply that these bytes, up to and with an empty line, are the head of; never raises."""
    head = content.decode("latin-1")
    found = _STATUS.match(head)
    return RtspReply(0 if found is None else int(found.group(1)), head)
