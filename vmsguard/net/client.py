"""The one way to a device: bound to its enrolled origin, bounded in time and size, writing only with a permit."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from vmsguard.errors import AuthRejected, CertificateRefused, DeviceFault, DriverError, GuardTripped, Unreachable
from vmsguard.model.changes import Permit
from vmsguard.model.clock import Clock
from vmsguard.model.crash_point import durable_step
from vmsguard.model.inventory import Target
from vmsguard.model.vocabulary import Effect
from vmsguard.net.login import Login
from vmsguard.net.origin import OriginError, enrolled_origin, resolve
from vmsguard.net.pool import ConnectionPool
from vmsguard.net.tls import CertificateSeen, parse_pin
from vmsguard.net.wire import NewKeyedHash, WireDigests

if TYPE_CHECKING:
    from yarl import URL

    from vmsguard.net.digest import DigestState
    from vmsguard.net.pinned import PinnedCertificate

__all__ = ["GuardedClient", "HttpAuth", "Reply"]

_READING = frozenset({"GET", "HEAD", "OPTIONS", "POST"})
_REMEMBERED_URLS = 256


class HttpAuth:
    """How requests authenticate at the HTTP level: one of the constants below."""

    NONE = "none"
    BASIC = "basic"
    DIGEST = "digest"


class Reply(NamedTuple):
    """A complete, size-checked, decompressed answer; ``body`` never enters a log."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class GuardedClient:
    """One target's HTTP client: one connection, one rate limit, one deadline per request.

    ``requests`` counts what was sent by effect, a repeated read twice, a digest handshake once; ``wire`` has
    the keyed digests of what was sent and received, where a ``keyed_hash`` was handed in. ``key_accepted`` says
    whether anybody but the target itself stands for its certificate: to another one no password goes in clear.
    Raises ``GuardTripped`` when the target's own URL, pin or limits cannot be honoured.
    """

    def __init__(
        self,
        target: Target,
        *,
        clock: Clock,
        login: Login | None,
        pool: ConnectionPool,
        permit_is_live: Callable[[Permit], bool],
        write_allowed: bool = False,
        keyed_hash: NewKeyedHash | None = None,
        key_accepted: bool = True,
    ) -> None:
        self.target = target
        self.key_accepted = key_accepted
        self.wire = None if keyed_hash is None else WireDigests(keyed_hash, each=write_allowed)
        self.requests: Counter[Effect] = Counter()
        self._login = login
        self._permit_is_live = permit_is_live
        self._write_allowed = write_allowed
        self._transport = pool.transport
        try:
            self._origin = enrolled_origin(target.url)
            self._lane = pool.lane(target, clock)
        except ValueError as error:
            raise GuardTripped(
                target.id, "enrol", str(error), hint=f"Correct the target in the inventory. {target.place}".strip()
            ) from error
        if target.tls_pin is not None and not self._origin.is_tls:
            raise GuardTripped(
                target.id, "enrol", "tls_pin is set but the URL is not https", hint="Enrol the target by its https URL."
            )
        self._pinned: PinnedCertificate | None = None
        if target.tls_pin is not None:
            self._pinned = self._transport.pinned(parse_pin(target.tls_pin))
        self._route = self._transport.route(self._origin.root, self._pinned)
        self._digest: DigestState | None = None
        self._accepted = False
        self._refusals = 0
        self._stranger: CertificateRefused | None = None
        self._urls: dict[str, URL] = {}

    @property
    def certificate(self) -> CertificateSeen | None:
        """What a pinned target showed last, met or not; None before the first connection and without a pin."""
        return None if self._pinned is None else self._pinned.seen

    @property
    def stranger(self) -> CertificateRefused | None:
        """That the target showed another certificate than it is held to: after that nothing more is sent to it."""
        return self._stranger

    async def request(
        self,
        method: str,
        path: str,
        *,
        effect: Effect,
        operation: str,
        permit: Permit | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        params: Mapping[str, str] | None = None,
        auth: str = HttpAuth.NONE,
        accept_status: frozenset[int] | None = None,
        headers_only: bool = False,
    ) -> Reply:
        """The answer to one request to the enrolled origin; ``path`` may be a full URL only of that origin.

        A path without a leading ``/`` is below the target's enrolled path. Replies of status 2xx, and of
        those in ``accept_status``, are returned; 401 is ``AuthRejected`` (also where accepted, once a login
        was sent), a redirect is ``GuardTripped``, anything else ``DeviceFault`` with code ``http-<status>``.
        Without a login ``auth`` is left out, and the target decides. ``headers_only`` hangs up after the
        headers. Reads are sent a second time when the connection was lost, never for another reason;
        sessions and writes are sent once.
        """
        if self._stranger is not None:
            raise self._stranger
        url = self._urls.get(path)
        if url is None:
            url = self._address(path, operation)
        self._check(method, effect, permit, headers, operation)
        headers, digest = self._authenticate(auth, headers, operation)
        reply = await self._send(
            method,
            url,
            effect=effect,
            operation=operation,
            permit=permit,
            headers=headers,
            body=body,
            params=params,
            digest=digest,
            headers_only=headers_only,
        )
        if effect is Effect.WRITE:
            durable_step()
        status = reply.status
        if auth != HttpAuth.NONE and self._login is not None:
            self._note_login(status, operation)
        if 200 <= status < 300 or (accept_status is not None and status in accept_status):
            return reply
        raise self._unwanted(status, operation)

    async def _send(
        self,
        method: str,
        url: URL,
        *,
        effect: Effect,
        operation: str,
        permit: Permit | None,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        params: Mapping[str, str] | None,
        digest: DigestState | None,
        headers_only: bool,
    ) -> Reply:
        transport, limits = self._transport, self.target.limits
        attempts = 2 if effect is Effect.READ else 1
        async with self._lane.turn:
            while True:
                await self._lane.pace.wait()
                if effect is Effect.WRITE:
                    self._require_permit(permit, operation)  # it may have ended while others had their turn
                    durable_step()
                attempts -= 1
                self.requests[effect] += 1
                reply: Reply | None = None
                try:
                    async with asyncio.timeout(limits.deadline_seconds):
                        reply = Reply._make(
                            await transport.exchange(
                                method,
                                url,
                                route=self._route,
                                fresh=effect is not Effect.READ,
                                headers=headers,
                                body=body,
                                params=params,
                                digest=digest,
                                cap=limits.max_reply_bytes,
                                headers_only=headers_only,
                            )
                        )
                    return reply
                except TimeoutError as error:
                    raise Unreachable(
                        self.target.id,
                        operation,
                        f"no complete reply within {limits.deadline_seconds:g} s",
                    ) from error
                except transport.failures as error:
                    if attempts and transport.is_lost_connection(error):
                        continue
                    # The cause is cut: aiohttp's messages quote URLs and what the device sent.
                    failed = transport.failure(error, self.target.id, operation)
                    if isinstance(failed, CertificateRefused):
                        self._stranger = failed
                    raise failed from None
                finally:
                    if self.wire is not None:
                        asked = url.extend_query(params) if params else url
                        told = None if reply is None else (reply.status, reply.body)
                        self.wire.note(operation, method, asked.raw_path_qs, body, told)

    def _address(self, path: str, operation: str) -> URL:
        try:
            url = self._transport.url(resolve(self._origin, path))
        except OriginError as error:
            raise GuardTripped(
                self.target.id,
                operation,
                str(error),
                hint="Only the enrolled address is spoken to; if the target moved, correct its url in the inventory.",
            ) from error
        except ValueError as error:
            raise GuardTripped(self.target.id, operation, "the address is not a URL") from error
        if len(self._urls) < _REMEMBERED_URLS:
            self._urls[path] = url
        return url

    def _check(
        self, method: str, effect: Effect, permit: Permit | None, headers: Mapping[str, str] | None, operation: str
    ) -> None:
        if effect is Effect.READ and method not in _READING:
            raise GuardTripped(self.target.id, operation, f"{method} is not a read")
        if effect is Effect.WRITE:
            self._require_permit(permit, operation)
        for name, value in headers.items() if headers else ():
            lowered = name.lower()
            if lowered == "host":
                raise GuardTripped(self.target.id, operation, "a driver may not set the Host header")
            if lowered == "authorization" and not value.startswith("Digest "):
                self._refuse_clear_text(operation)

    def _require_permit(self, permit: Permit | None, operation: str) -> None:
        if not (self._write_allowed and permit is not None and self._permit_is_live(permit)):
            raise GuardTripped(
                self.target.id,
                operation,
                "a write without a live permit; nothing was sent",
                hint="Only `vmsguard apply` writes, after its intent is in the evidence log.",
            )

    def _authenticate(
        self, auth: str, headers: Mapping[str, str] | None, operation: str
    ) -> tuple[Mapping[str, str] | None, DigestState | None]:
        if auth == HttpAuth.NONE or self._login is None:
            return headers, None
        if self._refusals and not (self._accepted and self._refusals < 2):
            raise AuthRejected(self.target.id, operation, "this login was refused before; nothing was sent")
        if auth == HttpAuth.DIGEST:
            if self._digest is None:
                from vmsguard.net.digest import DigestState

                self._digest = DigestState(self._login)
            return headers, self._digest
        self._refuse_clear_text(operation)
        told = base64.b64encode(f"{self._login.user}:{self._login.password}".encode()).decode("ascii")
        return {**(headers or {}), "Authorization": f"Basic {told}"}, None

    def _refuse_clear_text(self, operation: str) -> None:
        if not (self._origin.is_tls or self._origin.is_loopback):
            raise GuardTripped(
                self.target.id,
                operation,
                "a login would travel in clear text; nothing was sent",
                hint="Enrol the target by its https URL, or let the driver use HTTP digest.",
            )
        if self._origin.is_tls and not self.key_accepted:
            raise GuardTripped(
                self.target.id,
                operation,
                "the password would go to a certificate that nobody has compared; nothing was sent",
                hint=f"Compare the fingerprint at the device, then run `vmsguard trust accept {self.target.id}`.",
            )

    def _note_login(self, status: int, operation: str) -> None:
        if status == 401:
            self._refusals += 1
            raise self._unwanted(status, operation)
        self._accepted = True
        self._refusals = 0

    def _unwanted(self, status: int, operation: str) -> DriverError:
        if status == 401:
            return AuthRejected(
                self.target.id,
                operation,
                "the login was refused (401)",
                hint="Check the login with `vmsguard doctor`; it is not tried again, so that no account gets locked.",
            )
        if 300 <= status < 400:
            return GuardTripped(self.target.id, operation, f"a redirect ({status}) that was not followed")
        return DeviceFault(self.target.id, operation, f"status {status}", code=f"http-{status}")
