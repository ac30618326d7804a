"""Diagnostics without what a device said: where an error arose and of what kind it is, never its words.

A driver's bug is often about a string that it could not read, and Python puts that string into the message.
It may hold a name or a password, and whoever mends the bug asks for the log.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

import structlog

from vmsguard.errors import VmsguardError

__all__ = ["LibraryLog", "configure_logging", "frames_of", "tell_where"]


def frames_of(error: BaseException) -> str:
    """Where an error arose, with what it was caused by; only our own errors keep their words."""
    return "\n".join(_chain(error))


def _chain(error: BaseException) -> Iterator[str]:
    seen: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in seen:
        seen.append(current)
        yield f"{type(current).__name__}: {current}" if isinstance(current, VmsguardError) else type(current).__name__
        for frame in traceback.extract_tb(current.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
        if isinstance(current, BaseExceptionGroup):
            for part in current.exceptions:
                yield from _chain(part)
        hidden = current.__suppress_context__
        current = current.__cause__ or (None if hidden else current.__context__)
        if current is not None and current not in seen:
            yield "after"


def tell_where(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: ``exc_info`` becomes the frames of the error."""
    told = event.pop("exc_info", None)
    error = told if isinstance(told, BaseException) else sys.exc_info()[1] if told else None
    if error is not None:
        event["exception"] = frames_of(error)
    return event


class LibraryLog(logging.Handler):
    """What libraries log: that they did, and where; their words quote what they sent and received."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        structlog.get_logger("vmsguard").log(
            record.levelno,
            "a library logged",
            library=record.name,
            place=f"{record.module}:{record.lineno}",
            **({} if error is None else {"exc_info": error}),
        )


def configure_logging(debug: bool, *, warnings: bool = False) -> None:
    """Diagnostics go to standard error, redacted; without ``--debug`` only errors do, and ``warnings`` if asked for."""
    from vmsguard.net.redaction import redact_event

    level = logging.DEBUG if debug else logging.WARNING if warnings else logging.ERROR
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            tell_where,
            redact_event,
            structlog.dev.ConsoleRenderer(colors=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, LibraryLog) for handler in root.handlers):
        root.addHandler(LibraryLog(logging.WARNING))
