"""Which alerts go where, and when a digest is due. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from vmsguard.agent.notifications.alert import Alert
from vmsguard.model.notification_routes import Route

__all__ = ["digest_due", "wanted_by"]


def wanted_by(route: Route, alert: Alert) -> bool:
    """What is of no site, such as the agent itself or a camera that the inventory lost, goes on every route."""
    here = not route.sites or not alert.site or alert.site in route.sites
    return here and alert.kind.urgency in route.urgencies


def digest_due(route: Route, waiting: Iterable[datetime], now: datetime) -> bool:
    """Whether what waits is told now: the oldest has waited for one digest, and takes the others along."""
    oldest = min(waiting, default=None)
    return oldest is not None and now >= oldest + route.digest
