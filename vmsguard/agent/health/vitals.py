"""Whether the agent lives and can do its work: its loop goes round, and what it needs can be written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vmsguard.errors import VmsguardError
from vmsguard.model.clock import Clock

__all__ = ["Check", "Vitals"]

Check = Callable[[], None]
"""Raises a ``VmsguardError`` that says what is wrong; returns where nothing is."""


@dataclass(kw_only=True)
class Vitals:
    """What the agent's loop reports to, and what probes ask."""

    clock: Clock
    checks: Mapping[str, Check] = field(default_factory=dict)
    """What must work before the agent is ready, by name: ``state``, ``evidence``, ``executor``."""
    longest_round: float = 60.0
    """Seconds without a tick after which the loop counts as stuck."""
    stopping: bool = False
    _ticked: float | None = None

    def tick(self) -> None:
        """Called by the loop each time it goes round."""
        self._ticked = self.clock.monotonic()

    @property
    def alive(self) -> bool:
        """Whether the loop went round lately; a loop that has not begun is not alive yet."""
        return self._ticked is not None and self.clock.monotonic() - self._ticked <= self.longest_round

    def troubles(self) -> dict[str, str]:
        """What keeps the agent from being ready, by check, in words that hold no secret; empty if nothing does."""
        found: dict[str, str] = {}
        if not self.alive:
            found["loop"] = "it has not gone round yet" if self._ticked is None else "it has not gone round lately"
        if self.stopping:
            found["stopping"] = "it was told to stop"
        for name, check in self.checks.items():
            try:
                check()
            except VmsguardError as error:
                found[name] = error.message
            except Exception as error:  # noqa: BLE001 - a check that breaks has not shown that its part works
                found[name] = type(error).__name__
        return found
