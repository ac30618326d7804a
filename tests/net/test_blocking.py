from __future__ import annotations

import asyncio
import threading

import pytest

from vmsguard.errors import Unreachable
from vmsguard.net.blocking import BlockingPool, run_blocking_for


async def test_a_blocking_call_runs_in_a_thread_of_the_pool() -> None:
    with BlockingPool() as run_blocking:
        name = await run_blocking(lambda: threading.current_thread().name)
        assert (await run_blocking(divmod, 7, 2)) == (3, 1)
    assert name.startswith("vmsguard-blocking")


async def test_its_exception_comes_through() -> None:
    with BlockingPool() as run_blocking, pytest.raises(ZeroDivisionError):
        await run_blocking(divmod, 1, 0)


async def test_no_more_calls_run_at_once_than_there_are_threads() -> None:
    running, most, lock = 0, 0, threading.Lock()
    meet = threading.Barrier(2, timeout=60)

    def call() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        meet.wait()
        with lock:
            running -= 1

    with BlockingPool(threads=2) as run_blocking:
        await asyncio.gather(*(run_blocking(call) for _ in range(6)))
    assert most == 2


async def test_a_call_that_never_comes_back_takes_nobodys_place_and_holds_up_no_end() -> None:
    forever = threading.Event()
    with BlockingPool(threads=1) as run_blocking:
        for number in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await run_blocking.run(f"t-{number}", forever.wait)
        assert 3 == await run_blocking.run("t-9", lambda: 3)
        with pytest.raises(Unreachable, match="never came back"):
            await run_blocking.run("t-1", lambda: 3)
        assert 3 == await run_blocking_for("t-9", run_blocking)(lambda: 3)
    forever.set()


async def test_a_target_whose_call_came_back_late_is_called_again() -> None:
    slow = threading.Event()
    ended = threading.Event()
    with BlockingPool(threads=1) as run_blocking:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await run_blocking.run("t-1", lambda: (slow.wait(), ended.set()))
        slow.set()
        assert ended.wait(60)
        while True:
            try:
                assert 3 == await run_blocking.run("t-1", lambda: 3)
                return
            except Unreachable:
                await asyncio.sleep(0)  # the thread has yet to end behind its last statement
