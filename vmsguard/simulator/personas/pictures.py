"""Devices that answer for a picture with something else."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from vmsguard.simulator.personas.persona import Persona, Reply

__all__ = ["RtspSessionsExhausted", "SnapshotEmpty", "SnapshotLoginPage"]

_LOGIN_PAGE: Final = b"<html><head><title>Login</title></head><body><form action='/login'></form></body></html>"


class SnapshotLoginPage(Persona):
    """Whoever asks for a snapshot is shown the page to log in at, under HTTP 200."""

    name: ClassVar[str] = "snapshot-login-page"

    def picture(self, honest: Reply | None) -> Reply | None:
        return Reply(200, _LOGIN_PAGE, content_type="text/html")


class SnapshotEmpty(Persona):
    """A snapshot is an image of no byte, whether there is a picture or not."""

    name: ClassVar[str] = "snapshot-empty"

    def picture(self, honest: Reply | None) -> Reply | None:
        return Reply(200, b"") if honest is None else replace(honest, body=b"")


class RtspSessionsExhausted(Persona):
    """Its RTSP sessions are all taken: it describes nothing more, and streams to those who came first."""

    name: ClassVar[str] = "rtsp-sessions-exhausted"
    stream_refusal = "453 Not Enough Bandwidth"
