"""One SOAP session with one device: how it authenticates, how requests are sent, what a reply must be."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

from vmsguard.errors import (
    AuthRejected,
    CertificateRefused,
    DriverError,
    GuardTripped,
    LoginWeakened,
    NotSupported,
    ProtocolViolation,
)
from vmsguard.model.changes import Permit
from vmsguard.model.inventory import Target
from vmsguard.model.vocabulary import Effect
from vmsguard.net.client import HttpAuth, Reply
from vmsguard.net.login import Login
from vmsguard.plugin.driver import Context
from vmsguard_onvif.addressing import Addressing
from vmsguard_onvif.device_clock import device_time
from vmsguard_onvif.elements import Element, Malformed
from vmsguard_onvif.envelope import envelope, headers
from vmsguard_onvif.faults import LOGIN_HINT, Where
from vmsguard_onvif.large_replies import read_beside_the_loop
from vmsguard_onvif.namespaces import DEVICE
from vmsguard_onvif.reply import response
from vmsguard_onvif.security import username_token
from vmsguard_onvif.services import ServiceTable

__all__ = ["AuthMode", "Session"]

T = TypeVar("T")

DEFAULT_PATH = "/onvif/device_service"
_READABLE = frozenset({400, 401, 403, 404, 405, 500, 501, 503})
"""Statuses whose body may be a fault; redirects stay the guarded client's business."""
_RESYNC = timedelta(seconds=1)
_FARTHEST_AHEAD = timedelta(days=1)
"""How far in the future a token is dated because a device says so; no time zone is wrong by more."""


class AuthMode(StrEnum):
    """How requests carry the login; the password itself never travels."""

    NONE = "none"
    WSSE = "wsse"
    DIGEST = "digest"
    BOTH = "both"


