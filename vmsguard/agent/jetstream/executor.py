"""Hands tasks to a NATS server and takes them from it; any number of processes may serve one site."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Iterable

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.client import JetStreamContext
from nats.js.errors import APIError

from vmsguard.agent.execution.executor import Handler, Health, Leases
from vmsguard.agent.execution.tasks import TaskRef
from vmsguard.agent.execution.under_lease import under_lease
from vmsguard.agent.jetstream.connection import NatsLine
from vmsguard.agent.jetstream.ending import heed_cancellation, is_cancelled
from vmsguard.agent.jetstream.stream import ensure_stream, subscribe
from vmsguard.agent.jetstream.subjects import STREAM, decode_task, encode_task, subject_of
from vmsguard.errors import VmsguardError

__all__ = ["JetStreamExecutor"]

_WAITS_ALREADY = 10077
"""The server's code for "maximum messages per subject exceeded": the task is there."""
_FETCH_SECONDS = 1.0
_PUBLISH_SECONDS = 5.0
_AFTER_TROUBLE = 1.0
_WHILE_HELD = 2.0
"""Seconds until a task is offered again whose target another worker holds."""
_WHILE_FULL = 0.2
_UNREACHED = (NatsError, TimeoutError, OSError)


class JetStreamExecutor:
    """Up to ``per_site`` tasks of a site at once over all its workers; a worker that dies loses none."""

    def __init__(
        self,
        line: NatsLine,
        sites: Callable[[], Collection[str]],
        leases: Leases,
        *,
        in_flight: int = 64,
        per_site: int = 64,
        ack_wait: float = 30.0,
        grace: float = 120.0,
        domain: str = "",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._line = line
        self._sites = sites
        self._leases = leases
        self._in_flight = in_flight
        self._per_site = per_site
        self._ack_wait = ack_wait
        self._grace = grace
        self._domain = domain or None
        self._sleep = sleep
        self._running: set[asyncio.Task[None]] = set()
        self._free = asyncio.Event()
        self._free.set()
        self._log = structlog.get_logger("vmsguard.agent")
        self._prepared = 0
        self._trouble = ""

    async def dispatch(self, refs: Iterable[TaskRef]) -> None:
        """Publish tasks; one that waits or runs is refused by the server, which is meant.

        What cannot be published now is not kept: the next round derives it again from the state.
        """
        client = self._line.client
        if client is None:
            return
        try:
            jetstream = await self._prepare(client)
            for ref in refs:
                await _publish(jetstream, ref)
            self._noted("")
        except (*_UNREACHED, VmsguardError) as error:
            self._prepared = 0  # a server that lost its disk has no stream any more
            self._noted(f"tasks cannot be handed over: {_said(error)}")

    async def serve(self, handler: Handler, stop: asyncio.Event) -> None:
        """Carry out tasks of every site until ``stop``; what does not end in time then is offered to others.

        Sites that come are served within a second or two, and those that go are left alone.
        """
        loops: dict[str, asyncio.Task[None]] = {}
        gone: list[asyncio.Task[None]] = []
        try:
            while not stop.is_set():
                here = set(self._sites())
                for site in [site for site, loop in loops.items() if loop.done() and not stop.is_set()]:
                    self._broke(site, loops.pop(site))
                for site in here - loops.keys():
                    loops[site] = asyncio.ensure_future(self._serve_site(site, handler, stop))
                for site in loops.keys() - here:
                    gone.append(loops.pop(site))
                    gone[-1].cancel()
                await _until(stop, _FETCH_SECONDS)
            await asyncio.gather(*loops.values(), *gone, return_exceptions=True)
            if self._running:
                await asyncio.wait(self._running, timeout=self._grace)
        finally:
            rest = (*loops.values(), *gone, *self._running)
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

    def _broke(self, site: str, loop: asyncio.Task[None]) -> None:
        """A bug must not leave a site without anybody who takes its tasks, unseen: it is told, and served anew."""
        error = None if loop.cancelled() else loop.exception()
        self._log.error("the tasks of a site were not taken", site=site, error=type(error).__name__, exc_info=error)

    def health(self) -> Health:
        """Ready while tasks can be handed over or taken; how many wait is the state's to say."""
        why = self._line.trouble or self._trouble
        return Health(ready=not why, waiting=0, running=len(self._running), why=why)

    def _noted(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            self._log.warning("tasks not handed over", why=trouble)
        self._trouble = trouble

    async def _prepare(self, client: Client) -> JetStreamContext:
        """The stream of this connection's server, there as it must be."""
        jetstream, made = self._jetstream(client), self._line.made
        if self._prepared != made:
            await ensure_stream(jetstream)
            self._prepared = made
        return jetstream

    def _jetstream(self, client: Client) -> JetStreamContext:
        return client.jetstream(domain=self._domain, timeout=_PUBLISH_SECONDS)

    async def _serve_site(self, site: str, handler: Handler, stop: asyncio.Event) -> None:
        subscription: JetStreamContext.PullSubscription | None = None
        made = 0
        try:
            while not stop.is_set():
                heed_cancellation()
                await self._free.wait()
                if (client := self._line.client) is None:
                    subscription = None
                    await _until(stop, _AFTER_TROUBLE)
                    continue
                try:
                    if subscription is None or made != self._line.made:
                        made = self._line.made
                        subscription = await subscribe(
                            self._jetstream(client), site, at_once=self._per_site, ack_wait=self._ack_wait
                        )
                    offered = await subscription.fetch(1, timeout=_FETCH_SECONDS)
                except TimeoutError:
                    continue
                except _UNREACHED as error:
                    self._log.warning("no tasks can be taken", site=site, error=_said(error))
                    subscription = None
                    await _until(stop, _AFTER_TROUBLE)
                    continue
                for message in offered:
                    # A cancellation may have been passed over for what was just offered.
                    if stop.is_set() or is_cancelled():
                        await _settle(message.nak())
                    else:
                        await self._begin(handler, message)
        finally:
            if subscription is not None:
                with contextlib.suppress(*_UNREACHED):
                    await subscription.unsubscribe()

    async def _begin(self, handler: Handler, message: Msg) -> None:
        """Waiting for tasks takes no place, so another site may have taken the last one meanwhile."""
        if len(self._running) >= self._in_flight:
            await _settle(message.nak(delay=_WHILE_FULL))
            return
        task = asyncio.ensure_future(self._carry_out(handler, message))
        self._running.add(task)
        if len(self._running) >= self._in_flight:
            self._free.clear()
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._free.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.error("task not given back", error=type(error).__name__)

    async def _carry_out(self, handler: Handler, message: Msg) -> None:
        ref = decode_task(message.subject, message.data)
        if ref is None:
            self._log.warning("not a task", subject=message.subject)
            await _settle(message.term())
            return
        keeping = asyncio.ensure_future(self._keep(message))
        held, pause = False, _WHILE_HELD
        try:
            held = await under_lease(self._leases, handler, ref, self._sleep)
        except asyncio.CancelledError:
            pause = 0.0
            raise
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            # Whatever came of it is in the state; a task that is to be tried again is derived from there. Where not
            # even the lease could be asked for or given back, the task is offered again.
            await _settle(message.ack() if held else message.nak(delay=pause))

    async def _keep(self, message: Msg) -> None:
        """Tell the server again and again that the task is in work: the first time at once, for it may have waited."""
        while True:
            await _settle(message.in_progress())
            heed_cancellation()
            await self._sleep(self._ack_wait / 3)


async def _publish(jetstream: JetStreamContext, ref: TaskRef) -> None:
    try:
        await jetstream.publish(subject_of(ref), encode_task(ref), stream=STREAM)
    except APIError as error:
        if error.err_code != _WAITS_ALREADY:
            raise


async def _until(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long at most for the end."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


async def _settle(telling: Awaitable[None]) -> None:
    """Tell the server what became of a message; if it cannot be told, the task is offered again, which is harmless."""
    with contextlib.suppress(*_UNREACHED):
        await telling


def _said(error: Exception) -> str:
    return error.message if isinstance(error, VmsguardError) else type(error).__name__
