"""Every site has somebody who takes its tasks for as long as the executor serves."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from structlog.testing import capture_logs

from vmsguard.agent.execution.tasks import Outcome
from vmsguard.agent.jetstream.executor import JetStreamExecutor


class LineThatBreaksOnce:
    """Asked for its connection it raises what no server's trouble is, and after that has none."""

    trouble = "no connection"
    made = 1

    def __init__(self) -> None:
        self.asked = 0
        self.again = asyncio.Event()

    @property
    def client(self) -> None:
        self.asked += 1
        if self.asked == 1:
            raise AttributeError("a bug")
        self.again.set()


async def nothing(*_: object) -> Outcome:
    raise AssertionError("there are no tasks")


def test_a_site_whose_tasks_were_not_taken_for_a_bug_is_told_and_served_anew() -> None:
    async def story() -> list[str]:
        line, stop = LineThatBreaksOnce(), asyncio.Event()
        with capture_logs() as told:
            executor = JetStreamExecutor(cast(Any, line), lambda: {"seoul"}, cast(Any, None))
            serving = asyncio.ensure_future(executor.serve(cast(Any, nothing), stop))
            await asyncio.wait_for(line.again.wait(), 20)
            stop.set()
            await serving
        return [f"{one['event']}: {one['site']} {one['error']}" for one in told]

    assert ["the tasks of a site were not taken: seoul AttributeError"] == asyncio.run(story())
