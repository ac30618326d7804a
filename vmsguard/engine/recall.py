"""Equal readings are judged once: what a control asked of its view, what it was told, and what it concluded.

A fleet of thousands gives few different answers. The first judgement of a control leaves its questions
behind; the next endpoint is asked the same ones, and where it answers alike, the same outcome stands. Only
controls that say so (``Control.by_readings``) are remembered: their outcome depends on nothing but the facts
and attributes they ask their view for, and on whether the target makes up its answers.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeAlias

from vmsguard.controls.view import Asked, Told, View
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.facts import Fact
from vmsguard.model.inventory import Endpoint
from vmsguard.model.results import Outcome
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.vocabulary import WHOLE, Basis

__all__ = ["Conclusion", "Question"]

MOST = 1024
"""Conclusions kept per question; what a fleet says beyond that is judged each time."""
_FACT = Asked.FACT
_READ_BACK = Basis.READ_BACK


class Conclusion:
    """One outcome of a question, however many endpoints it was reached at."""

    __slots__ = ("by_readings", "outcome", "shown")

    def __init__(self, outcome: Outcome, *, by_readings: bool = False) -> None:
        self.outcome = outcome
        self.by_readings = by_readings
        """It follows from the readings alone; who reaches it has read the same in the same order."""
        self.shown: tuple[tuple[str, str], ...] | None = None
        """What each fact read shows, and the label of its basis, where it follows from them."""


class _Step:
    """One thing asked, and where each answer leads."""

    __slots__ = ("answers", "asked", "channel", "cites", "layer", "name", "others", "scalar", "store", "told")

    def __init__(self, told: Told, spec: FactSpec | None, *, cites: bool) -> None:
        self.told = told
        self.asked = told.asked
        self.name = told.name
        self.layer = told.layer
        self.store = told.store
        self.channel = WHOLE if spec is not None and spec.whole else ""
        self.scalar = spec is None or spec.item is None
        """Then the type of a value belongs to the answer: 1 and True are equal, and not the same."""
        self.cites = cites
        self.answers: dict[Hashable, _Step | Conclusion] = {}
        """By reading, of lists that were read back: what most answers are."""
        self.others: dict[Hashable, _Step | Conclusion] = {}


_Next: TypeAlias = _Step | Conclusion | None


class Question:
    """A control with its parameters, and what it concluded so far from which readings."""

    __slots__ = ("_concluded", "_kept", "_root", "_specs", "remembers")

    def __init__(self, *, remembers: bool) -> None:
        self.remembers = remembers
        self._root: _Next = None
        self._specs: dict[str, FactSpec] | None = None
        self._kept = 0
        self._concluded: dict[tuple[Outcome, bool], Conclusion] = {}

    def conclude(self, outcome: Outcome, *, on_camera: bool = False) -> Conclusion:
        """The conclusion with this outcome, whatever it rests on."""
        try:
            known = self._concluded.get((outcome, on_camera))
        except TypeError:  # a plugin's outcome may hold a list
            return Conclusion(outcome)
        if known is None:
            known = Conclusion(outcome)
            if len(self._concluded) < MOST:
                self._concluded[outcome, on_camera] = known
        return known

    def recall(
        self,
        snapshot: CameraSnapshot,
        endpoint: Endpoint,
        specs: dict[str, FactSpec],
        view_of: Callable[[Endpoint], View],
    ) -> tuple[Conclusion, list[Fact]] | None:
        """What was concluded from the very readings this endpoint gives, and the facts read; None if nothing was."""
        if specs is not self._specs:
            if specs != self._specs:
                self._root, self._kept = None, 0
            self._specs = specs
        step = self._root
        facts: Any = snapshot.facts
        target, channel = endpoint.target, endpoint.channel
        view: View | None = None
        read: list[Fact] = []
        try:
            while isinstance(step, _Step):
                if step.asked is _FACT and not step.scalar:
                    found = facts.get((target, step.channel or channel, step.name, step.layer, step.store))
                    if found is not None and found.basis is _READ_BACK:
                        if step.cites:
                            read.append(found)
                        step = step.answers.get(found.reading)
                        continue
                if view is None:
                    view = view_of(endpoint)
                answer, fact = view.again(step.told)
                if fact is not None and all(fact is not one for one in read):
                    read.append(fact)
                step = _where(step, fact, answer, view)
        except TypeError:  # the reading of a plugin's own type may not be hashable
            return None
        return None if step is None else (step, read)

    def learn(self, view: View, outcome: Outcome) -> Conclusion | None:
        """Keep what a traced view led to; None where more was asked than can be compared."""
        if view.trace is None or self._specs is None or self._kept >= MOST:
            return None
        place, key = None, None
        cited: set[int] = set()
        try:
            for told in view.trace:
                fact = told.fact
                cites = fact is not None and id(fact) not in cited
                cited.add(id(fact))
                step = self._root if place is None else place.get(key)
                if step is None:
                    step = _Step(told, self._specs.get(told.name), cites=cites)
                    self._put(place, key, step)
                if type(step) is not _Step or (step.asked, step.name, step.layer) != told[:3]:
                    return None  # told the same, it asked for something else: not to be relied on
                place, key = _fork(step, fact, told.answer, view)
            conclusion = Conclusion(outcome, by_readings=True)
            self._put(place, key, conclusion)
        except TypeError:
            return None
        self._kept += 1
        return conclusion

    def _put(self, place: dict[Hashable, Any] | None, key: Hashable, step: _Step | Conclusion) -> None:
        if place is None:
            self._root = step
        else:
            place[key] = step


def _where(step: _Step, fact: Fact | None, answer: Hashable, view: View) -> _Next:
    place, key = _fork(step, fact, answer, view)
    return place.get(key)


def _fork(
    step: _Step, fact: Fact | None, answer: Hashable, view: View
) -> tuple[dict[Hashable, _Step | Conclusion], Hashable]:
    """Where an answer is filed: a reading with how it is known, and whether anybody delivered it at all."""
    if step.asked is not _FACT or fact is None:
        return step.others, answer
    reading = fact.reading
    delivered = view.delivered(fact)
    if delivered and not step.scalar and fact.basis is _READ_BACK:
        return step.answers, reading
    kind = type(getattr(reading, "value", None)) if step.scalar else None
    return step.others, (reading, int(fact.basis), kind, delivered)
