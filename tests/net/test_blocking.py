from __future__ import annotations

import asyncio
import threading

import pytest

from vmsguard.net.blocking import BlockingPool


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
    meet = threading.Barrier(2, timeout=5)

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
