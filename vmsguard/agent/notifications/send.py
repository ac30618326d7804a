"""Hands messages over on whatever way a route has; secrets are resolved at the moment of sending."""

from __future__ import annotations

import socket
from typing import Protocol

from vmsguard.agent.notifications.mail import send_mail
from vmsguard.agent.notifications.message import Message
from vmsguard.agent.notifications.notifier import NotSent, Send
from vmsguard.agent.notifications.syslog import send_syslog
from vmsguard.agent.notifications.webhook import post_webhook
from vmsguard.errors import SecretMissing
from vmsguard.model.clock import Clock
from vmsguard.model.notification_routes import Mail, Route, Webhook
from vmsguard.net.login import Login

__all__ = ["Secrets", "sender"]


class Secrets(Protocol):
    """Where references are resolved; raises ``SecretMissing``."""

    def text(self, reference: str) -> str: ...

    def login(self, reference: str) -> Login | None: ...


def sender(secrets: Secrets, clock: Clock) -> Send:
    """What a notifier sends with; a secret that is missing counts as not sent, and is tried again."""

    async def send(route: Route, message: Message) -> None:
        way = route.way
        try:
            if isinstance(way, Webhook):
                url = secrets.text(way.url) if way.url.startswith("secret://") else way.url
                await post_webhook(url, secrets.text(way.secret), message, clock)
            elif isinstance(way, Mail):
                await send_mail(way, secrets.login(way.login), message)
            else:
                await send_syslog(way, message, socket.gethostname())
        except SecretMissing as error:
            raise NotSent(error.message, hint=error.hint) from error

    return send
