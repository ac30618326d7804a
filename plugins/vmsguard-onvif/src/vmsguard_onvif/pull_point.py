"""One event subscription: opened once, asked with an end in sight, renewed while it is used, and always given back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from vmsguard.errors import CertificateRefused, DeviceFault, Unreachable
from vmsguard_onvif.addressing import Addressing, addressed
from vmsguard_onvif.elements import Element
from vmsguard_onvif.envelope import leaf
from vmsguard_onvif.namespaces import EVENTS, NOTIFICATION
from vmsguard_onvif.replies.events import (
    Notification,
    Subscribed,
    lifetime_after_renewal,
    nothing,
    notifications,
    subscribed,
)
from vmsguard_onvif.services import own_path
from vmsguard_onvif.session import Session

__all__ = ["LIFETIME", "MOST_MESSAGES", "PullPoint", "open_pull_point"]

T = TypeVar("T")

LIFETIME = 120
"""Seconds that are asked for: what is not given back, because nobody was there to do it, ends by itself this soon."""
MOST_MESSAGES = 64
"""Messages of one pull that are asked for."""
_WAIT = 1
"""Seconds that the device may take to find a message; every device must bear a minute (Core, PullMessages)."""
_GRACE = 3.0
"""Seconds beyond these after which a word that is not answered is given up: twice of both is less than a deadline."""

_EVENT_PORT = "http://www.onvif.org/ver10/events/wsdl/EventPortType"
_PULL_POINT = "http://www.onvif.org/ver10/events/wsdl/PullPointSubscription"
_MANAGER = "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager"
_TOPICS = "http://www.onvif.org/ver10/topics"
_CONCRETE_SET = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"


class PullPoint:
    """A subscription that is open; ``foreign`` is the host its address names where that is not the enrolled one."""

    def __init__(self, session: Session, told: Subscribed, fallback: str) -> None:
        self._session = session
        self._told = told
        self._path, host = own_path(told.address, fallback)
        self.foreign = "" if host.casefold() in {"", session.host.casefold()} else host
        self.port = _port_of_its_own(told.address, session.port)
        """The port that its address names where that is not the enrolled one, else 0; it is never spoken to."""
        self._ends = 0.0
        self._lives(told.seconds)

    async def pull(self) -> tuple[Notification, ...]:
        """The messages that wait, or that come within a second; renews first what would end meanwhile."""
        if self._ends - self._session.ctx.clock.monotonic() < LIFETIME / 3:
            await self._renew()
        inner = leaf("tev:Timeout", f"PT{_WAIT}S") + leaf("tev:MessageLimit", str(MOST_MESSAGES))
        action = f"{_PULL_POINT}/PullMessagesRequest"
        return await self._say(EVENTS, "PullMessages", inner, action, parse=notifications)

    async def give_back(self) -> None:
        """Unsubscribe; asked a second time where the first may not have arrived. Raises where both were in vain."""
        action = f"{_MANAGER}/UnsubscribeRequest"
        try:
            await self._say(NOTIFICATION, "Unsubscribe", "", action, parse=nothing)
        except CertificateRefused:
            raise
        except Unreachable:
            await self._say(NOTIFICATION, "Unsubscribe", "", action, parse=nothing)

    async def _renew(self) -> None:
        inner = leaf("wsnt:TerminationTime", f"PT{LIFETIME}S")
        action = f"{_MANAGER}/RenewRequest"
        self._lives(await self._say(NOTIFICATION, "Renew", inner, action, parse=lifetime_after_renewal))

    def _lives(self, seconds: float | None) -> None:
        lifetime = LIFETIME if seconds is None or not 0 < seconds < 86400 else seconds
        self._ends = self._session.ctx.clock.monotonic() + lifetime

    async def _say(
        self, namespace: str, operation: str, inner: str, action: str, *, parse: Callable[[Element], T]
    ) -> T:
        """Within seconds or not at all: what listens besides must cost a session no whole deadline."""
        addressing = addressed(self._path, action, self._told.address, self._told.parameters)
        try:
            async with asyncio.timeout(_WAIT + _GRACE):
                return await self._session.converse(namespace, operation, inner, addressing, parse=parse)
        except TimeoutError:
            told = f"no answer within {_WAIT + _GRACE:g} s"
            raise Unreachable(self._session.target.id, operation, told) from None


def _port_of_its_own(address: str, enrolled: int) -> int:
    try:
        named = urlsplit(address).port
    except ValueError:
        return 0
    return 0 if named in {None, enrolled} else named or 0


async def open_pull_point(session: Session, topics: tuple[str, ...]) -> PullPoint:
    """Subscribe to these topics; to all of them where the device does not take the filter.

    Raises ``DriverError`` where it takes neither: cameras have few subscriptions, and others may hold them all.
    """
    fallback = session.path(EVENTS, "CreatePullPointSubscription")
    addressing = addressed(fallback, f"{_EVENT_PORT}/CreatePullPointSubscriptionRequest")
    lifetime = leaf("tev:InitialTerminationTime", f"PT{LIFETIME}S")
    # In no other element does a topic's prefix have to be declared: it stands in text.
    declared = f'xmlns:wsnt="{NOTIFICATION}" xmlns:tns1="{_TOPICS}"'
    expression = f'<wsnt:TopicExpression {declared} Dialect="{_CONCRETE_SET}">{"|".join(topics)}</wsnt:TopicExpression>'
    wanted = f"<tev:Filter>{expression}</tev:Filter>"
    try:
        told = await _create(session, wanted + lifetime, addressing)
    except DeviceFault:
        told = await _create(session, lifetime, addressing)
    return PullPoint(session, told, fallback)


async def _create(session: Session, inner: str, addressing: Addressing) -> Subscribed:
    return await session.converse(EVENTS, "CreatePullPointSubscription", inner, addressing, parse=subscribed)
