"""What went over the wire, as keyed digests: whoever kept the bytes can show that these were meant, nobody can guess.

A plain hash of a message that holds a password could be tried against a list of passwords; so whoever opens
the session hands in a keyed hash, and no byte of a request or a reply is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeAlias

__all__ = ["Exchange", "KeyedHash", "NewKeyedHash", "WireDigests"]


class KeyedHash(Protocol):
    """A fresh hash under a key of the maker's: ``hmac.HMAC`` is one."""

    def update(self, data: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


NewKeyedHash: TypeAlias = Callable[[], KeyedHash]


class Exchange(NamedTuple):
    """One request and its reply; without a reply ``status`` is 0 and ``received`` empty."""

    operation: str
    sent: str
    sent_bytes: int
    received: str
    received_bytes: int
    status: int


class WireDigests:
    """The digests of one session.

    A request counts as its method, a space, its target as sent (path and query), a line feed and its body; a
    reply as its body, any content encoding taken off. ``replies`` is over every reply of the session in the
    order they came, each after its length as eight bytes, highest first.
    """

    __slots__ = ("_all", "_each", "_new", "exchanges", "reply_bytes")

    def __init__(self, new: NewKeyedHash, *, each: bool) -> None:
        self._new = new
        self._each = each
        self._all: KeyedHash | None = None
        self.reply_bytes = 0
        self.exchanges: list[Exchange] = []
        """One by one, for a session made with ``each``."""

    @property
    def replies(self) -> str:
        """The digest over all replies so far; empty while there was none."""
        return "" if self._all is None else _told(self._all)

    def note(
        self, operation: str, method: str, target: str, sent: bytes | None, reply: tuple[int, bytes] | None
    ) -> None:
        """Take in one exchange, or a request that got no reply."""
        if reply is not None:
            if self._all is None:
                self._all = self._new()
            body = reply[1]
            self._all.update(len(body).to_bytes(8, "big"))
            self._all.update(body)
            self.reply_bytes += len(body)
        if not self._each:
            return
        request = f"{method} {target}\n".encode() + (sent or b"")
        received, length = ("", 0) if reply is None else (self._digest(reply[1]), len(reply[1]))
        status = 0 if reply is None else reply[0]
        self.exchanges.append(Exchange(operation, self._digest(request), len(request), received, length, status))

    def _digest(self, data: bytes) -> str:
        keyed = self._new()
        keyed.update(data)
        return _told(keyed)


def _told(keyed: KeyedHash) -> str:
    """As long as a pseudonym: half of SHA-256 is more than anybody can search."""
    return f"hmac-sha256:{keyed.hexdigest()[:32]}"
