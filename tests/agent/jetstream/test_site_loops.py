"""Every site has somebody who takes its tasks for as long as the executor serves."""

from __future__ import annotations

import asyncio
from typing import Any, cast
from unittest.mock import create_autospec

import pytest
from structlog.testing import capture_logs

from vmsguard.agent.execution.tasks import Outcome
from vmsguard.agent.jetstream.connection import NatsLine
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


class Offered:
    """A task as it comes from the server, which notes what is said of it."""

    subject = "vmsguard.work.seoul.cam"
    data = b""

    def __init__(self) -> None:
        self.said: list[str] = []

    async def nak(self, delay: float | None = None) -> None:
        self.said.append("nak")

    async def term(self) -> None:
        self.said.append("begun")


class PassesOver:
    """A subscription that, like wait_for of Python 3.11, has an answer where it was to be cancelled."""

    def __init__(self, offered: Offered) -> None:
        self.asked = asyncio.Event()
        self._offered = offered

    async def fetch(self, number: int, timeout: float) -> list[Offered]:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return [self._offered]
        return []

    async def unsubscribe(self) -> None:
        """There is nothing to give back."""


def test_what_is_offered_to_one_who_is_cancelled_is_given_back_and_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> tuple[list[str], bool]:
        offered = Offered()
        subscription = PassesOver(offered)

        async def subscribe(*_: object, **__: object) -> PassesOver:
            return subscription

        monkeypatch.setattr("vmsguard.agent.jetstream.executor.subscribe", subscribe)
        line = create_autospec(NatsLine, instance=True, made=1, trouble="")
        executor = JetStreamExecutor(line, lambda: {"seoul"}, cast(Any, None))
        serving = asyncio.ensure_future(executor.serve(cast(Any, nothing), asyncio.Event()))
        await asyncio.wait_for(subscription.asked.wait(), 20)
        serving.cancel()
        await asyncio.wait({serving}, timeout=20)
        return offered.said, serving.cancelled()

    assert (["nak"], True) == asyncio.run(story())
