"""The driver class: one ONVIF device or recorder, read strictly, changed once at a time, never judged."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import ClassVar

from msgspec.structs import replace

from vmsguard.errors import DriverError
from vmsguard.model.changes import Change, Permit, Receipt
from vmsguard.model.fact_catalogue import CATALOGUE
from vmsguard.model.inventory import Target
from vmsguard.model.manifest import Channel, Identity, Manifest, Observation, Scope, WitnessPoint
from vmsguard.model.vocabulary import WHOLE, Role
from vmsguard.plugin.driver import Context, Driver
from vmsguard_onvif.addresses import stream_address
from vmsguard_onvif.announcements import announced_deletions
from vmsguard_onvif.changes import carry_out
from vmsguard_onvif.channels import describe, not_listed, read_topology, stream_of
from vmsguard_onvif.declared import MANIFEST
from vmsguard_onvif.facts import HEARD_OF, channel_facts, whole_facts
from vmsguard_onvif.gathering import Answered, Gathering, Unanswered
from vmsguard_onvif.listening import Listener
from vmsguard_onvif.observed import WholeView
from vmsguard_onvif.opening import open_session
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.replies.device import User
from vmsguard_onvif.session import Session
from vmsguard_onvif.topology import RecorderTopology, Topology
from vmsguard_onvif.witness_points import Places, points

__all__ = ["OnvifDriver"]


class OnvifDriver(Driver):
    """Speaks ONVIF to one target; every byte goes through the context's guarded client."""

    name: ClassVar[str] = "onvif"
    catalogue: ClassVar[int] = CATALOGUE

    @classmethod
    def manifest(cls, who: Identity | None) -> Manifest:
        return MANIFEST

    def __init__(self, target: Target, ctx: Context) -> None:
        super().__init__(target, ctx)
        self._session = Session(target, ctx)
        self._accounts: tuple[User, ...] | DriverError = ()
        self._places = Places()
        self._serial = ""
        self._listed: Readings | None = None
        self._listener = Listener(self._session)

    async def open(self) -> Identity:
        identity, self._accounts = await open_session(self._session)
        self._serial = identity.serial
        return identity

    async def channels(self) -> AsyncIterator[Channel]:
        readings = self._listed = self._readings()
        topology = await read_topology(readings, self.target.role)
        if isinstance(topology, Unanswered):
            raise not_listed(self.target.id, topology)
        async for channel in describe(readings, topology, self._serial):
            yield channel
        await self._remember_streams(readings, topology, topology.channels)

    async def observe(self, want: Mapping[Scope, frozenset[str]]) -> AsyncIterator[Observation]:
        # What channels() has just read is not asked for again; a second pass asks the device afresh.
        readings, self._listed = self._listed or self._readings(), None
        if self._listener.wanted and any(HEARD_OF & names for names in want.values()):
            # Before anything else is read: what was announced as deleted must be gone from the lists that follow.
            await self._listener.hear()
        whole = want.get(Scope(WHOLE))
        if whole:
            facts = await whole_facts(WholeView(readings, self._accounts), whole)
            if facts:
                yield Observation(facts)
        channels = [scope.channel for scope, names in want.items() if scope.channel != WHOLE and names]
        if not channels:
            return
        topology: Topology | Unanswered = await read_topology(readings, self.target.role)
        for channel in channels:
            facts = await channel_facts(readings, topology, channel, want[Scope(channel)])
            if facts:
                yield Observation(facts)
        shown = [channel for channel in channels if "stream.services" in want[Scope(channel)]]
        if shown and not isinstance(topology, Unanswered):
            await self._remember_places(readings, topology, shown)

    async def change(self, change: Change, permit: Permit) -> Receipt:
        if not self._listener.wanted or change.verb != "footage.purge":
            return await carry_out(self._readings(), self.target.role, change, permit)
        await self._listener.begin()
        before = len(self._listener.heard)
        receipt = await carry_out(self._readings(), self.target.role, change, permit)
        await self._listener.hear()
        return replace(receipt, announced=announced_deletions(self._listener.heard[before:]))

    def witness_points(self, channel: str) -> Sequence[WitnessPoint]:
        return tuple(points(self.target, self._session, self._places, channel))

    async def close(self) -> None:
        """Give an event subscription back, if one was asked for; no search or export is ever opened."""
        await self._listener.end()

    def _readings(self) -> Readings:
        return Readings(Gathering(self._session), self._listener)

    async def _remember_streams(self, readings: Readings, topology: Topology, channels: Iterable[str]) -> None:
        if isinstance(topology, RecorderTopology):
            self._places.recordings |= topology.stored
        for channel in channels:
            stream = await stream_of(readings, topology, channel)
            if stream is not None:
                self._places.streams[channel] = stream

    async def _remember_places(self, readings: Readings, topology: Topology, channels: Iterable[str]) -> None:
        """Keep what was read for ``stream.services``: a device stops naming its addresses once it is silent."""
        protocols = await readings.protocols()
        if isinstance(protocols, Answered):
            found = [entry for entry in protocols.value if entry.name.upper() == "RTSP" and entry.ports]
            # A recorder lists a port it never opened; a camera's was open before somebody closed it.
            told = [entry.ports[0] for entry in found if entry.enabled or self.target.role is not Role.RECORDER]
            self._places.rtsp_port = told[0] if told else 0
        await self._remember_streams(readings, topology, channels)
        for channel in channels:
            for profile in topology.of_channel(channel):
                snapshot = await readings.snapshot_uri(profile)
                address = stream_address(snapshot.value) if isinstance(snapshot, Answered) else None
                if address is not None:
                    self._places.snapshots[channel] = address
                    break
