"""All copies of a hub, under its lock; what is wrong with one of them stops none of the others."""

from __future__ import annotations

from collections.abc import Collection
from types import TracebackType
from typing import Self

import structlog

from vmsguard.agent.uplink.messages import Confirmation, decode_batch
from vmsguard.errors import EvidenceError
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.lock import WriterLock
from vmsguard.hub.hub_file import HubFile
from vmsguard.hub.origin_copy import OriginCopy
from vmsguard.hub.standing_file import tell_broken
from vmsguard.model.clock import Clock

__all__ = ["CannotTake", "Copies"]


_TRY_AGAIN_SECONDS = 5.0


class CannotTake(Exception):
    """The copy cannot be written now: the message stays with the server and is offered again."""


class Copies:
    """Open until ``close``; ``EvidenceInUse`` where another hub writes the directory."""

    def __init__(
        self, hub: HubFile, clock: Clock, log: structlog.typing.FilteringBoundLogger, disk: Disk | None = None
    ) -> None:
        self._hub = hub
        self._clock = clock
        self._log = log
        self._disk = disk or Disk()
        self._open: dict[str, OriginCopy] = {}
        self._broken: dict[str, str] = {}
        self._tried: dict[str, float] = {}
        hub.directory.mkdir(parents=True, exist_ok=True)
        self._lock = WriterLock(hub.directory, "the hub's directory is being written")
        for site in hub.sites:
            self._reopen(site.origin)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Finish what sealed segments wait for, and let go."""
        for origin, one in self._open.items():
            one.close()
            for trouble in one.troubles:
                self._log.error("a sealed segment waits for the next start", origin=origin, why=trouble)
        self._lock.release()

    @property
    def troubles(self) -> dict[str, str]:
        """Why a copy cannot be written, by origin."""
        return dict(self._broken)

    def confirmations(self, domains: Collection[str] | None = None) -> list[Confirmation]:
        """What is there of every log, or of those of some domains; the sites are asked to send anew from there on."""
        asked = [site.origin for site in self._hub.sites if domains is None or site.domain in domains]
        return [self._open[origin].confirmation(again=True) for origin in asked if origin in self._open]

    def take(self, raw: bytes) -> Confirmation | None:
        """File what a message brings; None for one that is of no log that is kept here."""
        batch = decode_batch(raw)
        if batch is None:
            self._log.error("a message is no batch of evidence", bytes=len(raw))
            return None
        if all(site.origin != batch.origin for site in self._hub.sites):
            self._log.error("evidence of a log that the hub file does not name", first=batch.first)
            return None
        copy = self._open.get(batch.origin) or self._reopen_now_and_then(batch.origin)
        if copy is None:
            raise CannotTake(self._broken[batch.origin])
        try:
            told = copy.take(batch, raw)
        except (EvidenceError, OSError) as error:
            # What is on the disk decides: the copy is opened anew, and what was begun is cut off.
            why = error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)
            self._close(batch.origin, why)
            raise CannotTake(why) from error
        except Exception as error:
            # A bug over one log must not end the hub for all: a message that is offered again would end it each time.
            why = f"the hub broke over it: {type(error).__name__}"
            self._log.error("the hub broke over a message", origin=batch.origin, first=batch.first, exc_info=True)
            self._close(batch.origin, why)
            raise CannotTake(why) from error
        if told.trouble:
            self._log.error("evidence refused", origin=batch.origin, why=told.trouble, first=batch.first)
        return told

    def _reopen_now_and_then(self, origin: str) -> OriginCopy | None:
        """Not for every message that waits: opening reads what is there, and the other logs would wait for it."""
        now = self._clock.monotonic()
        tried = self._tried.get(origin)
        if tried is not None and now < tried + _TRY_AGAIN_SECONDS:
            return None
        return self._reopen(origin)

    def _reopen(self, origin: str) -> OriginCopy | None:
        site = next(one for one in self._hub.sites if one.origin == origin)
        try:
            self._open[origin] = OriginCopy(
                self._hub.evidence(origin),
                self._hub.standing(origin),
                origin,
                site.keys,
                self._clock,
                disk=self._disk,
                prunings=self._hub.prunings,
            )
        except (EvidenceError, OSError) as error:
            why = error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)
            self._close(origin, why)
            return None
        self._broken.pop(origin, None)
        tell_broken(self._hub.standing(origin).parent, "")
        return self._open[origin]

    def _close(self, origin: str, why: str) -> None:
        self._tried[origin] = self._clock.monotonic()
        if copy := self._open.pop(origin, None):
            copy.close()
        if self._broken.get(origin) != why:
            self._log.error("a copy cannot be written", origin=origin, why=why)
            tell_broken(self._hub.standing(origin).parent, why)
        self._broken[origin] = why
