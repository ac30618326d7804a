"""Alerts as mail: plain text, one message for all recipients of a route."""

from __future__ import annotations

import ssl
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib

from vmsguard.agent.notifications.message import Message
from vmsguard.agent.notifications.notifier import NotSent
from vmsguard.model.notification_routes import Mail
from vmsguard.net.login import Login

__all__ = ["send_mail", "written_mail"]

_SECONDS = 30


def written_mail(way: Mail, message: Message) -> EmailMessage:
    """The message as mail; its id is that of the message, so a second copy is known as one."""
    mail = EmailMessage()
    mail["From"] = way.sender
    mail["To"] = ", ".join(way.recipients)
    mail["Subject"] = message.title
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = f"<{message.id}@vmsguard.invalid>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation note answers it
    mail.set_content(message.text)
    return mail


async def send_mail(way: Mail, login: Login | None, message: Message, *, context: ssl.SSLContext | None = None) -> None:
    """Hand the mail to the server; raises ``NotSent`` unless it took it for every recipient.

    A server that offers no STARTTLS gets no mail and no login where the route asks for it.
    """
    try:
        refused, _ = await aiosmtplib.send(
            written_mail(way, message),
            hostname=way.server,
            port=way.port,
            username=None if login is None else login.user,
            password=None if login is None else login.password,
            use_tls=way.tls == "implicit",
            start_tls=way.tls == "starttls",
            tls_context=context,
            timeout=_SECONDS,
        )
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        # The error's own text may repeat what the server said of the login.
        raise NotSent(f"the mail server did not take it: {type(error).__name__}") from error
    if refused:
        raise NotSent(f"the mail server refused {len(refused)} of {len(way.recipients)} recipients")
