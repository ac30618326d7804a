"""Which records are on their way to the hub, and what its answers mean: decided from the log's own files.

Nothing is remembered but how far the hub confirmed: what is on its way stands in the stream of the leaf node, and what
is not yet, in the log itself. So a crash, or a server that lost its store, costs at most that records are sent twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from msgspec import Struct

from vmsguard.agent.uplink.log_tail import LogTail
from vmsguard.agent.uplink.messages import Batch, Confirmation, batch_id

__all__ = ["DIFFERS", "WINDOW_BYTES", "Told", "Uplink"]

DIFFERS = "hub-differs"
"""The hub holds another history under the name of this log than the log itself."""

WINDOW_BYTES = 8 << 20
"""What may be on its way at once: beyond it the log is the buffer."""

_AGAIN_SECONDS = 5.0
"""Several answers ask for the same records while they are already on their way again."""
_STALLED_SECONDS = 600.0
"""After so long without a word of what is on its way, it is sent again: a server may have lost it. Each time twice as
long, for a hub that is away for days is to find no heap of the same."""


class _OnItsWay(Struct, frozen=True):
    end: int
    root: bytes
    size: int
    place: int
    """In the leaf node's stream."""


class Told(Struct, frozen=True):
    """What an answer of the hub comes to."""

    confirmed: int | None = None
    """How many records the hub has on its disk, where their root is our own."""
    filed: int = 0
    """Up to which place in the leaf node's stream messages are done with."""
    show: Batch | None = None
    """A head to send, which shows the hub that it holds another history."""
    trouble: str = ""
    """What a person has to look at."""


class Uplink:
    """One log's way up. Reads files: not to be called in an event loop, nor by two threads at once."""

    def __init__(self, tail: LogTail, monotonic: Callable[[], float], *, window_bytes: int = WINDOW_BYTES) -> None:
        self._tail = tail
        self._monotonic = monotonic
        self._window_bytes = window_bytes
        self._way: deque[_OnItsWay] = deque()
        self._again = 0
        self._again_at: float | None = None
        self._heard_at = monotonic()
        self._shown: tuple[int, str, int] | None = None
        self._confirmed = 0
        self._patience = _STALLED_SECONDS

    @property
    def waiting(self) -> int:
        """How many records were sent and are not confirmed yet."""
        return self._tail.size - self._confirmed if self._way else 0

    def begin(self, confirmed: int, last_end: int = 0, last_place: int = 0) -> int:
        """Go on behind what was confirmed and what lies in the stream up to ``last_end``; how far that is.

        A log that is shorter than that was put back from a copy: the hub's next answer shows it.
        """
        signed = self._tail.signed_size
        start = max(confirmed, last_end)
        self._confirmed = min(confirmed, signed)
        self._way.clear()
        self._tail.seek(min(start, signed))
        if confirmed < last_end <= signed:
            self._way.append(_OnItsWay(last_end, self._tail.root, 0, last_place))
        self._heard_at = self._monotonic()
        return self._tail.size

    def next(self) -> tuple[Batch, str] | None:
        """The next batch to publish and its id; None where nothing is signed, or enough is on its way."""
        now = self._monotonic()
        if self._way and now - self._heard_at > self._patience:
            self._patience *= 2
            self._send_again(self._confirmed, now)
        if sum(one.size for one in self._way) >= self._window_bytes:
            return None
        batch = self._tail.next_batch()
        return None if batch is None else (batch, batch_id(batch, self._again))

    def published(self, batch: Batch, place: int) -> None:
        """The leaf node has it on its disk, at this place of its stream."""
        if not self._way:
            self._heard_at = self._monotonic()
        if batch.lines:
            end = batch.first + batch.count
            self._way.append(_OnItsWay(end, self._tail.root, len(batch.lines), place))

    def not_published(self, batch: Batch) -> None:
        """It may or may not be there: it is read anew, and the stream stores it once."""
        self._tail.seek(batch.first)

    def told(self, said: Confirmation) -> Told:
        """What the hub's answer means, compared with the log's own tree."""
        self._heard_at, self._patience = self._monotonic(), _STALLED_SECONDS
        own = self._own_root(said.size)
        if own is None or own.hex() != said.root:
            return Told(show=self._show(said), trouble=DIFFERS)
        # One that was said before and is shown again takes nothing back; the hub itself asks anew from where it is.
        self._confirmed = said.size if said.again else max(self._confirmed, said.size)
        filed = 0
        while self._way and self._way[0].end <= said.size:
            filed = self._way.popleft().place
        if said.again:
            self._send_again(said.size, self._monotonic())
        return Told(confirmed=said.size, filed=filed, trouble=said.trouble)

    def _own_root(self, size: int) -> bytes | None:
        known = next((one.root for one in self._way if one.end == size), None)
        return known or self._tail.root_at(size)

    def _send_again(self, size: int, now: float) -> None:
        if self._again_at is not None and now - self._again_at < _AGAIN_SECONDS:
            return
        self._again += 1
        self._again_at = self._heard_at = now
        self._way.clear()
        self._tail.seek(size)

    def _show(self, said: Confirmation) -> Batch | None:
        """Once for each head and answer."""
        what = (said.size, said.root, self._tail.signed_size)
        if what == self._shown:
            return None
        self._shown = what
        return self._tail.shown_head(said.size)
