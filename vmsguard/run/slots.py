"""Places for targets that are talked to at once, which slow ones do not keep from the others."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

__all__ = ["PATIENCE_SECONDS", "Slots"]

PATIENCE_SECONDS = 30.0
"""A camera is read in a few seconds; whatever takes longer makes room."""


class Slots:
    """So many places, and as many again beside them for targets that take longer than ``patience`` seconds.

    Whoever moves aside goes on undisturbed. Only when the places aside are taken too does a slow target keep
    its own, until one of those is done: never more than ``2 * places`` are talked to at once.
    """

    def __init__(self, places: int, patience: float = PATIENCE_SECONDS) -> None:
        self._places = asyncio.Semaphore(places)
        self._aside = places
        self._patience = patience
        self._wish_to_move: deque[_Place] = deque()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """One place, for as long as the context lasts."""
        await self._places.acquire()
        place = _Place()
        timer = asyncio.get_running_loop().call_later(self._patience, self._wish, place)
        try:
            yield
        finally:
            timer.cancel()
            place.left = True
            if place.aside:
                self._aside += 1
                self._move_next()
            else:
                self._places.release()

    def _wish(self, place: _Place) -> None:
        self._wish_to_move.append(place)
        self._move_next()

    def _move_next(self) -> None:
        while self._aside and self._wish_to_move:
            place = self._wish_to_move.popleft()
            if not place.left:
                place.aside = True
                self._aside -= 1
                self._places.release()


class _Place:
    """Where one target is."""

    __slots__ = ("aside", "left")

    def __init__(self) -> None:
        self.aside = False
        self.left = False
