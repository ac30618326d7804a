"""The fleet as a worker works on it: from the same files as the agent's, and without a word to anybody about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
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

    Files that lost a camera are in force here later than there: ``behind`` is twice as long as the agent may take to
    look. A broken export must not reach a worker before the agent has stopped configuration writes for it. Holds and
    freezes of those files count at once, for they only keep from doing.
    """

    def __init__(self, source: FleetSource, state: State, clock: Clock, *, behind: timedelta) -> None:
        super().__init__(_Later(source, clock, behind.total_seconds()), state, _nobody)

    def _take_note(self, loaded: Fleet, owing: frozenset[str], now: datetime) -> None:
        """The agent's."""


class _Later:
    """A source that goes on giving the cameras it gave before for some time after they were lost."""

    def __init__(self, source: FleetSource, clock: Clock, seconds: float) -> None:
        self._source = source
        self._clock = clock
        self._seconds = seconds
        self._given: Fleet | None = None
        self._held_back: Fleet | None = None
        self._until = 0.0

    def changed(self) -> bool:
        return self._source.changed() or (self._held_back is not None and self._clock.monotonic() >= self._until)

    def load(self) -> Fleet:
        if self._held_back is not None and not self._source.changed():
            self._given, self._held_back = self._held_back, None
            return self._given
        loaded, before = self._source.load(), self._given
        if before is not None and before.inventory.cameras.keys() - loaded.inventory.cameras.keys():
            self._held_back, self._until = loaded, self._clock.monotonic() + self._seconds
            loaded = replace(before, holds=loaded.holds, freezes=loaded.freezes)
        else:
            self._held_back = None
        self._given = loaded
        return loaded


def _nobody(alerts: Iterable[Alert]) -> None:
    """People are told by the agent."""
