"""A worker of its own process for the suite of executors: told by its arguments, killed as a test likes.

``serving_process.py KIND STATE URL NAME JOURNAL HANG``: what it begins and ends is a line each in the journal, with its
moment and, where it begins, that to which it has the target; with ``HANG`` it ends nothing.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

from vmsguard.agent.execution.executor import Executor, Lease
from vmsguard.agent.execution.leases import StateLease, StateLeases
from vmsguard.agent.execution.local_executor import LocalExecutor
from vmsguard.agent.execution.tasks import Done, Drop, Outcome, TaskRef
from vmsguard.agent.jetstream.connection import NatsLine, NatsSettings
from vmsguard.agent.jetstream.executor import JetStreamExecutor
from vmsguard.model.clock import SystemClock
from vmsguard.state.store import State

TERM = 2.0
ACK_WAIT = 1.0


async def main(kind: str, state_url: str, server: str, name: str, journal: str, hang: str) -> None:
    book = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def handler(ref: TaskRef, lease: Lease) -> Outcome:
        assert isinstance(lease, StateLease)
        if lease.held.next_due > datetime.now(UTC):
            return Drop("done already")
        os.write(book, f"begin {name} {ref.target} {time.time()} {lease.held.until.timestamp()}\n".encode())
        if hang == "hang":
            await asyncio.Event().wait()
        os.write(book, f"end {name} {ref.target} {time.time()}\n".encode())
        lease.state.finish(lease.held, datetime.now(UTC) + timedelta(days=1))
        return Done()

    async with AsyncExitStack() as opened:
        state = opened.enter_context(State.open(state_url, clock=SystemClock()))
        leases = StateLeases(state, SystemClock(), owner=name, term=TERM, seed="test")
        executor: Executor
        if kind == "local":
            executor = LocalExecutor(leases, in_flight=4)
        else:
            line = await opened.enter_async_context(NatsLine(NatsSettings(servers=(server,)), name))
            executor = JetStreamExecutor(line, lambda: ["s"], leases, in_flight=4, per_site=64, ack_wait=ACK_WAIT)
        serving = asyncio.ensure_future(executor.serve(handler, asyncio.Event()))
        while kind == "local" and not serving.done():
            due = state.due_work(datetime.now(UTC), 1000)
            await executor.dispatch([TaskRef(work.site, work.target) for work in due])
            await asyncio.sleep(0.05)
        await serving


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
