"""Puts a bundle where the sites find it; the newest one alone stays."""

from __future__ import annotations

from nats.errors import Error as NatsError
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from vmsguard.agent.jetstream.connection import NoServer
from vmsguard.agent.uplink.subjects import POLICIES_STREAM, POLICIES_SUBJECT
from vmsguard.errors import UsageError
from vmsguard.hub.streams import ensure_policies_stream

__all__ = ["NUMBER", "hand_on"]

NUMBER = "Vmsguard-Number"
"""A header that only saves a publisher a mistake: what a site believes is in the signed note."""


async def hand_on(jetstream: JetStreamContext, number: int, message: bytes) -> None:
    """Publish a signed bundle; ``UsageError`` where the hub already has that number or a higher one."""
    try:
        await ensure_policies_stream(jetstream)
        try:
            last = await jetstream.get_last_msg(POLICIES_STREAM, POLICIES_SUBJECT)
            known = int((last.headers or {}).get(NUMBER, "0"))
        except NotFoundError:
            known = 0
        if number <= known:
            raise UsageError(f"number {known} was published before", hint=f"sites take a higher one: {known + 1}")
        await jetstream.publish(POLICIES_SUBJECT, message, stream=POLICIES_STREAM, headers={NUMBER: str(number)})
    except (NatsError, TimeoutError, OSError) as error:
        raise NoServer(
            f"the hub's NATS server does not take it: {type(error).__name__}", hint="see that JetStream is on there"
        ) from error
