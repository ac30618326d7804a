"""A running fleet: its devices, its sockets, and what tests and demonstrations may ask of it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import logging
import os
import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from vmsguard.errors import UsageError
from vmsguard.model.clock import Clock, SystemClock
from vmsguard.simulator.another_writer import AnotherWriter
from vmsguard.simulator.authentication import HttpDigest
from vmsguard.simulator.device_state import Device, NetworkProtocol
from vmsguard.simulator.dispatch import Received, Session, answer
from vmsguard.simulator.fleet_build import build_devices
from vmsguard.simulator.fleet_file import Fleet, Logins, load_fleet
from vmsguard.simulator.footage import advance
from vmsguard.simulator.http_server import HttpServer
from vmsguard.simulator.inventory_file import fleet_inventory
from vmsguard.simulator.job_state import delivers
from vmsguard.simulator.personas import Manner, Reply
from vmsguard.simulator.ports import HOST, PortBook
from vmsguard.simulator.rtsp_server import RtspServer
from vmsguard.simulator.segments import SegmentStore, write_history, write_segments
from vmsguard.simulator.services.multicast import resume_multicast
from vmsguard.simulator.snapshot_jpeg import GREY
from vmsguard.simulator.state_file import FleetState, load_state, save_state
from vmsguard.simulator.subscriptions import Notification
from vmsguard.simulator.truth import Truth, inner_digest, look_inside

__all__ = ["SimulatedDevice", "Simulator"]

_log: Final = logging.getLogger(__name__)
_TICK: Final = 0.5
"""Seconds between two segments of a recorder, and between looks at what is due."""


class SimulatedDevice:
    """One device as tests see it: its truth and its state."""

    def __init__(self, simulator: Simulator, device: Device) -> None:
        self._simulator = simulator
        self.state = device

    @property
    def truth(self) -> Truth:
        return self._simulator.truth_of(self.state)

    def drop_next_reply(self, times: int = 1) -> None:
        """The next writes are done, and the connection closes without an answer."""
        self._simulator.session(self.state.id).drops = times


class Simulator:
    """Thousands of devices in one process, on loopback; an async context manager.

    ``seed`` overrides the fleet's; ``state_file`` is read at start if it exists and written at stop.
    """

    def __init__(
        self,
        fleet: Fleet | str | Path | Mapping[str, Any],
        *,
        clock: Clock | None = None,
        seed: int | None = None,
        http_port: int | None = None,
        state_file: str | Path | None = None,
    ) -> None:
        if isinstance(fleet, Fleet):
            self.fleet = fleet
        elif isinstance(fleet, Mapping):
            self.fleet = Fleet.from_value(dict(fleet))
        else:
            self.fleet = load_fleet(fleet)
        self.clock = clock or SystemClock()
        self._seed = self.fleet.seed if seed is None else seed
        self._wanted_port = http_port or 0
        self._state_file = None if state_file is None else Path(state_file)
        self._http = HttpServer(self)
        self._http_port = 0
        self._sessions: dict[str, Session] = {}
        self._rtsp: dict[str, RtspServer] = {}
        self._by_rtsp_port: dict[int, Device] = {}
        self._pulled_by: dict[int, list[Device]] = {}
        self._stores: dict[str, SegmentStore] = {}
        self._another_writer = AnotherWriter()
        self._offline: dict[str, datetime] = {}
        self._ticking: asyncio.Task[None] | None = None
        self._random = random.Random(self._seed)  # noqa: S311 - nonces of simulated devices
        # Simulators in other processes search the same range; those begun one after the other start far apart.
        self._ports = PortBook(start=os.getpid() * 13451)

    # -- life ---------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Simulator:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Build or restore the devices, open the ports; after this every URL answers."""
        for device in self._load().values():
            self._adopt(device)
        try:
            await self._http.open(self._http_port)
            for device in self._devices():
                await self._follow_protocols(device)
            for device in self._devices():
                advance(device, self)
        except BaseException:
            await self._close_sockets()
            raise
        for device_id, store in self._stores.items():
            try:
                write_history(self.session(device_id).device, store)
            except OSError as error:
                await self._close_sockets()
                path = self.session(device_id).device.storage_path
                raise UsageError(
                    f"{device_id}: cannot write below {path}: {error.strerror}", hint="name another storage_path"
                ) from error
        self._ticking = asyncio.get_running_loop().create_task(self._tick())

    async def stop(self) -> None:
        """Save the state if a file was named, close every port."""
        if self._ticking is not None:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking
            self._ticking = None
        for device in self._devices():
            advance(device, self)
        self.save()
        await self._close_sockets()

    def save(self) -> None:
        if self._state_file is not None and self._sessions:
            save_state(self._state_file, FleetState(self._fleet_digest(), self._http_port, list(self._devices())))

    def _load(self) -> dict[str, Device]:
        saved = None if self._state_file is None else load_state(self._state_file, self._fleet_digest())
        if saved is not None:
            self._http_port = self._ports.reserve(self._wanted_port or saved.http_port)
            for device in saved.devices:
                self._ports.reserve(device.rtsp_port)
            return {device.id: device for device in saved.devices}
        wanted = self._wanted_port or self.fleet.http_port
        self._http_port = self._ports.reserve(wanted) if wanted else self._ports.free()
        first = self.fleet.rtsp_first_port
        rtsp = PortBook(first=first, last=min(first + 20000, 65535)) if first else self._ports
        devices = build_devices(self.fleet, self.clock.now(), self._seed, rtsp.free, self._http_port)
        for device in devices.values():
            self._ports.reserve(device.rtsp_port)
        return devices

    def _fleet_digest(self) -> str:
        return hashlib.sha256(msgspec.json.encode(self.fleet)).hexdigest()

    def _adopt(self, device: Device) -> None:
        self._sessions[device.id] = Session(device, HttpDigest(lambda: f"{self._random.getrandbits(128):032x}"))
        if device.rtsp_port:
            self._by_rtsp_port[device.rtsp_port] = device
        if device.recorder:
            for receiver in device.configuration.receivers:
                pulling = self._pulled_by.setdefault(_rtsp_address(receiver.media_uri)[0], [])
                pulling.append(device)
            if device.storage_path:
                self._stores[device.id] = SegmentStore(device.storage_path)

    async def _close_sockets(self) -> None:
        for server in self._rtsp.values():
            server.close()
        await self._http.close()

    # -- what is asked from outside -----------------------------------------------------------------------

    @property
    def http_port(self) -> int:
        return self._http_port

    def ids(self) -> list[str]:
        return list(self._sessions)

    def url(self, device_id: str) -> str:
        """The address of the Device service."""
        self.session(device_id)
        return f"http://{self.host()}/{device_id}/onvif/device_service"

    def rtsp_port(self, device_id: str) -> int:
        """The port its RTSP answers on while it is on; 0 where it never had one."""
        return self.session(device_id).device.rtsp_port

    def camera(self, device_id: str) -> SimulatedDevice:
        return SimulatedDevice(self, self.session(device_id).device)

    def session(self, device_id: str) -> Session:
        return self._sessions[device_id]

    def digest(self, device_id: str | None = None) -> str:
        """A hash over the inner state of one device or of all, without clocks and growing footage."""
        if device_id is not None:
            device = self.session(device_id).device
            self._catch_up(device)
            return inner_digest(device)
        every = "".join(self.digest(known) for known in sorted(self._sessions))
        return hashlib.sha256(every.encode()).hexdigest()

    @property
    def writes(self) -> int:
        """State-changing operations received since the start, whatever became of them."""
        return sum(session.writes for session in self._sessions.values())

    def writes_of(self, device_id: str) -> int:
        return self.session(device_id).writes

    def requests(self, device_id: str) -> int:
        """SOAP requests received; snapshots and RTSP are not counted."""
        return self.session(device_id).requests

    def open_subscriptions(self, device_id: str) -> int:
        """Event subscriptions that nobody gave back and that have not ended by themselves."""
        now = self.now()
        return sum(known.ends > now for known in self.session(device_id).subscriptions.values())

    def refused_logins(self, device_id: str) -> int:
        """How often a login was turned away."""
        return self.session(device_id).refused_logins

    def inventory(self, *, read: str = "", change: str = "") -> dict[str, Any]:
        """A ``kind: Inventory`` value; ``read`` and ``change`` are secret references in place of the fleet's."""
        logins = Logins(read or self.fleet.logins.read, change or self.fleet.logins.change)
        devices = {device.id: device for device in self._devices()}
        return fleet_inventory(self.fleet, devices, self.url, logins)

    def truth_of(self, device: Device) -> Truth:
        self._catch_up(device)
        store = self._stores.get(device.id)
        return look_inside(
            device, self, listening=self._listens(device), segments=store.count() if store is not None else 0
        )

    def _devices(self) -> Iterator[Device]:
        return (session.device for session in self._sessions.values())

    # -- what devices see ---------------------------------------------------------------------------------

    def now(self) -> datetime:
        return self.clock.now()

    def host(self) -> str:
        return f"{HOST}:{self._http_port}"

    def answers(self, media_uri: str) -> bool:
        port, path = _rtsp_address(media_uri)
        device = self._by_rtsp_port.get(port)
        return device is not None and self._listens(device) and _has_picture(device, path)

    def discard_segments(self, device: Device, recording: str) -> None:
        store = self._stores.get(device.id)
        if store is not None:
            store.discard(recording)

    def reboot(self, device_id: str) -> None:
        """Load what is stored: protocols take effect, changes that were not persistent are gone."""
        device = self.session(device_id).device
        self._advance_around(device)
        if device.stored is not None:
            device.configuration, device.stored = device.stored, None
        have = device.configuration
        device.running_protocols = [
            NetworkProtocol(entry.name, entry.enabled, list(entry.ports)) for entry in have.protocols
        ]
        for program in have.applications:
            program.active = program.autostart
        have.metadata = [device.volatile_metadata.get(known.token, known) for known in have.metadata]
        device.volatile_metadata = {}
        resume_multicast(have, device.volatile_auto_start)
        device.volatile_auto_start = {}
        self.session(device_id).searches.clear()
        self.session(device_id).subscriptions.clear()
        if device.reboot_seconds > 0:
            self._offline[device_id] = self.now() + timedelta(seconds=device.reboot_seconds)

    def announce(self, device: Device, topic: str, source: Mapping[str, str], data: Mapping[str, str]) -> None:
        session = self._sessions.get(device.id)
        if session is not None and session.subscriptions:
            at = self.now() + timedelta(seconds=device.clock_offset)
            for subscription in session.subscriptions.values():
                subscription.take(Notification(topic, at, source, data))

    def _listens(self, device: Device) -> bool:
        server = self._rtsp.get(device.id)
        return server is not None and server.listening

    # -- requests -----------------------------------------------------------------------------------------

    async def soap(self, device_id: str, received: Received) -> Reply | None:
        session = self._sessions.get(device_id)
        if session is None:
            return None
        self._restore_if_due(session.device)
        if self._is_offline(device_id):
            return Reply(0, b"", Manner.DROP)
        if session.overloads(self.now()):
            self.reboot(device_id)
            return Reply(0, b"", Manner.DROP)
        reply = answer(session, received, self, (self._before_write, self._after_write))
        await self._follow_protocols(session.device)
        return reply

    def snapshot(self, device_id: str, profile: str, received: Received) -> Reply | None:
        """The picture of a profile, or of the first; None (404) when there is no video source behind it."""
        session = self._sessions.get(device_id)
        if session is None:
            return None
        if self._is_offline(device_id):
            return Reply(0, b"", Manner.DROP)
        if challenges := self._challenges(session.device, received.method, received.uri, received.authorization):
            return Reply(401, b"", challenges=challenges)
        profiles = session.device.configuration.profiles
        shown = [known for known in profiles if known.video_source and profile in ("", known.token)]
        return session.persona.picture(Reply(200, GREY) if shown else None)

    def _challenges(self, device: Device, method: str, uri: str, authorization: str) -> tuple[str, ...]:
        """The challenges for a media request, none if it may pass."""
        session = self.session(device.id)
        if not device.media_auth or session.digest.check(authorization, method, uri, device) is not None:
            return ()
        return session.persona.challenges(session.digest.challenge())

    def _stream_challenges(self, device: Device, method: str, uri: str, authorization: str) -> tuple[str, ...]:
        if not self.session(device.id).persona.guards_streams:
            return ()
        return self._challenges(device, method, uri, authorization)

    def _is_offline(self, device_id: str) -> bool:
        until = self._offline.get(device_id)
        if until is not None and self.now() >= until:
            del self._offline[device_id]
            until = None
        return until is not None

    def _before_write(self, session: Session) -> None:
        device = session.device
        self._advance_around(device)
        if session.persona.restores:
            self._another_writer.keep(device, self.now())

    def _after_write(self, session: Session) -> None:
        self._advance_around(session.device)

    def _advance_around(self, device: Device) -> None:
        """A recorder's footage depends on its cameras: bring it up to date before one of them changes."""
        advance(device, self)
        for recorder in self._pulled_by.get(device.rtsp_port, ()):
            advance(recorder, self)

    def _catch_up(self, device: Device) -> None:
        self._restore_if_due(device)
        advance(device, self)

    def _restore_if_due(self, device: Device) -> None:
        if self._another_writer.is_due(device, self.now()):
            self._advance_around(device)
            self._another_writer.write(device)
            self._advance_around(device)

    async def _follow_protocols(self, device: Device) -> None:
        """Open or close the RTSP socket as the running protocols say."""
        wanted = device.runs("RTSP") and device.id not in self._offline and not device.recorder
        if wanted == self._listens(device):
            return
        if not wanted:
            self._rtsp[device.id].close()
            return
        if not device.rtsp_port:
            device.rtsp_port = self._ports.free()
            self._by_rtsp_port[device.rtsp_port] = device
        if device.id not in self._rtsp:
            self._rtsp[device.id] = RtspServer(
                device.rtsp_port,
                lambda path: _has_picture(device, path),
                lambda method, uri, authorization: self._stream_challenges(device, method, uri, authorization),
                self.session(device.id).persona.stream_refusal,
            )
        await self._rtsp[device.id].open()

    # -- time passes --------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK)
            for device_id in [*self._another_writer.waiting(), *self._offline]:
                device = self.session(device_id).device
                self._restore_if_due(device)
                self._is_offline(device_id)
                await self._follow_protocols(device)
            for device_id, store in self._stores.items():
                device = self.session(device_id).device
                advance(device, self)
                try:
                    write_segments(device, store, self)
                except OSError as error:  # a full disk ends a recorder's files, not the fleet
                    _log.warning("%s cannot write segments: %s", device_id, error.strerror)


@functools.lru_cache(maxsize=65536)
def _rtsp_address(media_uri: str) -> tuple[int, str]:
    """Port and path; a recorder asks for the same few hundred at every tick."""
    address = urlsplit(media_uri)
    return address.port or 0, address.path


def _has_picture(device: Device, path: str) -> bool:
    if not path.startswith("/"):
        return False
    token = path[1:]
    return any(profile.token == token and delivers(profile) for profile in device.configuration.profiles)
