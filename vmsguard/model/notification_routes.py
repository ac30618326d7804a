"""Where people are told what happened: which site's alerts, how urgent, and over what."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

__all__ = ["Mail", "Route", "Syslog", "Urgency", "Way", "Webhook"]


class Urgency(StrEnum):
    """How soon somebody must know: a page wakes people up, the others wait for a digest."""

    PAGE = "page"
    WARN = "warn"
    NOTE = "note"


class Webhook(Struct, frozen=True, tag="webhook"):
    """A POST signed as Standard Webhooks has it, so that the receiver can tell us from others."""

    url: str
    secret: str
    """A ``secret://`` reference to the shared key (``whsec_`` and base64)."""


class Mail(Struct, frozen=True, tag="mail"):
    """Plain text over SMTP; encrypted unless the server is on this machine."""

    server: str
    sender: str
    recipients: tuple[str, ...]
    port: int = 587
    tls: str = "starttls"
    """``starttls``, ``implicit``, or ``none`` for a server on this machine."""
    login: str = ""


class Syslog(Struct, frozen=True, tag="syslog"):
    """RFC 5424 over TCP or UDP, or the machine's own socket."""

    address: str
    """``HOST:PORT`` or ``/dev/log``."""
    protocol: str = "udp"


Way: TypeAlias = Webhook | Mail | Syslog


class Route(Struct, frozen=True, kw_only=True):
    """One way to tell people; what is not urgent enough or of another site does not go there."""

    id: str
    way: Way
    sites: tuple[str, ...] = ()
    """All, where none is named."""
    urgencies: frozenset[Urgency] = frozenset(Urgency)
    digest: timedelta = timedelta(hours=24)
    """How often what is no page is told, all at once."""
