"""Runs blocking libraries (zeep) in a bounded pool of threads, apart from the loop's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, TypeVar

__all__ = ["BlockingPool"]

T = TypeVar("T")


class BlockingPool:
    """Callable as a driver's ``run_blocking``; a context manager that joins its threads."""

    def __init__(self, threads: int = 4) -> None:
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="vmsguard-blocking")

    async def __call__(self, function: Callable[..., T], /, *args: Any) -> T:
        """The result of ``function(*args)``, run in one of the threads; its exceptions come through."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, lambda: function(*args))

    def close(self) -> None:
        """Wait for running calls and drop those that have not begun."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> BlockingPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
