"""The ZoneMinder driver: one session with one server, its monitors as channels, its events as footage."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from vmsguard.errors import DeviceFault, Refused
from vmsguard.model.changes import Change, Permit, Receipt
from vmsguard.model.fact_catalogue import CATALOGUE
from vmsguard.model.facts import Known, Reading, Unknown
from vmsguard.model.inventory import Target
from vmsguard.model.manifest import Channel, Identity, Manifest, Observation, Scope, WitnessPoint
from vmsguard.model.vocabulary import WHOLE, Why
from vmsguard.plugin.driver import Context, Driver
from vmsguard_zoneminder import changing, listing, rows
from vmsguard_zoneminder.manifest import manifest_for
from vmsguard_zoneminder.observing import Observer
from vmsguard_zoneminder.running_state import read_running_state
from vmsguard_zoneminder.sending_facts import RTSP_PORT
from vmsguard_zoneminder.session import DENIED, Session
from vmsguard_zoneminder.source_address import channel_of

__all__ = ["ZoneMinderDriver"]

_LOOKS_APART = 5.0
"""Seconds between two looks at a channel's files: video is flushed by the buffer, not by the frame."""


class ZoneMinderDriver(Driver):
    """Reads and changes a ZoneMinder of 1.36 or later; ``target.url`` ends where ``/api`` begins.

    Options: ``storage_path``, where the storage area's directory can be seen from here;
    ``clear_text_login: allowed``, to log in over http outside this machine.
    """

    name: ClassVar[str] = "zoneminder"
    catalogue: ClassVar[int] = CATALOGUE

    def __init__(self, target: Target, ctx: Context) -> None:
        super().__init__(target, ctx)
        self._session = Session(target, ctx)
        self._users: Sequence[rows.User] | Unknown = Unknown(Why.NOT_READ, "accounts were not read")
        self._anonymous: Reading = Unknown(Why.NOT_READ)
        self._observer: Observer | None = None

    @classmethod
    def manifest(cls, who: Identity | None) -> Manifest:
        return manifest_for(who)

    async def open(self) -> Identity:
        await self._session.login()
        try:
            self._anonymous = Known(await self._session.answers_strangers())
        except DeviceFault as fault:
            self._anonymous = Unknown(Why.FAULT, fault.detail)
        self._users = await self._read_users()
        me = self._me()
        running = await read_running_state(self._session, self._right_on_system(me))
        notes = []
        if not self._session.has_token:
            notes.append("no-auth-required")
        if not self._session.is_encrypted:
            notes.append("plain-http")
        if me is not None and me.monitor_ids:
            notes.append("account-sees-some-monitors")
        return Identity(
            manufacturer="ZoneMinder",
            model="ZoneMinder",
            firmware=self._session.version,
            as_administrator=self._is_administrator(me),
            notes=tuple(notes),
            booted_at=running.began,
            run_state=running.word,
        )

    async def channels(self) -> AsyncIterator[Channel]:
        me = self._me()
        if me is not None and me.monitor_ids:
            # A list that leaves monitors out must not prove that a camera is recorded nowhere.
            raise Refused(
                self.target.id,
                "channels",
                "the account is restricted to some monitors, so the list would not be complete",
                code="account-restricted",
                hint="Give the account access to all monitors in ZoneMinder (Options, Users).",
            )
        for row in await listing.monitors(self._session):
            yield channel_of(row.monitor)

    async def observe(self, want: Mapping[Scope, frozenset[str]]) -> AsyncIterator[Observation]:
        self._observer = Observer(self._session, self._users, self._anonymous)
        async for observation in self._observer.observe(want):
            yield observation

    async def change(self, change: Change, permit: Permit) -> Receipt:
        return await changing.send(self._session, change, permit)

    def witness_points(self, channel: str) -> Sequence[WitnessPoint]:
        """The channel's directory, and its RTSP stream; not zms, which shows a placeholder with status 200."""
        if channel == WHOLE or not channel.isdecimal():
            return ()
        points = []
        if self.target.options.get("storage_path"):
            points = [
                WitnessPoint(kind="file", proves=proves, channel=channel, path=channel, interval_seconds=_LOOKS_APART)
                for proves in ("footage.grows", "footage.files")
            ]
        return (*points, *self._rtsp_points(channel))

    async def close(self) -> None:
        """Nothing is left behind: tokens are stateless and end by themselves."""

    def _rtsp_points(self, channel: str) -> Sequence[WitnessPoint]:
        row = None if self._observer is None else self._observer.monitors.get(channel)
        port = None if self._observer is None else self._observer.configs.get(RTSP_PORT)
        if row is None or not isinstance(port, str) or not port.isdecimal() or not row.monitor.rtsp_stream_name:
            return ()
        return (
            WitnessPoint(
                kind="rtsp",
                proves="stream.answers",
                channel=channel,
                host=urlsplit(self.target.url).hostname or "",
                port=int(port),
                path=f"/{row.monitor.rtsp_stream_name}",
            ),
        )

    async def _read_users(self) -> Sequence[rows.User] | Unknown:
        try:
            return await listing.users(self._session)
        except Refused as error:
            if error.code != DENIED:
                raise
            return Unknown(Why.AUTH, f"{error.detail}: {error.hint}")
        except DeviceFault as fault:
            return Unknown(Why.FAULT, fault.detail)

    def _me(self) -> rows.User | None:
        if isinstance(self._users, Unknown) or self.ctx.login is None:
            return None
        return next((user for user in self._users if user.username == self.ctx.login.user), None)

    def _right_on_system(self, me: rows.User | None) -> str:
        if not self._session.has_token:
            return "Edit"
        if me is not None:
            return me.system
        # Who may list the accounts has some right on the system; which one decides only how much more is told.
        return "None" if isinstance(self._users, Unknown) else "Edit"

    def _is_administrator(self, me: rows.User | None) -> bool | None:
        if not self._session.has_token:
            return True  # without authentication everybody may do everything
        if isinstance(self._users, Unknown):
            # The list of accounts is closed to those without any right on the system.
            return False if self._users.why is Why.AUTH else None
        return None if me is None else me.system == "Edit"
