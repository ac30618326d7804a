from __future__ import annotations

from datetime import timedelta

import pytest
import structlog
from aiohttp import web

from vmsguard.agent.health.dead_man import DeadMan
from vmsguard.agent.health.vitals import Vitals
from vmsguard.errors import StateError


@pytest.fixture
async def watcher():
    """Somebody outside who counts the calls; ``status`` is what they are answered with."""

    class Watcher:
        calls = 0
        status = 200
        url = ""

    async def take(_request: web.Request) -> web.Response:
        Watcher.calls += 1
        return web.Response(status=Watcher.status, headers={"location": "/elsewhere"})

    app = web.Application()
    app.router.add_get("/{tail:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    Watcher.url = f"http://127.0.0.1:{runner.addresses[0][1]}/ping"
    yield Watcher
    await runner.cleanup()


@pytest.fixture
def vitals(clock) -> Vitals:
    return Vitals(clock=clock, longest_round=10_000)


@pytest.fixture
def dead_man(watcher, vitals) -> DeadMan:
    return DeadMan(lambda: watcher.url, timedelta(minutes=5), vitals, structlog.get_logger())


async def test_one_call_at_every_interval(dead_man, watcher, vitals, clock) -> None:
    vitals.tick()
    called = []
    for minute in range(11):
        if await dead_man.call_if_due(clock.now()):
            called.append(minute)
        clock.forward(minutes=1)
    assert [0, 5, 10] == called
    assert 3 == watcher.calls


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_a_call_that_is_not_taken_is_made_again_soon(dead_man, watcher, vitals, clock, status) -> None:
    vitals.tick()
    watcher.status = status
    assert not await dead_man.call_if_due(clock.now())
    watcher.status = 204
    assert await dead_man.call_if_due(clock.now())
    assert 2 == watcher.calls


async def test_silence_while_the_agent_is_not_ready(dead_man, watcher, vitals, clock) -> None:
    def gone() -> None:
        raise StateError("the database is not there")

    vitals.tick()
    vitals.checks = {"state": gone}
    assert not await dead_man.call_if_due(clock.now())
    assert 0 == watcher.calls


async def test_a_clock_that_was_set_back_does_not_silence_it(dead_man, watcher, vitals, clock) -> None:
    vitals.tick()
    assert await dead_man.call_if_due(clock.now())
    assert await dead_man.call_if_due(clock.now() - timedelta(days=1))
    assert 2 == watcher.calls
