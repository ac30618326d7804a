"""One message about several groups of alerts: a title, plain text, and the same as data. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from msgspec import Struct

from vmsguard.agent.notifications.alert import KINDS
from vmsguard.agent.notifications.root_cause import Group
from vmsguard.model.notification_routes import Urgency

__all__ = ["Message", "compose"]

_NAMED = 10
"""How many subjects of a group are named; the rest is counted. Messages leave the site."""

_CAUSES = {
    "link": "the link to site {0} is down",
    "login": "one login is refused",
    "system": "all at {0}",
    "site": "site {0}",
}


class Message(Struct, frozen=True, kw_only=True):
    """What is sent on one route."""

    id: str
    """The same for every attempt: a receiver that got it twice can tell."""
    urgency: Urgency
    title: str
    text: str
    data: dict[str, Any]
    at: datetime

    @property
    def body(self) -> bytes:
        """Standard Webhooks' suggested shape: type, timestamp, data."""
        told = {"type": f"vmsguard.{self.urgency}", "timestamp": _utc(self.at), "data": self.data}
        return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)


def compose(groups: Sequence[Group], *, route: str, notices: Sequence[int], origin: str, now: datetime) -> Message:
    """The message about these groups; ``notices`` are the ids that make it up, ``origin`` says whose agent speaks."""
    urgency = min((group.urgency for group in groups), key=tuple(Urgency).index)
    named = f"{route} {' '.join(map(str, sorted(notices)))}"
    several = f" and {len(groups) - 1} more" if len(groups) > 1 else ""
    lines = [line for group in groups for line in (*_lines(group), "")]
    return Message(
        id=f"vmsguard-{hashlib.sha256(f'{origin} {named}'.encode()).hexdigest()[:32]}",
        urgency=urgency,
        title=f"[{urgency.upper()}] {_said(groups[0])}{several}",
        text="\n".join([*lines, f"vmsguard {origin}, {_utc(now)}"]) + "\n",
        data={"origin": origin, "groups": [_told(group) for group in groups]},
        at=now,
    )


def _said(group: Group) -> str:
    count = len(group.subjects)
    return KINDS[group.code].says.format(subjects=f"{count} {'place' if count == 1 else 'places'}")


def _lines(group: Group) -> list[str]:
    what, _, name = group.cause.partition(":")
    named = ", ".join(group.subjects[:_NAMED])
    rest = len(group.subjects) - _NAMED
    return [
        _said(group),
        f"  cause: {_CAUSES[what].format(name) if name else 'the agent, or nothing that is enrolled any more'}",
        f"  which: {named}{f' and {rest} more' if rest > 0 else ''}",
        f"  since: {_utc(group.first)}",
        f"  next:  {KINDS[group.code].next_step}",
    ]


def _told(group: Group) -> dict[str, Any]:
    return {
        "code": group.code,
        "cause": group.cause,
        "site": group.site,
        "count": len(group.subjects),
        "subjects": list(group.subjects[:_NAMED]),
        "first": _utc(group.first),
        "last": _utc(group.last),
    }


def _utc(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
