"""Whose turn it is to be asked who it is: looked up by time, so that a round costs what is due in it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from vmsguard.agent.schedule.chance import fraction

__all__ = ["WatchList"]


class WatchList:
    """Names each target about once an interval; each at its own time within it."""

    def __init__(self, interval: float, seed: str) -> None:
        self._interval = interval
        self._seed = seed
        self._turns: list[tuple[float, str]] = []

    def keep(self, targets: Iterable[str], monotonic: float) -> None:
        """Have these watched from now on, and no others; those that were watched before keep their turn."""
        before = {name: at for at, name in self._turns}
        turns = []
        for name in targets:
            at = before.get(name)
            if at is None:
                at = monotonic + self._interval * fraction(self._seed, name, "watch")
            turns.append((at, name))
        heapq.heapify(turns)
        self._turns = turns

    def due(self, monotonic: float) -> Iterator[str]:
        """Those whose turn has come, the longest waiting first; what is taken comes again an interval from now."""
        while self._turns and self._turns[0][0] <= monotonic:
            name = self._turns[0][1]
            heapq.heapreplace(self._turns, (monotonic + self._interval, name))
            yield name
