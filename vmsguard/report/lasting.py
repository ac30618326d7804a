"""Things that runs tell again for as long as they last: findings, targets that do not answer, plugins that fail."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from vmsguard.report.records import Record

__all__ = ["Lasting", "Told"]

K = TypeVar("K", bound=Hashable)
R = TypeVar("R", bound=Record)


class Told(NamedTuple, Generic[R]):
    """The newest record, and since when it has been told without a break."""

    record: R
    since: datetime


class Lasting(Generic[K, R]):
    """What was told last, by key."""

    def __init__(self) -> None:
        self._told: dict[K, Told[R]] = {}

    def tell(self, key: K, record: R) -> None:
        before = self._told.get(key)
        self._told[key] = Told(record, record.ts if before is None else before.since)

    def forget(self, key: K) -> None:
        """It is known to be over."""
        self._told.pop(key, None)

    def keep_only(self, run: str) -> None:
        """A run looked everywhere: what it did not tell again is over."""
        self._told = {key: told for key, told in self._told.items() if told.record.run == run}

    def __iter__(self) -> Iterator[Told[R]]:
        return iter(self._told.values())
