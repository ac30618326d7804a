"""The end of a connection and of what uses it: nothing of it may be left behind, and no cancellation be passed over.

``asyncio.wait_for`` of Python 3.11, on which the library stands (nats-py 2.16), passes a cancellation over where the
answer it waits for is just there. So a connection that is being made again while it is closed can come back to life.
"""

from __future__ import annotations

import asyncio
import contextlib

from nats.aio.client import Client
from nats.aio.transport import TcpTransport
from nats.errors import Error as NatsError

__all__ = ["end", "heed_cancellation", "is_cancelled"]

_SECONDS = 2.0
"""For its last words: after a handshake of TLS that failed the library's own end never comes."""
_TURNS = 20
_TURN_SECONDS = 0.1


def is_cancelled() -> bool:
    """Whether the end of the task that asks was asked for, heard or not."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def heed_cancellation() -> None:
    """Raise the ``CancelledError`` that an answer which was just there had the library pass over."""
    if is_cancelled():
        raise asyncio.CancelledError


async def end(client: Client) -> None:
    """Close it for good; when this returns or raises, nothing of it runs, connects again or holds a socket."""
    client.options["allow_reconnect"] = False
    if (again := client._reconnection_task) is not None and not again.done():
        again.cancel()  # the library's own end would wait a second for one that has heard it at once
    try:
        with contextlib.suppress(NatsError, OSError, TimeoutError):
            async with asyncio.timeout(_SECONDS):
                if again is not None:
                    await asyncio.wait({again}, timeout=_TURN_SECONDS)
                await client.close()
    finally:
        _cut_off(client)
        await _see_it_gone(client)


def _at_work(client: Client) -> set[asyncio.Task[None]]:
    own = (client._reconnection_task, client._reading_task, client._ping_interval_task, client._flusher_task)
    tasks = (*own, *(subscription._wait_for_msgs_task for subscription in client._subs.values()))
    return {task for task in tasks if task is not None and not task.done() and task is not asyncio.current_task()}


def _cut_off(client: Client) -> None:
    client._status = Client.CLOSED
    for task in _at_work(client):
        task.cancel()
    for subscription in client._subs.values():
        for waiting in (subscription._pending_next_msgs_calls or {}).values():
            waiting.cancel()
    if isinstance(client._transport, TcpTransport) and (writer := client._transport._io_writer) is not None:
        writer.transport.abort()


async def _see_it_gone(client: Client) -> None:
    """Again for as long as there is something: one that connects again makes new tasks with its last breath."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)  # the transport lets go of its socket in the next turn
        if not (tasks := _at_work(client)):
            return
        await asyncio.wait(tasks, timeout=_TURN_SECONDS)
        _cut_off(client)
