"""A run that can be told to stop: nothing more is sent from then on, and no change is cut off in its middle."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from hmac import HMAC
from typing import Any

from vmsguard.errors import VmsguardError
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.intents import UnresolvedIntent
from vmsguard.evidence.writer import EvidenceWriter

__all__ = ["BetweenChanges", "RunStopped"]


class RunStopped(VmsguardError):
    """A change was not begun because whoever asked for the run no longer wants it, or its leases are gone."""

    exit_code = 4

    def __init__(self) -> None:
        super().__init__(
            "the run was stopped before its next change", hint="run it again; vmsguard plan says what is left"
        )


class BetweenChanges:
    """The log of a run, which knows by its intents and results what is under way and begins nothing more once told.

    ``may_send`` is asked for the target of every change before its intent is recorded, and raises where it may not.
    """

    def __init__(self, log: EvidenceWriter, may_send: Callable[[str], None]) -> None:
        self._log = log
        self._may_send = may_send
        self._under_way: set[int] = set()
        self._task: asyncio.Task[Any] | None = None
        self.touched: set[str] = set()
        """Targets to which a change may have been sent."""

    def stop(self, task: asyncio.Task[Any]) -> None:
        """Cancel the run now, or as soon as what it has sent was answered."""
        self._task = task
        self._stop_between()

    def _stop_between(self) -> None:
        if self._task is not None and not self._under_way:
            asyncio.get_running_loop().call_soon(self._task.cancel)

    @property
    def origin(self) -> str:
        return self._log.origin

    @property
    def size(self) -> int:
        return self._log.size

    @property
    def broken(self) -> str:
        return self._log.broken

    @property
    def unresolved(self) -> tuple[UnresolvedIntent, ...]:
        return self._log.unresolved

    def checkpoint(self) -> Checkpoint:
        return self._log.checkpoint()

    def keyed_hash(self) -> HMAC:
        return self._log.keyed_hash()

    def append(
        self, event: str, /, *, run: str = "", durable: bool = False, cause: Sequence[int] = (), **fields: object
    ) -> int:
        """As of the log; an intent that is not to become one raises instead."""
        intent = event == "apply.intent"
        if intent:
            if self._task is not None:
                raise RunStopped
            self._may_send(str(fields["target"]))
        seq = self._log.append(event, run=run, durable=durable, cause=cause, **fields)
        if intent:
            self._under_way.add(seq)
            self.touched.add(str(fields["target"]))
        elif event == "apply.result":
            self._under_way.difference_update(cause)
            self._stop_between()
        return seq
