"""The fleet as a worker works on it: from the same files as the agent's, and without a word to anybody about them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from vmsguard.agent.fleet_in_force import FleetInForce, FleetSource
from vmsguard.agent.notifications.alert import Alert
from vmsguard.model.clock import Clock
from vmsguard.run.fleet import Fleet
from vmsguard.state.store import State

__all__ = ["FleetAtWorker"]


class FleetAtWorker(FleetInForce):
    """Reads the files and what the state remembers of lost cameras; writes nothing. Noticing what is lost, stopping
    writes for it and telling people is the agent's.

    So changed files are in force here later than there: ``behind`` is twice as long as the agent may take to look.
    A broken export must not reach a worker before the agent has stopped configuration writes for it.
    """

    def __init__(self, source: FleetSource, state: State, clock: Clock, *, behind: timedelta) -> None:
        super().__init__(_Later(source, clock, behind.total_seconds()), state, _nobody)

    def _take_note(self, loaded: Fleet, owing: frozenset[str], now: datetime) -> None:
        """The agent's."""


class _Later:
    """A source whose changes are told some time after they came."""

    def __init__(self, source: FleetSource, clock: Clock, seconds: float) -> None:
        self._source = source
        self._clock = clock
        self._seconds = seconds
        self._noticed: float | None = None

    def changed(self) -> bool:
        now = self._clock.monotonic()
        if self._noticed is None and self._source.changed():
            self._noticed = now
        return self._noticed is not None and now >= self._noticed + self._seconds

    def load(self) -> Fleet:
        self._noticed = None
        return self._source.load()


def _nobody(alerts: Iterable[Alert]) -> None:
    """People are told by the agent."""
