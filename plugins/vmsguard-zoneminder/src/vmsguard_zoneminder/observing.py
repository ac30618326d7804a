"""Reads what wanted facts rest on, each thing once, and turns it into facts."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from vmsguard.errors import DeviceFault, ProtocolViolation, Refused, Unreachable
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.facts import Fact, FactKey, Known, Reading, Unknown
from vmsguard.model.manifest import Observation, Scope
from vmsguard.model.vocabulary import WHOLE, Basis, Layer, Why
from vmsguard_zoneminder import access_facts, listing, recording_facts, searching_facts, sending_facts
from vmsguard_zoneminder.manifest import FACT_LAYERS
from vmsguard_zoneminder.monitor_setting import setting_of
from vmsguard_zoneminder.rows import Event, MonitorRow, StorageArea, User
from vmsguard_zoneminder.session import DENIED, Session

__all__ = ["FAST_DELETE", "Observer"]

T = TypeVar("T")

FAST_DELETE = "ZM_OPT_FAST_DELETE"
_FEW_CHANNELS = 4
"""Up to here events are asked for by monitor; above, one list of all is fewer requests."""

_NO_MONITOR = Unknown(Why.NOT_READ, "ZoneMinder lists no monitor with this id to this account")
_NOT_OURS = Unknown(Why.NO_DRIVER_FACT, "the ZoneMinder driver has no source for this fact")


class Observer:
    """One observation of one ZoneMinder; made anew for each, so that nothing read before is believed."""

    def __init__(self, session: Session, users: Sequence[User] | Unknown, anonymous: Reading) -> None:
        self._session = session
        self._users = users
        self._anonymous = anonymous
        self.configs: dict[str, str | Unknown | None] = {}
        self.monitors: Mapping[str, MonitorRow] = {}
        self._areas: Sequence[StorageArea] | Unknown = _NOT_OURS
        self._storage_path = session.target.options.get("storage_path", "")
        self._storage_shows_something = False

    async def observe(self, want: Mapping[Scope, frozenset[str]]) -> AsyncIterator[Observation]:
        """One observation per scope; an unreadable part makes its facts unknown and leaves the others alone."""
        names = frozenset().union(*want.values())
        listed = await _attempt(listing.monitors(self._session))
        if not isinstance(listed, Unknown):
            self.monitors = {str(row.monitor.id): row for row in listed}
        if names & {"stores", "storage.external", "footage.recordings"}:
            self._areas = await _attempt(listing.storage_areas(self._session))
        await self._read_configs(names)
        if "footage.recordings" in names and self._storage_path:
            look = self._session.ctx.run_blocking
            self._storage_shows_something = await look(_shows_something, self._storage_path)
        channels = [scope.channel for scope in want if scope.channel != WHOLE]
        writing = await self._writing() if "recording.jobs" in names else None
        events, offset = await self._events(names, channels)
        for scope, wanted in want.items():
            at = self._session.ctx.clock.now()
            if scope.channel == WHOLE:
                readings = self._whole(wanted, listed, events)
            else:
                readings = self._channel(scope.channel, wanted, listed, writing, events, offset)
            yield Observation(tuple(self._facts(scope.channel, wanted, readings, at)))

    async def _read_configs(self, names: frozenset[str]) -> None:
        wanted: list[str] = []
        if "footage.recordings" in names:
            wanted.append(FAST_DELETE)
        if "push.destinations" in names:
            wanted.extend(sending_facts.PUSH_OPTIONS)
        if "stream.services" in names:
            rows = [row.monitor for row in self.monitors.values()]
            wanted.extend(
                gateway.setting
                for gateway in sending_facts.GATEWAYS
                if any(sending_facts.flag_of(monitor, gateway) is not None for monitor in rows)
            )
        for name in wanted:
            self.configs[name] = await _attempt(listing.config_value(self._session, name))

    async def _writing(self) -> frozenset[int] | None:
        found = await _attempt(listing.open_events(self._session))
        return None if isinstance(found, Unknown) else frozenset(event.monitor_id for event in found)

    async def _events(
        self, names: frozenset[str], channels: Sequence[str]
    ) -> tuple[Mapping[str, Sequence[Event]] | Unknown, timedelta | None]:
        """Events by channel with the offset of their times; also those of monitors that are gone."""
        if "footage.recordings" not in names:
            return {}, None
        if "stores" not in names and 0 < len(channels) <= _FEW_CHANNELS and all(id_.isdecimal() for id_ in channels):
            found = await _attempt(self._events_of([int(channel) for channel in channels]))
        else:
            found = await _attempt(listing.events_after(self._session))
        if isinstance(found, Unknown):
            return found, None
        offset = await _attempt(listing.event_offset(self._session, found))
        grouped: dict[str, list[Event]] = {}
        for event in found:
            grouped.setdefault(str(event.monitor_id), []).append(event)
        return grouped, None if isinstance(offset, Unknown) else offset

    async def _events_of(self, channels: Sequence[int]) -> list[Event]:
        return [event for channel in channels for event in await listing.events_after(self._session, channel)]

    def _whole(
        self,
        wanted: frozenset[str],
        listed: Sequence[MonitorRow] | Unknown,
        events: Mapping[str, Sequence[Event]] | Unknown,
    ) -> dict[tuple[str, Layer], Reading]:
        monitors = [row.monitor for row in self.monitors.values()]
        skew = self._session.skew_seconds
        used = None
        if not isinstance(listed, Unknown):
            used = {recording_facts.store_of(monitor.storage_id, self._areas) for monitor in monitors}
        orphans = None
        if not isinstance(events, Unknown) and not isinstance(listed, Unknown):
            orphans = sum(len(found) for channel, found in events.items() if channel not in self.monitors)
        both: dict[str, Callable[[], Reading]] = {
            "stores": lambda: recording_facts.stores(self._areas, orphans),
            "storage.external": lambda: recording_facts.external_storage(self._areas, used),
            "storage.encrypted": lambda: recording_facts.ENCRYPTION,
            "push.destinations": lambda: (
                listed if isinstance(listed, Unknown) else sending_facts.push_destinations(monitors, self.configs)
            ),
            "cloud.links": lambda: sending_facts.CLOUD,
            "face_library.sizes": lambda: searching_facts.FACE_LIBRARIES,
            "access.accounts": lambda: access_facts.accounts(self._users),
            "access.anonymous": lambda: self._anonymous,
            "access.log_enabled": lambda: access_facts.ACCESS_LOG,
            "clock.skew_seconds": lambda: (
                Unknown(Why.CLOCK, "the login reply had no usable date") if skew is None else Known(skew)
            ),
        }
        return {(name, layer): make() for name, make in both.items() if name in wanted for layer in FACT_LAYERS[name]}

    def _channel(
        self,
        channel: str,
        wanted: frozenset[str],
        listed: Sequence[MonitorRow] | Unknown,
        writing: frozenset[int] | None,
        events: Mapping[str, Sequence[Event]] | Unknown,
        offset: timedelta | None,
    ) -> dict[tuple[str, Layer], Reading]:
        if isinstance(listed, Unknown) or channel not in self.monitors:
            reading = listed if isinstance(listed, Unknown) else _NO_MONITOR
            return {(name, layer): reading for name in wanted for layer in FACT_LAYERS.get(name, ())}
        row = self.monitors[channel]
        monitor, setting = row.monitor, setting_of(row.monitor)
        status = None if row.status is None else row.status.status
        encrypted = self._session.is_encrypted
        sight = recording_facts.StorageSight(
            storage_path=self._storage_path,
            shows_something=self._storage_shows_something,
            areas=self._areas,
            fast_delete=_is_on(self.configs.get(FAST_DELETE)),
        )
        made: dict[tuple[str, Layer], Callable[[], Reading]] = {
            ("recording.jobs", Layer.STORED): lambda: recording_facts.stored_jobs(monitor.id, setting),
            ("recording.jobs", Layer.RUNTIME): lambda: recording_facts.runtime_jobs(
                monitor.id, setting, status, writing
            ),
            ("recording.retention", Layer.RUNTIME): lambda: recording_facts.RETENTION,
            ("footage.recordings", Layer.RUNTIME): lambda: (
                events
                if isinstance(events, Unknown)
                else recording_facts.footage(events.get(channel, ()), offset, sight, self._areas)
            ),
            ("stream.services", Layer.STORED): lambda: sending_facts.stored_streams(
                monitor, setting, encrypted=encrypted
            ),
            ("stream.services", Layer.RUNTIME): lambda: sending_facts.runtime_streams(
                monitor, setting, status, self.configs, encrypted=encrypted
            ),
            ("recognition.consumers", Layer.RUNTIME): lambda: searching_facts.CONSUMERS,
        }
        for layer in FACT_LAYERS["analytics.functions"]:
            made["analytics.functions", layer] = lambda: searching_facts.analytics(monitor, setting)
        return {key: make() for key, make in made.items() if key[0] in wanted}

    def _facts(
        self, channel: str, wanted: frozenset[str], readings: Mapping[tuple[str, Layer], Reading], at: datetime
    ) -> list[Fact]:
        target = self._session.target.id
        facts = [
            Fact(FactKey(target, channel, name, layer), reading, Basis.READ_BACK, at, _SOURCES.get(name, ""))
            for (name, layer), reading in readings.items()
        ]
        told = {name for name, _ in readings}
        for name in sorted(wanted - told):
            spec = CORE_FACTS.get(name)
            if spec is None or spec.by_core or spec.whole != (channel == WHOLE):
                continue
            facts.extend(
                Fact(FactKey(target, channel, name, layer), _NOT_OURS, Basis.READ_BACK, at) for layer in spec.layers
            )
        return facts


_SOURCES = {
    "recording.jobs": "monitors.json, open events",
    "footage.recordings": "events.json",
    "stores": "storage.json",
    "storage.external": "storage.json",
    "stream.services": "monitors.json, configs",
    "push.destinations": "monitors.json, configs",
    "analytics.functions": "monitors.json",
    "access.accounts": "users.json",
    "access.anonymous": "host/getVersion.json without a token",
    "clock.skew_seconds": "Date header",
}


def _shows_something(path: str) -> bool:
    try:
        with os.scandir(path) as entries:
            return next(entries, None) is not None
    except OSError:
        return False


def _is_on(value: str | Unknown | None) -> bool | Unknown | None:
    return value if isinstance(value, Unknown) else value not in (None, "", "0")


async def _attempt(read: Awaitable[T]) -> T | Unknown:
    """What was read, or why it could not be; a refused login and a tripped guard end the observation."""
    try:
        return await read
    except Refused as error:
        if error.code != DENIED:
            raise
        return Unknown(Why.AUTH, f"{error.detail}: {error.hint}")
    except Unreachable as error:
        return Unknown(Why.UNREACHABLE, error.detail)
    except ProtocolViolation as error:
        return Unknown(Why.PROTOCOL, error.detail)
    except DeviceFault as error:
        return Unknown(Why.FAULT, error.detail)
