"""What a control sees: facts of one endpoint, attributes and documents of its camera, and the time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.facts import CAMERA_TARGET, Absent, Fact, FactKey, Items, Known, Reading, Unknown, unread
from vmsguard.model.inventory import Camera, Endpoint
from vmsguard.model.manifest import Identity
from vmsguard.model.pack import Document, ExceptionGrant
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.vocabulary import WHOLE, Layer, Role, Why

__all__ = ["View", "is_absent", "items", "reason_of"]


_RUNTIME = Layer.RUNTIME


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

    @property
    def camera(self) -> Camera:
        return self.snapshot.camera

    @property
    def identity(self) -> Identity | None:
        """Who the endpoint's target said it is; None in a camera's view or when it did not answer."""
        if self.endpoint is None:
            return None
        seen = self.snapshot.targets.get(self.endpoint.target)
        return None if seen is None else seen.identity

    @property
    def cited(self) -> tuple[Fact, ...]:
        """Every fact read so far, once each, in the order of reading."""
        return tuple(self._cited.values())

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
        return found

    def reading(self, name: str, layer: Layer = _RUNTIME, store: str = "") -> Reading:
        return self.fact(name, layer, store).reading

    def if_delivered(self, name: str) -> Fact | None:
        """The endpoint's fact where a source delivered it; what nobody read leaves no trace here."""
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
        if self.endpoint is None:
            return None
        key = (self.endpoint.target, self.endpoint.channel, name, _RUNTIME, "")
        found: Fact | None = self.snapshot.facts.get(key)  # type: ignore[call-overload]
        if found is None or not isinstance(found.reading, Known):
            return None
        self._cited[id(found)] = found
        value: bool | int = found.reading.value
        return value

    def camera_fact(self, name: str) -> Fact:
        """A fact about the camera itself, from an endpoint's view too."""
        key = FactKey(CAMERA_TARGET, WHOLE, name)
        found = self.snapshot.facts.get(key) or self._missing(key)
        self._cited[id(found)] = found
        return found

    def anywhere(self, name: str) -> tuple[Fact, ...]:
        """The fact as the camera's own and as each endpoint tells it; only where somebody delivered it."""
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
        return None if attribute is None else attribute.value

    def documents(self, kind: str) -> tuple[Document, ...]:
        """Documents of a kind that cover this camera or its site, valid or not."""
        return tuple(
            document
            for document in self.snapshot.documents
            if document.kind == kind
            and (not document.cameras or self.camera.id in document.cameras)
            and (not document.sites or self.camera.site in document.sites)
        )

    def endpoints(self, roles: Iterable[Role]) -> tuple[Endpoint, ...]:
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


def items(reading: Reading) -> Items[Any] | None:
    """The list inside a known reading, or None for absent and unknown."""
    return reading.value if isinstance(reading, Known) and isinstance(reading.value, Items) else None


def is_absent(reading: Reading) -> bool:
    return isinstance(reading, Absent)


def reason_of(reading: Unknown) -> str:
    return f"{reading.why.value}: {reading.detail}" if reading.detail else reading.why.value
