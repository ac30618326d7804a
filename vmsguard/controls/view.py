"""What a control sees: facts of one endpoint, attributes and documents of its camera, and the time."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from msgspec import Struct, field

from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.facts import CAMERA_TARGET, Absent, Fact, FactKey, Items, Known, Reading, Unknown, unread
from vmsguard.model.inventory import Camera, Endpoint
from vmsguard.model.manifest import Identity
from vmsguard.model.pack import Document, ExceptionGrant
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.vocabulary import WHOLE, Layer, Role, Why

__all__ = ["Asked", "Told", "View", "is_absent", "items", "reason_of"]


_RUNTIME = Layer.RUNTIME


class Asked(Enum):
    """What a view is asked for, as far as equal answers can be recognised."""

    FACT = 1
    WITNESS = 2
    ATTRIBUTE = 3
    HONESTY = 4


_FACT, _WITNESS, _ATTRIBUTE, _HONESTY = Asked.FACT, Asked.WITNESS, Asked.ATTRIBUTE, Asked.HONESTY


class Told(NamedTuple):
    """One thing a view was asked, and what it said."""

    asked: Asked
    name: str
    layer: Layer
    store: str
    fact: Fact | None
    answer: Hashable
    """Of what is not a fact; facts answer for themselves."""


class View(Struct, eq=False):
    """A window on one snapshot that remembers every fact it was asked for.

    ``endpoint`` is None in the view of the camera itself. Reading a fact nobody delivered gives
    ``Unknown`` with the reason its target carries, so a control cannot mistake silence for an answer.
    """

    snapshot: CameraSnapshot
    endpoint: Endpoint | None
    now: datetime
    _specs: dict[str, FactSpec]
    exception: ExceptionGrant | None = None
    _cited: dict[int, Fact] = field(default_factory=dict)
    """By identity, which is found without hashing a key."""
    trace: list[Told] | None = None
    """What was asked, in order, where somebody wants to know; None once more was asked than can be compared."""

    @property
    def camera(self) -> Camera:
        return self.snapshot.camera

    @property
    def identity(self) -> Identity | None:
        """Who the endpoint's target said it is; None in a camera's view or when it did not answer."""
        self.trace = None
        return self._identity()

    @property
    def fabricates(self) -> bool:
        """Whether the endpoint's target answers success to operations that cannot exist."""
        identity = self._identity()
        answer = identity is not None and identity.fabricates
        if self.trace is not None:
            self.trace.append(Told(_HONESTY, "", _RUNTIME, "", None, answer))
        return answer

    def _identity(self) -> Identity | None:
        if self.endpoint is None:
            return None
        seen = self.snapshot.targets.get(self.endpoint.target)
        return None if seen is None else seen.identity

    @property
    def cited(self) -> tuple[Fact, ...]:
        """Every fact read so far, once each, in the order of reading."""
        return tuple(self._cited.values())

    def recite(self, facts: Iterable[Fact]) -> None:
        """Count these facts as read, as they were when this place was judged."""
        for fact in facts:
            self._cited[id(fact)] = fact

    def fact(self, name: str, layer: Layer = _RUNTIME, store: str = "") -> Fact:
        """The fact at this endpoint: the channel's own, or else the target's."""
        facts = self.snapshot.facts
        endpoint = self.endpoint
        if endpoint is None:
            target, channel = CAMERA_TARGET, WHOLE
        else:
            spec = self._specs.get(name)
            target = endpoint.target
            channel = WHOLE if spec is not None and spec.whole else endpoint.channel
        # A plain tuple finds what a FactKey filed, and costs a fifth of making one.
        found: Fact | None = facts.get((target, channel, name, layer, store))  # type: ignore[call-overload]
        if found is None and channel != WHOLE:
            found = facts.get((target, WHOLE, name, layer, store))  # type: ignore[call-overload]
        if found is None:
            found = self._missing(FactKey(target, channel, name, layer, store))
        self._cited[id(found)] = found
        if self.trace is not None:
            self.trace.append(Told(_FACT, name, layer, store, found, None))
        return found

    def reading(self, name: str, layer: Layer = _RUNTIME, store: str = "") -> Reading:
        return self.fact(name, layer, store).reading

    def if_delivered(self, name: str) -> Fact | None:
        """The endpoint's fact where a source delivered it; what nobody read is not cited."""
        self.trace = None
        endpoint = self.endpoint
        if endpoint is None:
            return None
        spec = self._specs.get(name)
        channel = WHOLE if spec is not None and spec.whole else endpoint.channel
        found: Fact | None = self.snapshot.facts.get((endpoint.target, channel, name, _RUNTIME, ""))  # type: ignore[call-overload]
        if found is not None:
            self._cited[id(found)] = found
        return found

    def delivered(self, fact: Fact) -> bool:
        """Whether some source delivered this fact, or it only stands for "nobody read this"."""
        return fact.key in self.snapshot.facts

    def layers(self, name: str) -> tuple[Fact, ...]:
        """The fact in each layer its specification declares; all of them must say "off"."""
        spec = self._specs.get(name)
        if spec is None:
            return (self.fact(name),)
        told = []
        for layer in spec.layers:  # a comprehension would be a call of its own
            told.append(self.fact(name, layer))
        return tuple(told)

    def witness(self, name: str) -> bool | int | None:
        """What a second witness saw, or None when none has looked (which proves nothing)."""
        fact = self._witnessed(name)
        value: bool | int | None = None if fact is None else fact.reading.value  # type: ignore[union-attr]
        if self.trace is not None:
            self.trace.append(Told(_WITNESS, name, _RUNTIME, "", fact, _seen(fact)))
        return value

    def _witnessed(self, name: str) -> Fact | None:
        if self.endpoint is None:
            return None
        key = (self.endpoint.target, self.endpoint.channel, name, _RUNTIME, "")
        found: Fact | None = self.snapshot.facts.get(key)  # type: ignore[call-overload]
        if found is None or not isinstance(found.reading, Known):
            return None
        self._cited[id(found)] = found
        return found

    def camera_fact(self, name: str) -> Fact:
        """A fact about the camera itself, from an endpoint's view too."""
        self.trace = None
        key = FactKey(CAMERA_TARGET, WHOLE, name)
        found = self.snapshot.facts.get(key) or self._missing(key)
        self._cited[id(found)] = found
        return found

    def anywhere(self, name: str) -> tuple[Fact, ...]:
        """The fact as the camera's own and as each endpoint tells it; only where somebody delivered it."""
        self.trace = None
        facts = self.snapshot.facts
        keys = [FactKey(CAMERA_TARGET, WHOLE, name)]
        keys += [FactKey(endpoint.target, endpoint.channel, name) for endpoint in self.snapshot.endpoints]
        found = tuple(facts[key] for key in dict.fromkeys(keys) if key in facts)
        for fact in found:
            self._cited[id(fact)] = fact
        return found or (self.camera_fact(name),)

    def attribute(self, name: str) -> Any:
        """The inventory's value, or None when nobody set it (which is unknown, not false)."""
        attribute = self.camera.attributes.get(name)
        value = None if attribute is None else attribute.value
        if self.trace is not None:
            self.trace.append(Told(_ATTRIBUTE, name, _RUNTIME, "", None, (type(value), value)))
        return value

    def again(self, told: Told) -> tuple[Hashable, Fact | None]:
        """What this view answers to a question another view was asked, and the fact that it rests on."""
        if told.asked is _FACT:
            return None, self.fact(told.name, told.layer, told.store)
        if told.asked is _WITNESS:
            fact = self._witnessed(told.name)
            return _seen(fact), fact
        if told.asked is _ATTRIBUTE:
            value = self.attribute(told.name)
            return (type(value), value), None
        return self.fabricates, None

    def documents(self, kind: str) -> tuple[Document, ...]:
        """Documents of a kind that cover this camera or its site, valid or not."""
        self.trace = None
        return tuple(
            document
            for document in self.snapshot.documents
            if document.kind == kind
            and (not document.cameras or self.camera.id in document.cameras)
            and (not document.sites or self.camera.site in document.sites)
        )

    def endpoints(self, roles: Iterable[Role]) -> tuple[Endpoint, ...]:
        self.trace = None
        wanted = frozenset(roles)
        return tuple(endpoint for endpoint in self.snapshot.endpoints if endpoint.role in wanted)

    def _missing(self, key: FactKey) -> Fact:
        for fact in self._cited.values():
            if fact.key == key:
                return fact
        why, detail = Why.NO_DRIVER_FACT, "no source delivers this fact"
        if key.target != CAMERA_TARGET:
            seen = self.snapshot.targets.get(key.target)
            if seen is not None and seen.why is not None:
                why, detail = seen.why, seen.detail
        return unread(
            key.name,
            self.now,
            target=key.target,
            channel=key.channel,
            why=why,
            detail=detail,
            layer=key.layer,
        )


def _seen(fact: Fact | None) -> Hashable:
    if fact is None or not isinstance(fact.reading, Known):
        return None
    return type(fact.reading.value), fact.reading.value, int(fact.basis)


def items(reading: Reading) -> Items[Any] | None:
    """The list inside a known reading, or None for absent and unknown."""
    return reading.value if isinstance(reading, Known) and isinstance(reading.value, Items) else None


def is_absent(reading: Reading) -> bool:
    return isinstance(reading, Absent)


def reason_of(reading: Unknown) -> str:
    return f"{reading.why.value}: {reading.detail}" if reading.detail else reading.why.value
