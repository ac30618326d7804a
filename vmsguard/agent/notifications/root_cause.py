"""What lies behind several alerts: one dead link, one recorder, one refused login. Pure.

Five hundred cameras behind a link that is down are one thing to repair, and one message (DESIGN 8).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from vmsguard.agent.notifications.alert import Alert, Urgency

__all__ = ["Group", "Situation", "grouped", "root_cause"]

_LINK_SHARE = 0.8
_LINK_LEAST = 3
"""How many targets of a site must be silent, as a share and at least, before its link is what failed."""


class Situation(Struct, frozen=True, kw_only=True):
    """Where the fleet stands now; what causes are told from."""

    targets: Mapping[str, str] = {}
    """Every target to its site."""
    unreachable: frozenset[str] = frozenset()
    refused: Mapping[str, str] = {}
    """Targets that refuse a login, to a keyed digest of its reference."""
    systems: Mapping[str, str] = {}
    """Targets to the target that owns their configuration."""


class Group(Struct, frozen=True, kw_only=True):
    """Alerts of one kind with one cause."""

    code: str
    cause: str
    """``link:SITE``, ``login:DIGEST``, ``system:TARGET`` or ``site:SITE``."""
    site: str
    subjects: tuple[str, ...]
    """Each once, sorted."""
    first: datetime
    last: datetime

    @property
    def key(self) -> str:
        return f"{self.code} {self.cause}"

    @property
    def urgency(self) -> Urgency:
        return Alert(code=self.code, site=self.site, subject="", at=self.first).kind.urgency


def root_cause(alert: Alert, situation: Situation) -> str:
    """The one thing to repair, as far as it can be told from who answers and who does not."""
    target, site = alert.target, alert.site
    if not target:
        return f"site:{site}"
    login = situation.refused.get(target)
    if login is not None:
        return f"login:{login}"
    if target in situation.unreachable:
        here = [name for name, where in situation.targets.items() if where == site]
        silent = sum(name in situation.unreachable for name in here)
        if silent >= max(_LINK_LEAST, _LINK_SHARE * len(here)):
            return f"link:{site}"
    return f"system:{situation.systems.get(target) or target}"


def grouped(alerts: Iterable[Alert], situation: Situation) -> tuple[Group, ...]:
    """The alerts by kind and cause, most urgent first, then the oldest."""
    found: dict[tuple[str, str], list[Alert]] = {}
    for alert in alerts:
        found.setdefault((alert.code, root_cause(alert, situation)), []).append(alert)
    groups = [
        Group(
            code=code,
            cause=cause,
            site=several[0].site,
            subjects=tuple(sorted({alert.subject for alert in several})),
            first=min(alert.at for alert in several),
            last=max(alert.at for alert in several),
        )
        for (code, cause), several in found.items()
    ]
    order = tuple(Urgency)
    return tuple(sorted(groups, key=lambda group: (order.index(group.urgency), group.first, group.key)))
