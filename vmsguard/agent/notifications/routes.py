"""Where alerts go: which site's, how urgent, at once or in a digest, and over what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeAlias

from msgspec import Struct

from vmsguard.agent.notifications.alert import Alert, Urgency

__all__ = ["Mail", "Route", "Syslog", "Way", "Webhook", "digest_due", "wanted_by"]


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


def wanted_by(route: Route, alert: Alert) -> bool:
    return alert.kind.urgency in route.urgencies and (not route.sites or alert.site in route.sites)


def digest_due(route: Route, told_last: datetime | None, waiting: Iterable[datetime], now: datetime) -> bool:
    """Whether what waits is told now: one digest length after the last digest, or after the first that waits."""
    oldest = min(waiting, default=None)
    if oldest is None:
        return False
    return now >= (oldest if told_last is None else max(told_last, oldest - route.digest)) + route.digest
