"""Turns what was read of motion into facts, scope by scope."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime

from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.fact_values import Store
from vmsguard.model.facts import Absent, Fact, FactKey, Items, Known, Reading, Unknown
from vmsguard.model.manifest import Observation, Scope
from vmsguard.model.vocabulary import WHOLE, Basis, Layer, Why
from vmsguard_motion import access_facts, outgoing_facts, reading
from vmsguard_motion.footage import FILES, recordings
from vmsguard_motion.manifest import FACT_LAYERS
from vmsguard_motion.places import Hidden, Place
from vmsguard_motion.recording_jobs import jobs
from vmsguard_motion.session import MAIN, Session
from vmsguard_motion.settings import Settings
from vmsguard_motion.streams import Streams

__all__ = ["Observer"]

_NO_CAMERA = Unknown(Why.NOT_READ, "motion lists no camera with this number")
_NOT_OURS = Unknown(Why.NO_DRIVER_FACT, "the motion driver has no source for this fact")
_ENCRYPTION = Unknown(Why.NO_DRIVER_FACT, "motion does not know whether the disk below it is encrypted")
_KEEPS_FOR_EVER = "motion has no retention: none of its parameters deletes a file"

Readings = dict[tuple[str, Layer], Reading]
Stored = Mapping[str, Settings] | Unknown


class Observer:
    """One observation of one motion; made anew for each, so that nothing read before is believed."""

    def __init__(self, session: Session, stated_ports: tuple[int, ...]) -> None:
        self._session = session
        self._stated = stated_ports
        self._statuses: Mapping[str, str] | Unknown = _NOT_OURS
        self._memory: Mapping[str, Settings | Unknown] = {}
        self._stored: Stored = _NOT_OURS
        self.places: Mapping[str, Place | Hidden] = {}

    def streams(self, camera: str) -> Streams:
        """What this observation knows of a camera's streams."""
        return Streams(camera, self._memory, self._stored, self._stated)

    async def observe(self, want: Mapping[Scope, frozenset[str]]) -> AsyncIterator[Observation]:
        """One observation per scope, from one reading of motion, of its files and of its storage."""
        self._statuses = await reading.attempt(self._session.statuses())
        numbers = () if isinstance(self._statuses, Unknown) else tuple(self._statuses)
        self._memory = await reading.read_settings(self._session, numbers)
        self._stored = await reading.read_stored(self._session, self._memory[MAIN])
        self.places = reading.places(self._session.target, self._memory) if numbers else {}
        for scope, wanted in want.items():
            at = self._session.ctx.clock.now()
            if scope.channel == WHOLE:
                readings = await self._whole(wanted)
            elif isinstance(self._statuses, Unknown) or scope.channel not in self._statuses:
                told = self._statuses if isinstance(self._statuses, Unknown) else _NO_CAMERA
                readings = {(name, layer): told for name in wanted for layer in FACT_LAYERS.get(name, ())}
            else:
                readings = await self._channel(scope.channel, wanted, self._statuses[scope.channel], at)
            yield Observation(tuple(self._facts(scope.channel, wanted, readings, at)))

    async def _whole(self, wanted: frozenset[str]) -> Readings:
        memory, stored = self._cameras(self._memory), self._cameras_stored()
        made: dict[tuple[str, Layer], Callable[[], Reading]] = {
            ("storage.encrypted", Layer.RUNTIME): lambda: _ENCRYPTION,
            ("push.destinations", Layer.RUNTIME): lambda: self._listed(memory, outgoing_facts.pushes),
            ("push.destinations", Layer.STORED): lambda: self._listed(stored, outgoing_facts.pushes),
            ("cloud.links", Layer.RUNTIME): lambda: self._listed(memory, outgoing_facts.cloud),
            ("cloud.links", Layer.STORED): lambda: self._listed(stored, outgoing_facts.cloud),
            ("face_library.sizes", Layer.RUNTIME): lambda: self._listed(memory, outgoing_facts.libraries),
            ("access.accounts", Layer.RUNTIME): lambda: access_facts.accounts(
                self._memory[MAIN], anonymous=self._session.anonymous
            ),
            ("access.addresses_limited", Layer.RUNTIME): lambda: access_facts.addresses_limited(self._memory[MAIN]),
            ("access.anonymous", Layer.RUNTIME): lambda: Known(self._session.anonymous),
            ("access.log_enabled", Layer.RUNTIME): lambda: access_facts.ACCESS_LOG,
            ("clock.skew_seconds", Layer.RUNTIME): self._skew,
        }
        for layer in FACT_LAYERS["storage.external"]:
            made["storage.external", layer] = lambda: outgoing_facts.EXTERNAL
        found = {key: make() for key, make in made.items() if key[0] in wanted}
        if "stores" in wanted:
            found["stores", Layer.RUNTIME] = await self._stores(memory)
        return found

    async def _channel(self, channel: str, wanted: frozenset[str], status: str, at: datetime) -> Readings:
        memory = self._memory[channel]
        stored = _of(self._stored, channel)
        streams = self.streams(channel)
        made: dict[tuple[str, Layer], Callable[[], Reading]] = {
            ("recording.jobs", Layer.RUNTIME): lambda: jobs(memory),
            ("recording.jobs", Layer.STORED): lambda: jobs(stored),
            ("recording.retention", Layer.RUNTIME): lambda: _retention(memory),
            ("stream.services", Layer.RUNTIME): streams.runtime,
            ("stream.services", Layer.STORED): streams.in_file,
            ("recognition.consumers", Layer.RUNTIME): lambda: outgoing_facts.CONSUMERS,
            ("analytics.functions", Layer.RUNTIME): lambda: outgoing_facts.analytics(channel, memory, status),
            ("analytics.functions", Layer.STORED): lambda: outgoing_facts.analytics(channel, stored, None),
        }
        found = {key: make() for key, make in made.items() if key[0] in wanted}
        if "footage.recordings" in wanted:
            found["footage.recordings", Layer.RUNTIME] = await self._footage(channel, memory, at)
        return found

    async def _footage(self, channel: str, memory: Settings | Unknown, at: datetime) -> Reading:
        if isinstance(memory, Unknown):
            return memory
        seen = await reading.files_at(self._session, self.places[channel])
        if isinstance(seen, Hidden):
            return Known(Items(complete=False, missing=str(seen)))
        stored = _of(self._stored, channel)
        lengths = reading.lengths_of(memory, None if isinstance(stored, Unknown) else stored)
        return Known(Items(recordings(seen, lengths, at)))

    async def _stores(self, memory: Mapping[str, Settings | Unknown]) -> Reading:
        """The files, and a database where there is one; complete where nothing else can hold pictures."""
        if isinstance(self._statuses, Unknown):
            return self._statuses
        found = [Store(FILES, "footage")]
        if any(isinstance(told, Settings) and told.text("database_type") for told in memory.values()):
            found.append(Store("database", "metadata"))
        sent = outgoing_facts.pushes(memory)
        assert isinstance(sent, Known)
        gap = await reading.seen_places(self._session, self.places)
        if not gap and (sent.value.values or not sent.value.complete):
            gap = sent.value.missing or "what the commands and pipes that motion feeds keep is not visible"
        return Known(Items(tuple(found), complete=not gap, missing=gap))

    def _cameras(self, settings: Mapping[str, Settings | Unknown]) -> Mapping[str, Settings | Unknown]:
        """The cameras alone: what motion itself is set to is only what new ones would begin with."""
        if isinstance(self._statuses, Unknown):
            return {}
        return {number: told for number, told in settings.items() if number in self._statuses}

    def _cameras_stored(self) -> Mapping[str, Settings | Unknown]:
        if isinstance(self._statuses, Unknown):
            return {}
        return {number: _of(self._stored, number) for number in self._statuses}

    def _listed(
        self,
        cameras: Mapping[str, Settings | Unknown],
        make: Callable[[Mapping[str, Settings | Unknown]], Reading],
    ) -> Reading:
        """What a list says of all cameras; unknown where none of them could be read."""
        if isinstance(self._statuses, Unknown):
            return self._statuses
        blind = [told for told in cameras.values() if isinstance(told, Unknown)]
        return blind[0] if blind and len(blind) == len(cameras) else make(cameras)

    def _skew(self) -> Reading:
        skew = self._session.skew_seconds
        return Unknown(Why.CLOCK, "the first reply had no usable date") if skew is None else Known(skew)

    def _facts(self, channel: str, wanted: frozenset[str], readings: Readings, at: datetime) -> Sequence[Fact]:
        target = self._session.target.id
        facts = [
            Fact(FactKey(target, channel, name, layer), told, Basis.READ_BACK, at, _SOURCES.get((name, layer), ""))
            for (name, layer), told in readings.items()
        ]
        answered = {name for name, _ in readings}
        for name in sorted(wanted - answered):
            spec = CORE_FACTS.get(name)
            if spec is None or spec.by_core or spec.whole != (channel == WHOLE):
                continue
            facts.extend(
                Fact(FactKey(target, channel, name, layer), _NOT_OURS, Basis.READ_BACK, at) for layer in spec.layers
            )
        return facts


