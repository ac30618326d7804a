"""The motion driver: one session with one motion, its cameras as channels, its files as footage."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from vmsguard.errors import DeviceFault, GuardTripped, ProtocolViolation
from vmsguard.model.changes import Change, Permit, Receipt
from vmsguard.model.fact_catalogue import CATALOGUE
from vmsguard.model.inventory import Target
from vmsguard.model.manifest import Channel, Identity, Manifest, Observation, Scope, WitnessPoint
from vmsguard.plugin.driver import Context, Driver
from vmsguard_motion import changing
from vmsguard_motion.manifest import manifest_for
from vmsguard_motion.observing import Observer
from vmsguard_motion.places import Place
from vmsguard_motion.session import MAIN, Session
from vmsguard_motion.settings import COMMANDS
from vmsguard_motion.source_address import channel_of
from vmsguard_motion.streams import stated_ports

__all__ = ["MotionDriver"]

_LOOKS_APART = 3.0
"""Seconds between two looks at a camera's files: movies are flushed by the buffer, not by the frame."""


class MotionDriver(Driver):
    """Reads and changes a motion of 4.5 to 4.7; ``target.url`` is its web control, set to text.

    Options: ``storage_path`` and ``target_root``, where its files are, here and there; ``config_path``, its
    configuration file as seen from here; ``stream_ports``; ``config_write`` and ``restart``: ``allowed``.
    """

    name: ClassVar[str] = "motion"
    catalogue: ClassVar[int] = CATALOGUE

    def __init__(self, target: Target, ctx: Context) -> None:
        super().__init__(target, ctx)
        self._session = Session(target, ctx)
        self._observer: Observer | None = None
        try:
            self._stated = stated_ports(target.options.get("stream_ports", ""))
        except ValueError:
            raise GuardTripped(
                target.id,
                "enrol",
                "option stream_ports is no list of ports",
                hint='Write port numbers with spaces between them: "8081 8082".',
            ) from None

    @classmethod
    def manifest(cls, who: Identity | None) -> Manifest:
        return manifest_for(who)

    async def open(self) -> Identity:
        await self._session.open()
        shown = await self._session.parameters(MAIN)
        notes = []
        if self._session.anonymous:
            notes.append("no-auth-required")
        if not self._session.is_encrypted:
            notes.append("plain-http")
        return Identity(
            manufacturer="Motion-Project",
            model="motion",
            firmware=self._session.version,
            # What the web control does not show it does not change either: only level 3 shows everything.
            as_administrator=all(name in shown for name in COMMANDS),
            notes=tuple(notes),
            login_mode=self._session.login_mode,
            run_state=await self._run_state(),
        )

    async def channels(self) -> AsyncIterator[Channel]:
        for number in await self._session.statuses():
            yield channel_of(number, await self._session.parameters(number))

    async def observe(self, want: Mapping[Scope, frozenset[str]]) -> AsyncIterator[Observation]:
        self._observer = Observer(self._session, self._stated)
        async for observation in self._observer.observe(want):
            yield observation

    async def change(self, change: Change, permit: Permit) -> Receipt:
        return await changing.send(self._session, change, permit)

    def witness_points(self, channel: str) -> Sequence[WitnessPoint]:
        """The camera's directory, and every port on which it is or was shown."""
        if self._observer is None:
            return ()
        place = self._observer.places.get(channel)
        files = [
            WitnessPoint(kind="file", proves=proves, channel=channel, path=str(place), interval_seconds=_LOOKS_APART)
            for proves in ("footage.grows", "footage.files")
            if isinstance(place, Place)
        ]
        host = urlsplit(self.target.url).hostname or ""
        ports = self._observer.streams(channel).ports() if isinstance(place, str) else ()
        return (
            *files,
            *(
                WitnessPoint(kind="tcp", proves="stream.answers", channel=channel, host=host, port=port)
                for port in ports
            ),
        )

    async def _run_state(self) -> str:
        """Each camera and whether its detection is active or paused, which a restart ends; motion tells no uptime."""
        try:
            told = await self._session.statuses()
        except (DeviceFault, ProtocolViolation):
            return ""  # observing asks the same again, and says why there is no answer
        return ", ".join(f"{number} {state}" for number, state in told.items())

    async def close(self) -> None:
        """Nothing is left behind: motion keeps no sessions."""
