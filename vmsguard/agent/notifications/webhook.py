"""Alerts as signed webhooks (Standard Webhooks 1.0: HMAC-SHA256 over id, time and body)."""

from __future__ import annotations

import aiohttp
from standardwebhooks import Webhook as Signer
from standardwebhooks.webhooks import EmptyWebhookSecretError

from vmsguard.agent.notifications.message import Message
from vmsguard.agent.notifications.notifier import NotSent
from vmsguard.model.clock import Clock

__all__ = ["post_webhook"]

_SECONDS = 15
_ANSWER_BYTES = 64 * 1024


async def post_webhook(url: str, key: str, message: Message, clock: Clock) -> None:
    """POST the message and return once the receiver answered 2xx; raises ``NotSent`` else.

    No redirect is followed: the body would go to somebody nobody named.
    """
    body = message.body
    now = clock.now()
    try:
        signature = Signer(key).sign(message.id, now, body.decode())
    except (ValueError, RuntimeError, EmptyWebhookSecretError) as error:
        raise NotSent(
            "the webhook's secret is no base64", hint="store it as the receiver shows it: whsec_..."
        ) from error
    headers = {
        "content-type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            await answer.content.read(_ANSWER_BYTES)
            status = answer.status
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise NotSent(f"the webhook could not be reached: {type(error).__name__}") from error
    if not 200 <= status < 300:
        raise NotSent(f"the webhook answered {status}", hint="the receiver answers 2xx once it has the message")
