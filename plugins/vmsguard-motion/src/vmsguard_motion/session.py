"""One login at motion's web control: how it is carried, what is asked, and what its refusals mean."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from vmsguard.errors import AuthRejected, DeviceFault, LoginWeakened, ProtocolViolation, Refused
from vmsguard.model.changes import Permit
from vmsguard.model.inventory import Target
from vmsguard.model.vocabulary import Effect
from vmsguard.net.client import HttpAuth, Reply
from vmsguard.plugin.driver import Context
from vmsguard_motion import web_replies
from vmsguard_motion.web_replies import NotMotionError

__all__ = ["BAD_REQUEST", "MAIN", "Session"]

MAIN = "0"
"""The number under which motion as a whole is asked; where it runs one camera, also that camera's."""

BAD_REQUEST = "bad-request"
"""Code of the ``DeviceFault`` for what motion did not understand: a camera or a parameter it does not show."""

_TEXT_ONLY = "Set webcontrol_interface 1 (text) in motion's configuration, and check that the url is the web control's."


class Session:
    """A session with one motion; every request is a GET, so each says itself whether it writes.

    No text of a reply leaves this class but parameters, and of those no login: motion shows the camera's
    and, with ``webcontrol_parms 3``, its own in the clear.
    """

    def __init__(self, target: Target, ctx: Context) -> None:
        self.target = target
        self.ctx = ctx
        self.version = ""
        self.anonymous = False
        """Whether the web control answers without a login."""
        self.skew_seconds: int | None = None
        """The server's clock minus ours, from the ``Date`` of its first reply."""
        self._auth = HttpAuth.NONE

    def __repr__(self) -> str:
        return f"Session({self.target.id})"

    @property
    def is_encrypted(self) -> bool:
        return urlsplit(self.target.url).scheme == "https"

    @property
    def login_mode(self) -> str:
        """``none``, ``basic`` or ``digest``."""
        return self._auth

    async def open(self) -> None:
        """Find out how motion asks for a login, give it in that way, and read the version.

        The first request carries no login: motion counts wrong passwords towards a lock, but not missing ones.
        """
        reply = await self._send("", {}, Effect.READ, "anonymous", auth=HttpAuth.NONE, accept=frozenset({401}))
        self._note_clock(reply)
        self.anonymous = reply.status != 401
        self._auth = self._asked_for(reply)
        if self._auth != HttpAuth.NONE:
            reply = await self._send("", {}, Effect.READ, "open", auth=self._auth)
        try:
            self.version = web_replies.version_in(_text_of(reply))
        except NotMotionError as error:
            raise self._violation("open", error) from None

    async def statuses(self) -> Mapping[str, str]:
        """Camera number to the state of its motion detection, of every camera."""
        text = await self._ask(f"{MAIN}/detection/status", {}, "status")
        try:
            return web_replies.statuses_in(text)
        except NotMotionError as error:
            raise self._violation("status", error) from None

    async def parameters(self, camera: str) -> Mapping[str, str]:
        """What motion shows of a camera's parameters, in memory, with the logins among them."""
        text = await self._ask(f"{camera}/config/list", {}, "parameters")
        try:
            return web_replies.pairs_in(text)
        except NotMotionError as error:
            raise self._violation("parameters", error) from None

    async def set(self, camera: str, name: str, value: str, permit: Permit) -> None:
        """Change one parameter in memory, until motion restarts; raises ``Refused`` where it is not taken."""
        path = f"{camera}/config/set"
        try:
            text = await self._ask(path, {name: value}, "set", Effect.WRITE, permit)
        except DeviceFault as fault:
            if fault.code != BAD_REQUEST:
                raise
            text = ""
        if not web_replies.acknowledges(text, name, value):
            raise Refused(
                self.target.id,
                "set",
                f"motion did not take {name}",
                code="not-set",
                hint="Raise webcontrol_parms to 2 or more in motion's configuration: what it hides it does not change.",
            )

    async def act(self, path: str, operation: str, permit: Permit) -> None:
        """Send one command; motion's ``Done`` says nothing of what it did."""
        await self._ask(path, {}, operation, Effect.WRITE, permit)

    async def _ask(
        self,
        path: str,
        params: Mapping[str, str],
        operation: str,
        effect: Effect = Effect.READ,
        permit: Permit | None = None,
    ) -> str:
        text = _text_of(await self._send(path, params, effect, operation, auth=self._auth, permit=permit))
        if web_replies.is_refusal(text):
            raise DeviceFault(self.target.id, operation, "motion did not understand the request", code=BAD_REQUEST)
        return text

    async def _send(
        self,
        path: str,
        params: Mapping[str, str],
        effect: Effect,
        operation: str,
        *,
        auth: str,
        accept: frozenset[int] | None = None,
        permit: Permit | None = None,
    ) -> Reply:
        return await self.ctx.http.request(
            "GET",
            path,
            effect=effect,
            operation=operation,
            permit=permit,
            params=params or None,
            auth=auth,
            accept_status=accept,
        )

    def _asked_for(self, reply: Reply) -> str:
        if reply.status != 401:
            asked = HttpAuth.NONE
        else:
            told = next((value for name, value in reply.headers.items() if name.lower() == "www-authenticate"), "")
            asked = HttpAuth.DIGEST if told.lower().startswith("digest") else HttpAuth.BASIC
        if self.ctx.login is None:
            if asked != HttpAuth.NONE:
                raise AuthRejected(
                    self.target.id,
                    "open",
                    "the web control asks for a login",
                    hint="Give the target a login in the inventory.",
                )
        elif self.ctx.login_mode_before == HttpAuth.DIGEST and asked != HttpAuth.DIGEST:
            raise LoginWeakened(
                self.target.id,
                "open",
                "motion asked for HTTP digest before and does not now; no login was sent",
                hint="Find out at motion why: webcontrol_auth_method 2 is digest.",
            )
        return asked

    def _violation(self, operation: str, error: NotMotionError) -> ProtocolViolation:
        return ProtocolViolation(self.target.id, operation, str(error), hint=_TEXT_ONLY)

    def _note_clock(self, reply: Reply) -> None:
        told = next((value for name, value in reply.headers.items() if name.lower() == "date"), "")
        try:
            theirs = parsedate_to_datetime(told)
        except (ValueError, OverflowError):  # a year or an offset of twenty digits
            return
        if theirs.tzinfo is not None:  # "-0000": the server states no zone
            self.skew_seconds = round((theirs - self.ctx.clock.now()).total_seconds())


def _text_of(reply: Reply) -> str:
    # Names of cameras and texts in the picture may be in any encoding; nothing that is read here is.
    return reply.body.decode("utf-8", "replace")
