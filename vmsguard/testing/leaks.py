"""Catches everything a driver logs, and finds secrets in it however they are written."""

from __future__ import annotations

import base64
import logging
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import structlog

from vmsguard.net.login import Login

__all__ = ["Heard", "leaked", "listening"]


@dataclass
class Heard:
    """What was logged or raised, as text."""

    lines: list[str] = field(default_factory=list)

    def add(self, thing: object) -> None:
        """Note an object by its repr and str, an exception with its whole chain."""
        if isinstance(thing, BaseException):
            self.lines.append("".join(traceback.format_exception(thing)))
        self.lines += [repr(thing), str(thing)]


class _Ear(logging.Handler):
    def __init__(self, heard: Heard) -> None:
        super().__init__(level=logging.NOTSET)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.lines.append(f"{record.name} {record.getMessage()} {record.args!r} {record.exc_info!r}")


@contextmanager
def listening() -> Iterator[Heard]:
    """All of structlog and of the standard library's loggers at DEBUG, for as long as the block lasts.

    Whatever level the process around us set: a filter would hide a leak, and the test would pass.
    """
    heard = Heard()
    configured = structlog.get_config()
    ear = _Ear(heard)
    root = logging.getLogger()
    before = root.level
    events: list[Any]
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET))
    try:
        with structlog.testing.capture_logs() as events:
            yield heard
        heard.lines += [repr(event) for event in events]
    finally:
        root.removeHandler(ear)
        root.setLevel(before)
        structlog.configure(**configured)


def leaked(heard: Heard, logins: Iterable[Login | None]) -> tuple[str, ...]:
    """Which passwords of these logins stand in what was heard: by reference and form, never by value."""
    text = "\n".join(heard.lines)
    return tuple(
        f"{login.reference} ({form})"
        for login in logins
        if login is not None and login.password
        for form, value in _forms(login.password)
        if value in text
    )


def _forms(secret: str) -> Iterator[tuple[str, str]]:
    yield "raw", secret
    yield "base64", base64.b64encode(secret.encode()).decode("ascii")
    yield "hex", secret.encode().hex()
    if quote(secret, safe="") != secret:
        yield "url-encoded", quote(secret, safe="")
