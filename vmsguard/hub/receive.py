"""The hub's loop: take what its server holds, file it, say how far each log is here, and only then let it go."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Sequence

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig
from nats.js.client import JetStreamContext

from vmsguard.agent.jetstream.connection import NatsSettings, NoServer, NotLetIn, connect_until_lost
from vmsguard.agent.jetstream.ending import end
from vmsguard.agent.uplink.messages import Confirmation
from vmsguard.agent.uplink.signed_confirmation import signed_confirmation
from vmsguard.agent.uplink.subjects import CONFIRMED_STREAM, HUB_EVIDENCE_STREAM, confirmed_subject
from vmsguard.evidence.keys import SigningKey
from vmsguard.hub.copies import CannotTake, Copies
from vmsguard.hub.server_standing import ServerWatch
from vmsguard.hub.streams import Rousing, ensure_hub_streams

__all__ = ["receive"]

_CONSUMER = "vmsguard-hub"
_AT_ONCE = 16
_FETCH_SECONDS = 1.0
_ACK_WAIT = 10.0
_ROUSE_SECONDS = 2.0
_AFTER_TROUBLE = 5.0
_AGAIN = 1.0
"""Seconds between two tries to reach a server that is away."""
_LOOK_AT_JETSTREAM = "see that its JetStream is on and has room, and that nats: domain: is its own"
_UNREACHED = (NatsError, TimeoutError, OSError)


async def receive(
    settings: NatsSettings,
    domains: Sequence[str],
    copies: Copies,
    key: SigningKey,
    stop: asyncio.Event,
    watch: ServerWatch,
    log: structlog.typing.FilteringBoundLogger,
) -> None:
    """File what comes until ``stop``, and confirm it under the hub's key; a server that goes away is waited for.

    Raises ``NotLetIn`` for a first connection that is refused: what was right once may come right by itself.
    """
    served = False
    while not stop.is_set():
        lost = _Lost(watch)
        try:
            client = await connect_until_lost(settings, "vmsguard hub", lost.told)
            lost.ours = False
            try:
                served = True
                await _serve(client, settings, domains, copies, key, stop, lost, watch, log)
            finally:
                lost.ours = True
                await end(client)
        except NotLetIn as error:
            if not served:
                raise
            watch.away(error.message, error.hint)
        except NoServer as error:
            watch.away(error.message, error.hint)
        except _UNREACHED as error:
            if not watch.trouble:  # what was lost is said already
                watch.away(f"the NATS server does not answer as it should: {type(error).__name__}", _LOOK_AT_JETSTREAM)
        if not stop.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN):
                    await stop.wait()


class _Lost:
    """Told at once when the connection ends."""

    def __init__(self, watch: ServerWatch) -> None:
        self.ours = True
        """Whether it is us who end it: one that was never made is closed by us, and is not lost."""
        self.over = False
        self._watch = watch

    async def told(self) -> None:
        self.over = True
        if not self.ours:
            self._watch.away("the connection to the NATS server is lost", "see that it runs, and its log")


async def _serve(
    client: Client,
    settings: NatsSettings,
    domains: Sequence[str],
    copies: Copies,
    key: SigningKey,
    stop: asyncio.Event,
    lost: _Lost,
    watch: ServerWatch,
    log: structlog.typing.FilteringBoundLogger,
) -> None:
    jetstream = client.jetstream(domain=settings.domain or None)
    await ensure_hub_streams(jetstream, domains)
    config = ConsumerConfig(
        name=_CONSUMER,
        durable_name=_CONSUMER,
        ack_wait=_ACK_WAIT,
        max_deliver=-1,
        # Of a log whose copy cannot be written all messages wait; by default the server would offer a thousand of
        # them and nothing of any other log (nats-server 2.15.1).
        max_ack_pending=-1,
    )
    await jetstream.add_consumer(HUB_EVIDENCE_STREAM, config)
    subscription = await jetstream.pull_subscribe_bind(durable=_CONSUMER, stream=HUB_EVIDENCE_STREAM)
    prefix = f"$JS.{settings.domain}.API" if settings.domain else "$JS.API"
    rousing = Rousing(client, jetstream, prefix, domains)
    with contextlib.suppress(*_UNREACHED):
        await rousing.look()  # first: what a source that is put back skips, all are asked for right after
    await _confirm(jetstream, key, copies.confirmations())
    watch.there()
    roused: set[str] = set()
    looking = asyncio.ensure_future(_rouse(rousing, roused, log))
    try:
        await _take(jetstream, subscription, copies, key, stop, roused, lost, watch)
    finally:
        # Said until it is heard: wait_for of Python 3.11 passes a cancellation over where its answer is just there.
        while not looking.done():
            looking.cancel()
            await asyncio.wait({looking}, timeout=1.0)


async def _rouse(rousing: Rousing, roused: set[str], log: structlog.typing.FilteringBoundLogger) -> None:
    while True:
        await asyncio.sleep(_ROUSE_SECONDS)
        try:
            roused |= await rousing.look()
        except _UNREACHED:
            pass
        except Exception as error:
            # One that ended unseen would leave a site's evidence waiting for ever.
            log.error("sources cannot be looked at", error=type(error).__name__, exc_info=True)


async def _take(
    jetstream: JetStreamContext,
    subscription: JetStreamContext.PullSubscription,
    copies: Copies,
    key: SigningKey,
    stop: asyncio.Event,
    roused: set[str],
    lost: _Lost,
    watch: ServerWatch,
) -> None:
    while not stop.is_set() and not lost.over:
        watch.there()
        if roused:  # said here, where no copy is being written
            asked = frozenset(roused)
            roused.clear()
            await _confirm(jetstream, key, copies.confirmations(asked))
        try:
            messages = await subscription.fetch(_AT_ONCE, timeout=_FETCH_SECONDS)
        except TimeoutError:
            continue
        await _file(jetstream, copies, key, messages)


async def _file(jetstream: JetStreamContext, copies: Copies, key: SigningKey, messages: Sequence[Msg]) -> None:
    """Each on the disk before it is confirmed, and confirmed before the server may forget it."""
    filed: list[Msg] = []
    last: dict[str, Confirmation] = {}
    for message in messages:
        try:
            told = await asyncio.to_thread(copies.take, message.data)
        except CannotTake:
            await message.nak(delay=_AFTER_TROUBLE)
            continue
        filed.append(message)
        if told is not None:
            before = last.get(told.origin)
            if before is not None and (before.trouble and not told.trouble):
                told = Confirmation(told.origin, told.size, told.root, told.again or before.again, before.trouble)
            last[told.origin] = told
    await _confirm(jetstream, key, last.values())
    for message in filed:
        await message.ack()


async def _confirm(jetstream: JetStreamContext, key: SigningKey, told: Iterable[Confirmation]) -> None:
    for one in told:
        message = signed_confirmation(one, key)
        await jetstream.publish(confirmed_subject(one.origin), message, stream=CONFIRMED_STREAM)
