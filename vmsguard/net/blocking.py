"""Runs blocking libraries (zeep) and disks in a few threads, apart from the loop's own.

A call may never come back: a network disk that is gone, a library that waits for itself. Whoever waits for it gives up
in time; the thread cannot be ended, so it is left behind and its place is free for the next. Of one target only one
call at a time can be left behind so, for until it comes back the target gets no other thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, TypeVar

from vmsguard.errors import Unreachable

__all__ = ["BlockingPool", "run_blocking_for"]

T = TypeVar("T")


class BlockingPool:
    """Callable as a driver's ``run_blocking``; a context manager that waits for the calls somebody waits for."""

    def __init__(self, threads: int = 4) -> None:
        self._places = asyncio.Semaphore(threads)
        self._running: set[threading.Thread] = set()
        self._left_behind: dict[str, set[threading.Thread]] = {}

    async def __call__(self, function: Callable[..., T], /, *args: Any) -> T:
        """The result of ``function(*args)``, run in one of the threads; its exceptions come through."""
        return await self.run("", function, *args)

    async def run(self, target: str, function: Callable[..., T], /, *args: Any) -> T:
        """As when it is called, in the name of a target; ``Unreachable`` while an earlier call of it hangs."""
        async with self._places:
            if target and (hanging := self._hanging(target)):
                raise Unreachable(
                    target,
                    "blocking call",
                    f"{len(hanging)} earlier calls of its driver never came back",
                    hint="look at what the driver waits for: a network disk, or the library it uses",
                )
            ended: asyncio.Future[T] = asyncio.get_running_loop().create_future()
            thread = threading.Thread(
                target=_carry_out, args=(ended, function, args), name="vmsguard-blocking", daemon=True
            )
            self._running.add(thread)
            thread.start()
            try:
                return await ended
            except asyncio.CancelledError:
                self._left_behind.setdefault(target, set()).add(thread)
                raise
            finally:
                self._running.discard(thread)

    def hangs(self, target: str) -> bool:
        """Whether a call of the target that nobody waits for any more has not come back yet."""
        return bool(self._hanging(target))

    def close(self) -> None:
        """Wait for running calls, but for those that were given up; what has not begun is nobody's any more."""
        for thread in tuple(self._running):
            thread.join()

    def __enter__(self) -> BlockingPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _hanging(self, target: str) -> set[threading.Thread]:
        left = {thread for thread in self._left_behind.pop(target, ()) if thread.is_alive()}
        if left:
            self._left_behind[target] = left
        return left


def run_blocking_for(target: str, run_blocking: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The same in the name of a target, where a pool runs it."""
    if not isinstance(run_blocking, BlockingPool):
        return run_blocking
    pool = run_blocking

    async def run(function: Callable[..., Any], /, *args: Any) -> Any:
        return await pool.run(target, function, *args)

    return run


def _carry_out(ended: asyncio.Future[Any], function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    try:
        result = function(*args)
    except BaseException as error:  # noqa: BLE001 - it is raised where the call is waited for
        _tell(ended, ended.set_exception, error)
    else:
        _tell(ended, ended.set_result, result)


def _tell(ended: asyncio.Future[Any], how: Callable[[Any], None], what: Any) -> None:
    def tell() -> None:
        if not ended.done():
            how(what)

    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        ended.get_loop().call_soon_threadsafe(tell)
