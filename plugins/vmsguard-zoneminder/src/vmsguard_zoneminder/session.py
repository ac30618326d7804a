"""One login at ZoneMinder's REST interface: tokens, requests, and what its refusals mean."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from vmsguard.errors import AuthRejected, DeviceFault, GuardTripped, ProtocolViolation, Refused
from vmsguard.model.changes import Permit
from vmsguard.model.inventory import Target
from vmsguard.model.vocabulary import Effect
from vmsguard.net.client import Reply
from vmsguard.plugin.driver import Context
from vmsguard_zoneminder import rows
from vmsguard_zoneminder.http_date import moment_of

__all__ = ["DENIED", "NO_SUCH_THING", "Session"]

T = TypeVar("T")

NO_SUCH_THING = "http-404"
"""Code of the ``DeviceFault`` for a row that is not there."""

DENIED = "insufficient-privileges"
"""Code of the ``Refused`` for an account that may not do this; the login itself is good."""

_READABLE = frozenset({400, 401, 403, 404, 500})
_RENEW_BEFORE_SECONDS = 120.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Session:
    """A session with one ZoneMinder; the token it holds travels in requests and in nothing else.

    ZoneMinder takes the token as a parameter alone (a Bearer header is ignored by 1.36) and echoes it in
    error bodies: no text of a reply leaves this class.
    """

    def __init__(self, target: Target, ctx: Context) -> None:
        self.target = target
        self.ctx = ctx
        self.version = ""
        self.skew_seconds: int | None = None
        """The server's clock minus ours, from the ``Date`` of the login reply."""
        self._token = ""
        self._renew_at = float("inf")

    def __repr__(self) -> str:
        return f"Session({self.target.id})"

    @property
    def is_encrypted(self) -> bool:
        return urlsplit(self.target.url).scheme == "https"

    @property
    def has_token(self) -> bool:
        """False where ZoneMinder runs without authentication (``ZM_OPT_USE_AUTH`` is off)."""
        return bool(self._token)

    async def login(self) -> None:
        """Log in, or ask for the version where no login is configured; once, never again on a refusal."""
        if self.ctx.login is None:
            reply = await self._send("GET", "host/getVersion.json", Effect.READ, "getVersion")
        else:
            self._refuse_clear_text()
            form = {"user": self.ctx.login.user, "pass": self.ctx.login.password}
            reply = await self._send("POST", "host/login.json", Effect.SESSION, "login", form=form)
        self._note_clock(reply)
        told = self._decode(reply, rows.Login, "login")
        if not told.version:
            raise ProtocolViolation(self.target.id, "login", "the reply names no version")
        self.version = told.version
        self._token = told.access_token or ""
        if self._token and told.access_token_expires:
            lasts = told.access_token_expires - _RENEW_BEFORE_SECONDS
            self._renew_at = self.ctx.clock.monotonic() + max(lasts, 0.0)

    async def answers_strangers(self) -> bool:
        """Whether the interface answers without a token."""
        reply = await self.ctx.http.request(
            "GET", "api/host/getVersion.json", effect=Effect.READ, operation="anonymous", accept_status=_READABLE
        )
        if reply.status == 200:
            return True
        if reply.status in (401, 403):
            return False
        raise DeviceFault(self.target.id, "anonymous", f"status {reply.status}", code=f"http-{reply.status}")

    async def read(
        self, path: str, kind: type[T], operation: str, *, params: Mapping[str, str] | None = None, needs: str = ""
    ) -> T:
        """One GET below ``/api``; ``needs`` names the permission in the hint of a denial."""
        await self._keep_alive()
        reply = await self._send("GET", path, Effect.READ, operation, params=params or {}, needs=needs)
        return self._decode(reply, kind, operation)

    async def save(self, path: str, form: Mapping[str, str], permit: Permit, operation: str, *, needs: str) -> None:
        """One POST that changes something. ZoneMinder answers 200 to everything: only ``Saved`` is a yes."""
        await self._keep_alive()
        reply = await self._send(
            "POST", path, Effect.WRITE, operation, form={**form, **self._with_token()}, permit=permit, needs=needs
        )
        told = self._decode(reply, rows.SavedReply, operation)
        if told.message != "Saved":
            raise Refused(
                self.target.id,
                operation,
                "ZoneMinder answered with a validation error instead of 'Saved'",
                code="not-saved",
                hint="The field or value does not exist in this release; nothing was changed.",
            )

    async def delete(self, path: str, permit: Permit, operation: str, *, needs: str) -> None:
        """One DELETE; its 200 with an empty body says nothing about what happened."""
        await self._keep_alive()
        await self._send("DELETE", path, Effect.WRITE, operation, params={}, permit=permit, needs=needs)

    async def _keep_alive(self) -> None:
        if self._token and self.ctx.clock.monotonic() >= self._renew_at:
            await self.login()

    async def _send(
        self,
        method: str,
        path: str,
        effect: Effect,
        operation: str,
        *,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        permit: Permit | None = None,
        needs: str = "",
    ) -> Reply:
        reply = await self.ctx.http.request(
            method,
            "api/" + quote(path, safe="/"),
            effect=effect,
            operation=operation,
            permit=permit,
            headers=_FORM if form is not None else None,
            body=None if form is None else urlencode(form).encode(),
            params=None if params is None else {**params, **self._with_token()},
            accept_status=_READABLE,
        )
        if 200 <= reply.status < 300:
            return reply
        raise self._refusal(reply, operation, needs)

    def _with_token(self) -> dict[str, str]:
        return {"token": self._token} if self._token else {}

    def _refusal(
        self, reply: Reply, operation: str, needs: str
    ) -> AuthRejected | Refused | DeviceFault | ProtocolViolation:
        code = f"http-{reply.status}"
        if reply.status not in (401, 403):
            return DeviceFault(self.target.id, operation, f"status {reply.status}", code=code)
        said = _reason(reply.body)
        if said.startswith("insufficient privileges"):
            wanted = f" It needs {needs}." if needs else ""
            return Refused(
                self.target.id,
                operation,
                "the account may not do this",
                code=DENIED,
                hint=f"Its rights end here.{wanted}",
            )
        if said.startswith("api disabled"):
            hint = "Switch the API on in ZoneMinder: for this user (Options, Users) and OPT_USE_API (Options, System)."
        elif said.startswith("please create a valid auth_hash_secret"):
            hint = "Set AUTH_HASH_SECRET in ZoneMinder (Options, System); it hands out no tokens without one."
        elif said.startswith("not authenticated") and self.ctx.login is None:
            hint = "Give the target a login in the inventory."
        else:
            hint = "Check the login; it is not tried again."
        return AuthRejected(self.target.id, operation, f"the login was refused ({reply.status})", hint=hint)

    def _decode(self, reply: Reply, kind: type[T], operation: str) -> T:
        try:
            return rows.decode(reply.body, kind)
        except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError):
            # The cause is cut: msgspec quotes what it read.
            pass
        raise ProtocolViolation(
            self.target.id,
            operation,
            "the reply is not what ZoneMinder's REST interface answers",
            hint="Check that the target's url ends where /api begins, for example http://host/zm.",
        )

    def _refuse_clear_text(self) -> None:
        if self.is_encrypted and not self.ctx.http.key_accepted:
            raise GuardTripped(
                self.target.id,
                "login",
                "the password would go to a certificate that nobody has compared; nothing was sent",
                hint=f"Compare the fingerprint at the server, then run `vmsguard trust accept {self.target.id}`.",
            )
        if self.is_encrypted or _is_loopback(urlsplit(self.target.url).hostname or ""):
            return
        if self.target.options.get("clear_text_login") == "allowed":
            return
        raise GuardTripped(
            self.target.id,
            "login",
            "the password would travel in clear text; nothing was sent",
            hint="Enrol the target by its https URL, or set the option clear_text_login: allowed.",
        )

    def _note_clock(self, reply: Reply) -> None:
        told = next((value for name, value in reply.headers.items() if name.lower() == "date"), "")
        theirs = moment_of(told)
        self.skew_seconds = None if theirs is None else round((theirs - self.ctx.clock.now()).total_seconds())


def _reason(body: bytes) -> str:
    """The reason in an error body, in lower case; used to tell refusals apart and never shown."""
    try:
        told = msgspec.json.decode(body, type=_ErrorReply)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return ""
    return told.data.name.lower()


class _ErrorData(msgspec.Struct):
    name: str = ""


class _ErrorReply(msgspec.Struct):
    data: _ErrorData


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
