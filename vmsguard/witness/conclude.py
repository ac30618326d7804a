"""Turns sightings into observed facts; the only place where the basis ``observed`` is assigned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from vmsguard.model.facts import Fact, FactKey, Known, Reading, Unknown
from vmsguard.model.ledger import WitnessMemory
from vmsguard.model.manifest import WitnessPoint
from vmsguard.model.vocabulary import WHOLE, Basis, Why
from vmsguard.net.redaction import redact
from vmsguard.witness.sighting import Sighting

__all__ = ["OPEN_TO_ALL", "Concluded", "MemoryKey", "conclude", "memory_key", "point_name"]

GROWS, FILES = "footage.grows", "footage.files"
OPEN_TO_ALL = "stream.open_to_all"
"""Of the target as a whole: one stream that is described without a login is a way in to it."""


class MemoryKey(NamedTuple):
    """What a memory is of: the same probe, of the same thing, from here."""

    target: str
    channel: str
    proves: str
    point: str


class Concluded(Struct, frozen=True):
    """Facts of the core's own, and what to remember of the probes they came from."""

    facts: tuple[Fact, ...]
    memories: tuple[WitnessMemory, ...]


class _Say(NamedTuple):
    """One probe's word on one fact, with what it said before."""

    key: MemoryKey
    point: WitnessPoint
    yes: bool | None
    sighting: Sighting
    before: WitnessMemory | None


def memory_key(memory: WitnessMemory) -> MemoryKey:
    """The key under which a stored memory is found again."""
    return MemoryKey(memory.target, memory.channel, memory.proves, memory.point)


def point_name(point: WitnessPoint) -> str:
    """``kind:host:port:path``, without what may be a login in the path; for files the host is the storage path."""
    return f"{point.kind}:{point.host}:{point.port}:{redact(point.path)}"


def conclude(
    target: str,
    seen: Iterable[tuple[WitnessPoint, Sighting]],
    memories: Mapping[MemoryKey, WitnessMemory],
    *,
    host_is_alive: bool,
    at: datetime,
) -> Concluded:
    """The facts these sightings prove, and unknown with its reason for those they do not.

    A positive always counts. A negative counts only when the same probe was positive from here before,
    the host is still alive, and the answer was definitive; a fact is negative only when that holds for
    every probe of it, or for the port behind which it lies. That a stream is described to nobody without a
    login needs no such past: the refusal is of the server that would have let in.
    """
    says: dict[tuple[str, str], list[_Say]] = {}
    for point, sighting in seen:
        for proves, yes in _bears_on(point, sighting):
            key = MemoryKey(target, point.channel, proves, point_name(point))
            channel = WHOLE if proves == OPEN_TO_ALL else point.channel
            says.setdefault((channel, proves), []).append(_Say(key, point, yes, sighting, memories.get(key)))
    facts = tuple(
        _fact(FactKey(target, channel, proves), group, host_is_alive, at) for (channel, proves), group in says.items()
    )
    remembered = tuple(
        _remembered(say, say.yes, at)
        for group in says.values()
        for say in group
        if say.yes is not None and (say.yes or host_is_alive)
    )
    return Concluded(facts, remembered)


def _bears_on(point: WitnessPoint, sighting: Sighting) -> Sequence[tuple[str, bool | None]]:
    if point.kind == "rtsp":
        return ((point.proves, sighting.answered), (OPEN_TO_ALL, sighting.without_login))
    if point.kind != "file":
        return ((point.proves, sighting.answered),)
    some = None if sighting.files is None else sighting.files > 0
    return ((GROWS, sighting.answered), (FILES, some))


def _fact(key: FactKey, says: Sequence[_Say], host_is_alive: bool, at: datetime) -> Fact:
    reading = _reading(key.name, says, host_is_alive)
    source = "witness " + ", ".join(sorted({say.key.point.partition(":")[0] for say in says}))
    return Fact(key, reading, Basis.OBSERVED if isinstance(reading, Known) else Basis.ATTESTED, at, source)


def _reading(name: str, says: Sequence[_Say], host_is_alive: bool) -> Reading:
    if any(say.yes for say in says):
        return Known(_files(says) if name == FILES else True)
    closed = {_door(say) for say in says if say.point.kind == "tcp" and _doubt(say, host_is_alive) is None}
    for say in says:
        doubt = _doubt(say, host_is_alive)
        # Behind a port that used to take connections and now refuses them nothing answers, known before or not.
        if doubt is not None and not (say.yes is False and _door(say) in closed):
            return doubt
    return Known(0 if name == FILES else False)


def _door(say: _Say) -> tuple[str, int]:
    return say.point.host, say.point.port


def _files(says: Sequence[_Say]) -> int:
    return sum(say.sighting.files or 0 for say in says)


def _doubt(say: _Say, host_is_alive: bool) -> Unknown | None:
    """Why a probe that did not see the thing does not prove it gone; None when it does."""
    if say.yes is None:
        return Unknown(say.sighting.why, say.sighting.detail)
    if say.key.proves == OPEN_TO_ALL:
        return None
    if say.before is None or say.before.positive_at is None:
        return Unknown(Why.NOT_READ, "this probe was never seen to succeed from here")
    if not host_is_alive:
        return Unknown(Why.UNREACHABLE, "the host itself does not answer")
    return None


def _remembered(say: _Say, yes: bool, at: datetime) -> WitnessMemory:
    earlier = None if say.before is None else say.before.positive_at
    return WitnessMemory(
        target=say.key.target,
        channel=say.key.channel,
        proves=say.key.proves,
        point=say.key.point,
        answered=yes,
        at=at,
        positive_at=at if yes else earlier,
    )
