"""What a run needs of an evidence log, whether the log is open in its own process or in the agent's."""

from __future__ import annotations

from collections.abc import Sequence
from hmac import HMAC
from typing import Protocol

from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.intents import UnresolvedIntent

__all__ = ["EvidenceWriter"]


class EvidenceWriter(Protocol):
    """``EvidenceLog`` is one; in a worker it is the agent's, over its socket."""

    @property
    def origin(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def broken(self) -> str:
        """Why nothing can be written any more; empty while it can."""
        ...

    @property
    def unresolved(self) -> tuple[UnresolvedIntent, ...]:
        """Intents that nobody is left to say anything of, as far as the run that asks is to record them."""
        ...

    def checkpoint(self) -> Checkpoint:
        """The head over every record there is now, signed and published."""
        ...

    def keyed_hash(self) -> HMAC:
        """A fresh hash under a key of the log's own, for bytes that no record may hold."""
        ...

    def append(
        self, event: str, /, *, run: str = "", durable: bool = False, cause: Sequence[int] = (), **fields: object
    ) -> int:
        """Write one record and return its sequence number; an intent, or one ``durable``, is on the disk by then."""
        ...