_SOURCES = {
    ("recording.jobs", Layer.RUNTIME): "config/list",
    ("recording.jobs", Layer.STORED): "configuration files",
    ("stream.services", Layer.RUNTIME): "config/list",
    ("stream.services", Layer.STORED): "configuration files",
    ("push.destinations", Layer.RUNTIME): "config/list",
    ("push.destinations", Layer.STORED): "configuration files",
    ("analytics.functions", Layer.RUNTIME): "config/list, detection/status",
    ("analytics.functions", Layer.STORED): "configuration files",
    ("footage.recordings", Layer.RUNTIME): "files below storage_path",
    ("stores", Layer.RUNTIME): "config/list, storage_path",
    ("access.accounts", Layer.RUNTIME): "config/list",
    ("access.addresses_limited", Layer.RUNTIME): "config/list",
    ("access.anonymous", Layer.RUNTIME): "a request without a login",
    ("clock.skew_seconds", Layer.RUNTIME): "Date header",
}


def _of(stored: Stored, number: str) -> Settings | Unknown:
    """A camera's settings in the files; those of a camera that the files do not name are gone after a restart."""
    if isinstance(stored, Unknown):
        return stored
    return stored.get(number) or Unknown(Why.INCOMPLETE, "motion's files name no camera with this number")


def _retention(memory: Settings | Unknown) -> Reading:
    if isinstance(memory, Unknown):
        return memory
    if memory.text("target_dir") is None:
        return Unknown(Why.NOT_READ, "the web control does not show where files go")
    return Absent(_KEEPS_FOR_EVER)
