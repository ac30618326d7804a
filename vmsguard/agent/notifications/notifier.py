"""Keeps alerts until they are told: pages at once, the others in digests, each again after a failure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
import structlog

from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.notifications.message import Message, compose
from vmsguard.agent.notifications.root_cause import Group, Situation, grouped, root_cause
from vmsguard.agent.notifications.routes import digest_due, wanted_by
from vmsguard.errors import VmsguardError
from vmsguard.model.clock import Clock
from vmsguard.model.notification_routes import Route, Urgency
from vmsguard.model.outbox import Notice, Waiting

__all__ = ["NotSent", "Notifier", "Outbox", "Send"]

_AGAIN = timedelta(hours=1)
"""How long after a page nothing more is paged about the same cause; what comes meanwhile is told then, at once."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=30)
_AT_ONCE = 250_000
"""How many alerts are read from the outbox at a time: a page behind a fleet's worth of notes must be among them."""
_REMEMBERED = timedelta(days=30)
"""How long an alert that was told is known, so that it is not told again."""

Send = Callable[[Route, Message], Awaitable[None]]
"""Hands a message over; raises ``NotSent`` when it cannot be sure that it arrived."""


class NotSent(VmsguardError):
    """A message was not accepted; it is tried again."""


class Outbox(Protocol):
    """Where alerts wait, on disk."""

    def post(self, notices: Iterable[Notice]) -> None: ...

    def unsent(self, now: datetime, limit: int) -> Sequence[Waiting]: ...

    def mark_sent(self, notices: Iterable[int], at: datetime) -> None: ...

    def mark_failed(self, notices: Iterable[int], not_before: datetime) -> None: ...

    def forget_sent(self, before: datetime) -> None: ...


class Notifier:
    """Tells alerts on routes. What was not told survives a restart; a page may then come twice, never not at all."""

    def __init__(
        self,
        routes: Sequence[Route],
        outbox: Outbox,
        send: Send,
        *,
        origin: str,
        clock: Clock,
        situation: Callable[[], Situation],
        log: structlog.typing.FilteringBoundLogger,
    ) -> None:
        self._routes = {route.id: route for route in routes}
        self._outbox = outbox
        self._send = send
        self._origin = origin
        self._clock = clock
        self._situation = situation
        self._log = log
        self._paged: dict[tuple[str, str], datetime] = {}

    def tell(self, alerts: Iterable[Alert]) -> None:
        """Keep the alerts for every route that wants them; returns once they are on disk."""
        notices = [
            Notice(
                key=f"{route.id} {alert.code} {alert.subject} {alert.target} {alert.at.isoformat()}",
                route=route.id,
                group=alert.code,
                body=msgspec.json.encode(alert).decode(),
                created=self._clock.now(),
            )
            for alert in alerts
            for route in self._routes.values()
            if wanted_by(route, alert)
        ]
        if notices:
            self._outbox.post(notices)

    async def tell_directly(self, alerts: Sequence[Alert]) -> int:
        """Send pages that cannot be kept first, because what they are about is where they would be kept.

        Tried once, and again by whoever tells them again; how many messages left. Who is silent is not known then:
        what is of one site goes together.
        """
        now, sent = self._clock.now(), 0
        for route in self._routes.values():
            wanted = (alert for alert in alerts if wanted_by(route, alert))
            groups = [group for group in grouped(wanted, _by_site) if self._may_page(route, group.key, now)]
            if not groups:
                continue
            message = compose(groups, route=route.id, notices=[int(now.timestamp())], origin=self._origin, now=now)
            try:
                await self._send(route, message)
            except NotSent as error:
                self._log.warning("notification not sent", route=route.id, why=error.message, attempts=1)
                continue
            self._paged.update({(route.id, group.key): now for group in groups})
            sent += 1
        return sent

    def _may_page(self, route: Route, key: str, now: datetime) -> bool:
        last = self._paged.get((route.id, key))
        return last is None or now >= last + _AGAIN

    async def flush(self) -> int:
        """Send what is due and return how many messages left; one route that fails holds up no other."""
        now = self._clock.now()
        by_route: dict[str, list[Waiting]] = {}
        for one in self._outbox.unsent(now, _AT_ONCE):
            by_route.setdefault(one.route, []).append(one)
        cause = root_cause(self._situation())
        sent = 0
        for name, waiting in by_route.items():
            route = self._routes.get(name)
            if route is None:  # the route was taken out of the configuration
                self._outbox.mark_sent([one.id for one in waiting], now)
                continue
            for groups, told in self._due(route, waiting, cause, now):
                sent += await self._tell(route, groups, told, now)
        if sent:
            self._outbox.forget_sent(now - _REMEMBERED)
        return sent

    def _due(
        self, route: Route, waiting: Sequence[Waiting], cause: Callable[[Alert], str], now: datetime
    ) -> Iterable[tuple[tuple[Group, ...], Sequence[Waiting]]]:
        """What is told now, message by message: each cause that pages by itself, all else together."""
        pages: dict[str, list[tuple[Waiting, Alert]]] = {}
        rest: list[tuple[Waiting, Alert]] = []
        for one in waiting:
            alert = msgspec.json.decode(one.body, type=Alert)
            paging = alert.kind.urgency is Urgency.PAGE
            (pages.setdefault(f"{alert.code} {cause(alert)}", []) if paging else rest).append((one, alert))
        for key, several in pages.items():
            if self._may_page(route, key, now):
                yield grouped((alert for _, alert in several), cause), [one for one, _ in several]
        if digest_due(route, (one.created for one, _ in rest), now):
            yield grouped((alert for _, alert in rest), cause), [one for one, _ in rest]

    async def _tell(self, route: Route, groups: Sequence[Group], told: Sequence[Waiting], now: datetime) -> bool:
        ids = [one.id for one in told]
        message = compose(groups, route=route.id, notices=ids, origin=self._origin, now=now)
        try:
            await self._send(route, message)
        except NotSent as error:
            attempts = max(one.attempts for one in told)
            pause = min(_FIRST_PAUSE * 2 ** min(attempts, 16), _LONGEST_PAUSE)
            self._outbox.mark_failed(ids, now + pause)
            self._log.warning("notification not sent", route=route.id, why=error.message, attempts=attempts + 1)
            return False
        self._outbox.mark_sent(ids, now)
        for group in groups:
            if group.urgency is Urgency.PAGE:
                self._paged[(route.id, group.key)] = now
        return True


def _by_site(alert: Alert) -> str:
    return f"site:{alert.site}"
