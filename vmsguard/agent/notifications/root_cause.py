"""What lies behind several alerts: one dead link, one recorder, one refused login. Pure.

Five hundred cameras behind a link that is down are one thing to repair, and one message (DESIGN 8).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from vmsguard.agent.notifications.alert import Alert
from vmsguard.model.notification_routes import Urgency

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


def root_cause(situation: Situation) -> Callable[[Alert], str]:
    """Names the one thing to repair behind an alert, as far as it shows in who answers and who does not."""
    everywhere = Counter(situation.targets.values())
    silent = Counter(site for name, site in situation.targets.items() if name in situation.unreachable)
    dead = {site for site, count in silent.items() if count >= max(_LINK_LEAST, _LINK_SHARE * everywhere[site])}

    def cause(alert: Alert) -> str:
        if not alert.target:
            return f"site:{alert.site}"
        login = situation.refused.get(alert.target)
        if login is not None:
            return f"login:{login}"
        if alert.target in situation.unreachable and alert.site in dead:
            return f"link:{alert.site}"
        return f"system:{situation.systems.get(alert.target) or alert.target}"

    return cause


def grouped(alerts: Iterable[Alert], cause: Callable[[Alert], str]) -> tuple[Group, ...]:
    """The alerts by kind and cause, most urgent first, then the oldest."""
    found: dict[tuple[str, str], list[Alert]] = {}
    for alert in alerts:
        found.setdefault((alert.code, cause(alert)), []).append(alert)
    groups = [
        Group(
            code=code,
            cause=behind,
            site=several[0].site,
            subjects=tuple(sorted({alert.subject for alert in several})),
            first=min(alert.at for alert in several),
            last=max(alert.at for alert in several),
        )
        for (code, behind), several in found.items()
    ]
    order = tuple(Urgency)
    return tuple(sorted(groups, key=lambda group: (order.index(group.urgency), group.first, group.key)))