class Session:
    """Sends one request at a time; reads may resynchronise the clock once, writes are sent once and that is all.

    ``services`` is empty until the session was opened; ``anonymous`` says whether the device answered a
    protected read without a login, None while nobody looked.
    """

    def __init__(self, target: Target, ctx: Context) -> None:
        self.target = target
        self.ctx = ctx
        parts = urlsplit(target.url)
        self.host = parts.hostname or ""
        self.port = parts.port or (443 if parts.scheme == "https" else 80)
        self.secure = parts.scheme == "https"
        self.device_path = parts.path if len(parts.path) > 1 else DEFAULT_PATH
        self.services = ServiceTable({}, "")
        self.offset = timedelta(0)
        self.doubt = timedelta(0)
        """Half of what asking for the clock took: the offset is no better known."""
        self.skew_known = False
        self.manufacturer = ""
        self.anonymous: bool | None = None
        self.trusts_absence = False
        self.fabricates = False
        self.fabricating: dict[str, bool] = {}
        self.refusal: tuple[int, bytes] | None = None
        """Status and bytes of a proper refusal of what cannot exist, to know the next one by."""
        self._mode = self._configured()
        self._with_action = target.options.get("soap_action", "on") != "off"
        self.login_accepted = False
        self._refused = False
        self._resynced = False
        self.requests = 0
        self.received = 0
        """Bytes of replies so far."""

    async def read(
        self,
        namespace: str,
        operation: str,
        inner: str = "",
        *,
        parse: Callable[[Element], T],
        authenticate: bool = True,
    ) -> T:
        """What ``parse`` makes of the checked response of one reading operation.

        ``parse`` may touch nothing but the element: a large one is parsed beside the event loop.
        """
        where = Where(self.target.id, operation)
        try:
            return await self._exchange(namespace, inner, where, parse, authenticate=authenticate)
        except AuthRejected:
            if not (authenticate and await self._clock_was_wrong()):
                raise
            return await self._exchange(namespace, inner, where, parse, authenticate=True)

    async def converse(
        self, namespace: str, operation: str, inner: str, addressing: Addressing, *, parse: Callable[[Element], T]
    ) -> T:
        """The same for what opens, uses or ends something of our own at the device: sent once, to an address of ours.

        Raises what a read raises; a refused login is told like any other refusal and counts for nothing else.
        """
        where = Where(self.target.id, operation)
        body = envelope(namespace, operation, inner, self.security(operation) + addressing.header)
        reply = await self.post(namespace, operation, body, Effect.SESSION, addressing=addressing)
        status = self._status(reply, where, authenticate=False)
        try:
            return await read_beside_the_loop(reply.body, lambda: parse(response(reply.body, status, namespace, where)))
        except Malformed as error:
            raise ProtocolViolation(self.target.id, operation, str(error)) from None

    async def write(self, namespace: str, operation: str, inner: str, permit: Permit) -> None:
        """Send one change once; returns when the device answered with the right response, which proves nothing."""
        where = Where(self.target.id, operation)
        body = envelope(namespace, operation, inner, self.security(operation))
        await self.accept_write(namespace, await self.post(namespace, operation, body, Effect.WRITE, permit), where)

    async def accept_write(self, namespace: str, reply: Reply, where: Where) -> None:
        """Check the reply to a write; raises what its fault stands for."""
        status = self._status(reply, where, authenticate=True)
        await read_beside_the_loop(reply.body, lambda: response(reply.body, status, namespace, where))

    async def post(
        self,
        namespace: str,
        operation: str,
        body: bytes,
        effect: Effect,
        permit: Permit | None = None,
        *,
        authenticate: bool = True,
        addressing: Addressing | None = None,
    ) -> Reply:
        """The raw reply to one prepared envelope, posted to the path the service table gives, or the one given here."""
        self.requests += 1
        digest = authenticate and (self._mode is AuthMode.DIGEST or self._mode is AuthMode.BOTH)
        reply = await self.ctx.http.request(
            "POST",
            self.path(namespace, operation) if addressing is None else addressing.path,
            effect=effect,
            operation=operation,
            permit=permit,
            headers=headers(
                namespace,
                operation,
                with_action=self._with_action,
                action_is="" if addressing is None else addressing.action,
            ),
            body=body,
            auth=HttpAuth.DIGEST if digest else HttpAuth.NONE,
            accept_status=_READABLE,
        )
        self.received += len(reply.body)
        return reply

    def security(self, operation: str) -> str:
        """The UsernameToken header for one message, empty where the mode has none."""
        if not (self._mode is AuthMode.WSSE or self._mode is AuthMode.BOTH) or self.ctx.login is None:
            return ""
        if self._refused and not self.login_accepted:
            raise AuthRejected(
                self.target.id, operation, "this login was refused before; nothing was sent", hint=LOGIN_HINT
            )
        if self.offset > _FARTHEST_AHEAD:
            raise GuardTripped(
                self.target.id,
                operation,
                "the device's clock is more than a day ahead, and a login dated by it could be replayed until then",
                hint="Set the device's clock, or let it use HTTP digest (option auth: digest).",
            )
        return username_token(self.ctx.login, self.ctx.clock.now(), self.offset, os.urandom(16))

    def path(self, namespace: str, operation: str) -> str:
        """Where a service is posted to: the enrolled path for the device service, the listed one for the others."""
        if namespace == DEVICE:
            return self.device_path
        service = self.services.get(namespace)
        if service is None:
            raise NotSupported(self.target.id, operation, f"{self.services.operation} lists no such service")
        return service.path

    async def synchronise(self, *, authenticate: bool) -> None:
        """Learn how far the device's clock is from ours; leaves the offset at zero where it gives no time."""
        before = self.ctx.clock.now()
        told = await self.read(DEVICE, "GetSystemDateAndTime", parse=device_time, authenticate=authenticate)
        if told is not None:
            self.doubt = (self.ctx.clock.now() - before) / 2
            self.offset = told - (before + self.doubt)
            self.skew_known = True

    async def decide_auth(self) -> None:
        """Choose the mode once, from how the device refuses a protected read that carries no login at all.

        Nothing is spent on trying: three wrong tries lock accounts (IMOU, Reolink, Hikvision).
        """
        if self._mode is not None:
            return
        self._mode = AuthMode.NONE if self.ctx.login is None else AuthMode.WSSE
        where = Where(self.target.id, "GetDeviceInformation")
        body = envelope(DEVICE, where.operation)
        reply = await self.post(DEVICE, where.operation, body, Effect.READ, authenticate=False)
        try:
            status = self._status(reply, where, authenticate=False)
            await read_beside_the_loop(reply.body, lambda: response(reply.body, status, DEVICE, where))
            self.anonymous = True
        except AuthRejected:
            self.anonymous = False
        except DriverError as error:
            self.ctx.log.debug("no answer without a login", operation=where.operation, error=type(error).__name__)
        if self.ctx.login is None:
            return
        if reply.status == 401 and _offers_digest(reply.headers):
            self._mode = AuthMode.DIGEST
        elif self.ctx.login_mode_before == AuthMode.DIGEST:
            self._mode = AuthMode.DIGEST
            if self.anonymous is not None:
                # Whoever sits in between strikes the strong challenge out and waits for the weaker login.
                raise LoginWeakened(
                    self.target.id,
                    where.operation,
                    "the device asked for HTTP digest before and does not now; no login was sent",
                    hint="Find out at the device why. Where it is meant, set the target's option auth to wsse.",
                )

    @property
    def login_mode(self) -> str:
        """How logins of this session travelled; empty where one was to travel and none was accepted."""
        if self._mode is None or (self.ctx.login is not None and not self.login_accepted):
            return ""
        return self._mode.value

    @property
    def accepted_logins(self) -> tuple[Login, ...]:
        """The login of this session, if the device asked for one and took it."""
        login = self.ctx.login
        return () if login is None or not self.login_accepted or self.anonymous else (login,)

    def _configured(self) -> AuthMode | None:
        told = self.target.options.get("auth", "")
        if not told:
            return None
        try:
            return AuthMode(told)
        except ValueError:
            raise GuardTripped(
                self.target.id,
                "enrol",
                f"option auth is {told!r}",
                hint="Use none, wsse, digest or both, or leave it out.",
            ) from None

    async def _exchange(
        self, namespace: str, inner: str, where: Where, parse: Callable[[Element], T], *, authenticate: bool
    ) -> T:
        security = self.security(where.operation) if authenticate else ""
        body = envelope(namespace, where.operation, inner, security)
        reply = await self.post(namespace, where.operation, body, Effect.READ, authenticate=authenticate)
        status = self._status(reply, where, authenticate=authenticate)
        try:
            told = await read_beside_the_loop(reply.body, lambda: parse(response(reply.body, status, namespace, where)))
        except AuthRejected:
            self._refused = self._refused or authenticate
            raise
        except Malformed as error:
            # It was the right response all the same, and so the login was taken.
            self.login_accepted = self.login_accepted or authenticate
            raise ProtocolViolation(where.target, where.operation, str(error)) from None
        self.login_accepted = self.login_accepted or authenticate
        return told

    def _status(self, reply: Reply, where: Where, *, authenticate: bool) -> int:
        if reply.status in {401, 403}:
            self._refused = self._refused or authenticate
            raise AuthRejected(
                where.target, where.operation, f"the login was refused ({reply.status})", hint=LOGIN_HINT
            )
        return reply.status

    async def _clock_was_wrong(self) -> bool:
        """Whether reading the device's clock again, once, shows that our token was dated wrongly."""
        if self._resynced or self._mode not in {AuthMode.WSSE, AuthMode.BOTH}:
            return False
        self._resynced = True
        before = self.offset
        try:
            await self.synchronise(authenticate=False)
        except CertificateRefused:
            raise
        except DriverError:
            return False
        moved = abs(self.offset - before) >= _RESYNC
        if moved:
            self._refused = False
        return moved


def _offers_digest(told: Mapping[str, str]) -> bool:
    return any(name.lower() == "www-authenticate" and "digest" in value.lower() for name, value in told.items())
