"""An event loop whose time passes at once: whoever sleeps is woken as soon as nobody else has anything to do."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["run_at_once"]

T = TypeVar("T")


class _Jumping(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is not None and timeout > 0:
            self.now += timeout
        return super().select(0)


def run_at_once(job: Coroutine[Any, Any, T]) -> tuple[T, float]:
    """What the coroutine returns, and how many seconds it took on its own loop's clock."""
    selector = _Jumping()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now  # type: ignore[method-assign]
    try:
        return loop.run_until_complete(job), selector.now
    finally:
        loop.close()
