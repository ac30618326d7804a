"""Whether the hub's own NATS server is there: said once in the hub's log, and left beside the copies for the status."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

from vmsguard.evidence.redact import stamp
from vmsguard.model.clock import Clock

__all__ = ["ServerStanding", "ServerWatch", "read_server"]

_SAY_EVERY = 30.0
_QUIET_AFTER = timedelta(minutes=3)
_QUIET = "the hub has not said so for minutes: it may not run"


class ServerStanding(Struct, frozen=True):
    """How the hub's connection stood when it last said so; times are RFC 3339 in UTC, by the hub's clock."""

    since: str
    at: str
    trouble: str = ""
    """Why nothing can be taken; empty while it can."""
    hint: str = ""


_STANDINGS: msgspec.json.Decoder[ServerStanding] = msgspec.json.Decoder(ServerStanding)


class ServerWatch:
    """Told again and again how it stands; says each change once."""

    def __init__(self, file: Path, clock: Clock, log: structlog.typing.FilteringBoundLogger) -> None:
        self._file = file
        self._clock = clock
        self._log = log
        self._now: ServerStanding | None = None
        self._said_at = 0.0

    @property
    def trouble(self) -> str:
        """Why nothing can be taken; empty while it can, and before anything was told."""
        return "" if self._now is None else self._now.trouble

    def there(self) -> None:
        """Evidence can be taken."""
        if self.trouble:
            self._log.warning("the NATS server is there again", away_since=self._now.since if self._now else "")
        self._tell("", "")

    def away(self, why: str, hint: str = "") -> None:
        """Nothing can be taken until it is ``there``."""
        if why != self.trouble:
            self._log.error("nothing can be taken", why=why, hint=hint)
        self._tell(why, hint)

    def stopped(self) -> None:
        """The hub ends in order: nothing is to be said of a server that it does not ask."""
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)

    def _tell(self, trouble: str, hint: str) -> None:
        before, seconds = self._now, self._clock.monotonic()
        same = before is not None and before.trouble == trouble
        if same and seconds < self._said_at + _SAY_EVERY:
            return
        # How long it is away counts from the first trouble, whatever becomes of it.
        lasting = before is not None and bool(before.trouble) == bool(trouble)
        at = stamp(self._clock.now())
        self._now = ServerStanding(before.since if before is not None and lasting else at, at, trouble, hint)
        self._said_at = seconds
        # A disk that takes nothing takes no word either: the hub's own log has it.
        with contextlib.suppress(OSError):
            new = self._file.with_name(f"{self._file.name}.new")
            new.write_bytes(msgspec.json.encode(self._now))
            os.replace(new, self._file)


def read_server(file: Path, now: datetime) -> ServerStanding | None:
    """What the hub left there, and trouble if it says nothing any more; None where no hub runs that says anything."""
    try:
        told = _STANDINGS.decode(file.read_bytes())
        quiet = now - datetime.fromisoformat(told.at).astimezone(UTC) > _QUIET_AFTER
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, ValueError, OverflowError) as error:
        return ServerStanding("", "", f"what the hub said of its server cannot be read: {type(error).__name__}")
    return msgspec.structs.replace(told, trouble=told.trouble or _QUIET) if quiet else told
