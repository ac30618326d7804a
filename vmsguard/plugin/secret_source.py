"""The contract of a source of secrets."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

__all__ = ["SecretSource"]


class SecretSource(ABC):
    """Gives the text behind ``secret://NAME/…``; made without arguments, once per process.

    It is asked in the middle of a run, so it answers within seconds or raises. What it returns never leaves memory:
    it is in no log, no state and no evidence, and a source keeps it in none either.
    """

    name: ClassVar[str]

    @abstractmethod
    def text(self, name: str) -> str:
        """The secret called ``name`` (what follows the source in its reference).

        Raises ``KeyError`` for one that is not there; anything else it raises counts as not reachable now. No
        message of an exception is shown to anybody: it may hold what it should not.
        """
