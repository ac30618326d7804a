"""Hands tasks to a NATS server and takes them from it; any number of processes may serve one site."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig
from nats.js.client import JetStreamContext
from nats.js.errors import APIError

from vmsguard.agent.executor import Handler, Health, Leases
from vmsguard.agent.jetstream.subjects import (
    STREAM,
    consumer_of,
    decode_task,
    encode_task,
    site_subject,
    subject_of,
)
from vmsguard.agent.tasks import TaskRef
from vmsguard.agent.under_lease import under_lease

__all__ = ["JetStreamExecutor"]

_WAITS_ALREADY = 10077
"""The server's code for "maximum messages per subject exceeded": the task is there."""
_FETCH_SECONDS = 1.0
_PUBLISH_SECONDS = 5.0
_AFTER_TROUBLE = 1.0
_WHILE_HELD = 2.0
"""Seconds until a task is offered again whose target another worker holds."""
_UNREACHED = (NatsError, TimeoutError, OSError)


class JetStreamExecutor:
    """Up to ``in_flight`` tasks of a site at once over all its workers; a worker that dies loses none."""

    def __init__(
        self,
        client: Client,
        sites: Sequence[str],
        leases: Leases,
        *,
        in_flight: int = 64,
        ack_wait: float = 30.0,
        grace: float = 120.0,
        domain: str = "",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._jetstream: JetStreamContext = client.jetstream(domain=domain or None, timeout=_PUBLISH_SECONDS)
        self._sites = tuple(sites)
        self._leases = leases
        self._in_flight = in_flight
        self._ack_wait = ack_wait
        self._grace = grace
        self._sleep = sleep
        self._running: set[asyncio.Task[None]] = set()
        self._free = asyncio.Semaphore(in_flight)
        self._log = structlog.get_logger("vmsguard.agent")
        self._trouble = "not dispatched yet"

    async def dispatch(self, refs: Iterable[TaskRef]) -> None:
        """Publish tasks; one that waits or runs is refused by the server, which is meant.

        What cannot be published now is not kept: the next round derives it again from the state.
        """
        try:
            for ref in refs:
                await self._publish(ref)
            self._trouble = ""
        except _UNREACHED as error:
            self._trouble = f"tasks cannot be handed over: {type(error).__name__}"
            self._log.warning("tasks not handed over", error=type(error).__name__)

    async def serve(self, handler: Handler, stop: asyncio.Event) -> None:
        """Carry out tasks of every site until ``stop``; what does not end in time then is offered to others."""
        loops = [asyncio.ensure_future(self._serve_site(site, handler, stop)) for site in self._sites]
        try:
            await asyncio.gather(*loops)
            if self._running:
                await asyncio.wait(self._running, timeout=self._grace)
        finally:
            rest = (*loops, *self._running)
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

    def health(self) -> Health:
        connected = self._client.is_connected
        why = self._trouble if connected else "no connection to the NATS server"
        return Health(ready=connected and not self._trouble, waiting=0, running=len(self._running), why=why)

    async def _publish(self, ref: TaskRef) -> None:
        try:
            await self._jetstream.publish(subject_of(ref), encode_task(ref), stream=STREAM)
        except APIError as error:
            if error.err_code != _WAITS_ALREADY:
                raise

    async def _serve_site(self, site: str, handler: Handler, stop: asyncio.Event) -> None:
        subscription: JetStreamContext.PullSubscription | None = None
        while not stop.is_set():
            await self._free.acquire()
            try:
                if subscription is None:
                    subscription = await self._subscribe(site)
                offered = await subscription.fetch(1, timeout=_FETCH_SECONDS)
            except TimeoutError:
                offered = []
            except _UNREACHED as error:
                self._log.warning("no tasks can be taken", site=site, error=type(error).__name__)
                subscription, offered = None, []
                await self._sleep(_AFTER_TROUBLE)
            if not offered:
                self._free.release()
            for message in offered:
                task = asyncio.ensure_future(self._carry_out(handler, message))
                self._running.add(task)
                task.add_done_callback(self._ended)
        if subscription is not None:
            with contextlib.suppress(*_UNREACHED):
                await subscription.unsubscribe()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._free.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.error("task not given back", error=type(error).__name__)

    async def _subscribe(self, site: str) -> JetStreamContext.PullSubscription:
        config = ConsumerConfig(ack_wait=self._ack_wait, max_ack_pending=self._in_flight, max_deliver=-1)
        return await self._jetstream.pull_subscribe(
            site_subject(site), durable=consumer_of(site), stream=STREAM, config=config
        )

    async def _carry_out(self, handler: Handler, message: Msg) -> None:
        ref = decode_task(message.subject, message.data)
        if ref is None:
            self._log.warning("not a task", subject=message.subject)
            await _settle(message.term())
            return
        keeping = asyncio.ensure_future(self._keep(message))
        held = False
        try:
            held = await under_lease(self._leases, handler, ref, self._sleep)
        except asyncio.CancelledError:
            await _settle(message.nak())
            raise
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        # Whatever came of it is in the state; a task that is to be tried again is derived from there.
        await _settle(message.ack() if held else message.nak(delay=_WHILE_HELD))

    async def _keep(self, message: Msg) -> None:
        """Tell the server again and again that the task is in work: the first time at once, for it may have waited."""
        while True:
            await _settle(message.in_progress())
            await self._sleep(self._ack_wait / 3)


async def _settle(telling: Awaitable[None]) -> None:
    """Tell the server what became of a message; if it cannot be told, the task is offered again, which is harmless."""
    with contextlib.suppress(*_UNREACHED):
        await telling
