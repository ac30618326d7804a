"""The connection to a NATS server: made again for as long as the process lives, and used only while it may be."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog
from msgspec import Struct
from nats.aio.client import Client

from vmsguard.agent.jetstream.credentials import UserCredentials
from vmsguard.agent.jetstream.ending import end, heed_cancellation
from vmsguard.agent.jetstream.server_check import Finding, Reliance, judge_server, read_varz
from vmsguard.errors import ConfigError, SecretMissing, VmsguardError
from vmsguard.fleet.read_nats import NatsConfig
from vmsguard.fleet.secrets import SCHEME, SecretStore

__all__ = [
    "NatsLine",
    "NatsSettings",
    "NoServer",
    "NotLetIn",
    "UnfitServer",
    "connect",
    "connect_until_lost",
    "examine",
    "settings_of",
]

_SECONDS = 5
_PATIENCE = 10.0
"""Seconds that a first connection may take, where one is asked for."""
_AGAIN = 1.0
_NOT_CONNECTED = "no connection to the NATS server"
_PING_EVERY = 20
"""Seconds; a server that hangs is given up after three of them."""


class NoServer(VmsguardError):
    """No NATS server answered, or it did not let us in."""


class NotLetIn(NoServer):
    """A server answers, and it refuses us or we may not trust it: a person has to mend that."""


class UnfitServer(VmsguardError):
    """The server answers, and may not be relied on: it could lose what it acknowledged."""


class NatsSettings(Struct, frozen=True, kw_only=True):
    """Where the server is; ``credentials`` is the file of a user's JWT and key, or of the key alone."""

    servers: tuple[str, ...]
    credentials: Path | None = None
    ca: Path | None = None
    monitoring: str = ""
    """``http://HOST:PORT`` of its monitoring."""
    domain: str = ""
    """The JetStream domain of the site's leaf node."""


def settings_of(config: NatsConfig, secrets: SecretStore) -> NatsSettings:
    """The settings of a configuration, its files found; ``SecretMissing`` or ``ConfigError`` where they are not."""
    told = config.credentials
    credentials = None
    if told.startswith(f"{SCHEME}://"):
        credentials = secrets.path(told)
    elif told:
        credentials = Path(told)
        if not credentials.is_file():
            raise SecretMissing(told, f"{told}: there is no such file", hint="put the user's credentials there")
        if credentials.stat().st_mode & 0o077:
            raise SecretMissing(told, f"{told}: the file can be read by others", hint="chmod 600, and issue new ones")
    if credentials is not None:
        UserCredentials(credentials).check()
    if config.ca is not None:
        _check_ca(config.ca)
    return NatsSettings(
        servers=config.servers,
        credentials=credentials,
        ca=config.ca,
        monitoring=config.monitoring,
        domain=config.domain,
    )


def _check_ca(file: Path) -> None:
    try:
        ssl.create_default_context(cafile=file)
    except OSError as error:  # TLS's own errors are among them
        why = "holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror or "cannot be read"
        hint = "name the PEM file of who signed the server's certificate, or leave ca: out if the system trusts it"
        raise ConfigError(f"nats: ca: {file}: {why}", hint=hint) from error


async def connect(settings: NatsSettings, name: str, *, patience: float = _PATIENCE) -> Client:
    """A connection that comes back by itself; raises ``NoServer`` where none can be had within ``patience`` seconds."""
    return await _connect(settings, name, _nothing, patience)


async def connect_until_lost(
    settings: NatsSettings, name: str, lost: Callable[[], Awaitable[None]], *, patience: float = _PATIENCE
) -> Client:
    """A connection that does not come back by itself: ``lost`` is called when it ends, for whatever reason."""
    client = await _connect(settings, name, lost, patience)
    client.options["allow_reconnect"] = False
    if not client.is_connected:  # lost in between: it tries to come back
        await end(client)
        raise NoServer(f"the NATS server at {_shown(settings.servers)} is gone again", hint=_SEE_THAT_IT_RUNS)
    return client


async def _connect(settings: NatsSettings, name: str, closed: Callable[[], Awaitable[None]], patience: float) -> Client:
    try:
        async with asyncio.timeout(patience):
            client = await _connected(settings, name, _nobody_hears, _nothing, closed)
    except TimeoutError as error:
        raise _no_server(settings, error) from error
    try:
        _must_encrypt(client, settings)
    except NoServer:
        await end(client)
        raise
    return client


class NatsLine:
    """One process's connection, kept up for as long as the context lasts.

    Each time it is there anew, the server is looked at: while ``trouble`` is not empty nothing is to be handed to it.
    """

    def __init__(self, settings: NatsSettings, name: str, *, patience: float = _PATIENCE) -> None:
        self.settings = settings
        self.made = 0
        """How often a connection was there anew: whatever was set up on the server may be gone with the one before."""
        self.finding: Finding | None = None
        self._name = name
        self._patience = patience
        self._client: Client | None = None
        self._trouble = "no connection to the NATS server yet"
        self._said = ""
        self._looked = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._log = structlog.get_logger("vmsguard.agent")

    @property
    def client(self) -> Client | None:
        """The connection, once it is there and its server was looked at."""
        return self._client if not self.trouble else None

    @property
    def trouble(self) -> str:
        """Why nothing can be handed over now."""
        if self._client is not None and not self._client.is_connected:
            return _NOT_CONNECTED
        return self._trouble

    async def first_look(self) -> None:
        """Wait a while for the first connection; raises ``UnfitServer`` if that server may not be relied on."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await self._looked.wait()
        if self.finding is not None and self.finding.reliance is Reliance.UNFIT:
            raise UnfitServer(
                f"the NATS server {self.finding.version} may not be relied on: {self.finding.why}",
                hint=self.finding.next_step,
            )
        if self.trouble:
            self._log.error("tasks cannot be handed over", why=self.trouble, servers=_shown(self.settings.servers))

    async def __aenter__(self) -> Self:
        self._keeping = asyncio.ensure_future(self._keep())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The looking last: until the keeping is over the connection may come back, and have its server looked at.
        await _over(self._keeping)
        await _over(self._looking)

    async def _keep(self) -> None:
        """Connect; and once more where the server closed the connection for good, as it does to a login that ended."""
        while True:
            closed = asyncio.Event()

            async def on_close(closed: asyncio.Event = closed) -> None:
                closed.set()

            try:
                client = await _connected(self.settings, self._name, self._told, self._look_again, on_close)
            except NoServer as error:
                self._trouble = error.message
                self._warn(error.message)
            else:
                self._client = client
                try:
                    self._look_at(client)
                    await closed.wait()
                    self._warn("the NATS server closed the connection")
                finally:
                    self._trouble = _NOT_CONNECTED
                    await end(client)
            heed_cancellation()
            await asyncio.sleep(_AGAIN)

    async def _told(self, error: Exception) -> None:
        self._warn(f"trouble with the NATS server: {type(error).__name__}")

    def _warn(self, trouble: str) -> None:
        """Once while it stays so: everything is tried again each few seconds for as long as an outage lasts."""
        if trouble != self._said:
            self._log.warning(trouble)
        self._said = trouble

    async def _look_again(self) -> None:
        if self._client is not None:
            self._look_at(self._client)

    def _look_at(self, client: Client) -> None:
        """The server may be another than before: until it was looked at nothing is handed to it."""
        self._trouble = "the NATS server was not looked at yet"
        if self._looking is not None:
            self._looking.cancel()
        self._looking = asyncio.ensure_future(self._look(client))

    async def _look(self, client: Client) -> None:
        try:
            _must_encrypt(client, self.settings)
        except NoServer as error:
            self._trouble = error.message
        else:
            finding = await examine(client, self.settings)
            self.finding = finding
            unfit = finding.reliance is Reliance.UNFIT
            self._trouble = f"the NATS server may not be relied on: {finding.why}" if unfit else ""
            if self._said:
                self._log.warning("the NATS server is there again")
            self._said = ""
            if finding.why:
                self._log.warning("the NATS server was looked at", why=finding.why, hint=finding.next_step)
            self.made += 1
        self._looked.set()


async def examine(client: Client, settings: NatsSettings) -> Finding:
    """What may be expected of the server that the connection leads to."""
    version = str(_info(client).get("version", ""))
    varz = await read_varz(settings.monitoring) if settings.monitoring else None
    if varz is not None and len(settings.servers) == 1 and varz.get("server_id") not in (None, _server_id(client)):
        return Finding(
            Reliance.UNKNOWN,
            version,
            "the monitoring address is of another server",
            "name that of this server under agent: nats: monitoring:",
        )
    return judge_server(version, varz)


async def _connected(
    settings: NatsSettings,
    name: str,
    trouble: Callable[[Exception], Awaitable[None]],
    back: Callable[[], Awaitable[None]],
    closed: Callable[[], Awaitable[None]],
) -> Client:
    """One try at each server; raises ``NoServer``. Left to itself the library tries on and keeps every socket open."""
    # Not the library's own reading of credentials, which asks for one more library of signatures.
    credentials = None if settings.credentials is None else UserCredentials(settings.credentials)
    try:
        nkey = "" if credentials is None else credentials.nkey()
    except SecretMissing as error:
        raise _no_server(settings, error) from error
    client = Client()
    client._public_nkey = nkey or None  # the library's own way to say it asks for that library again
    failed: list[Exception] = []

    async def one_try_each(error: Exception) -> None:
        if client.is_connected or client.is_reconnecting or client.is_closed:
            await trouble(error)
            return
        failed.append(error)
        if len(failed) >= len(settings.servers):
            raise error

    try:
        await client.connect(
            servers=list(settings.servers),
            name=name,
            user_jwt_cb=None if credentials is None or nkey else credentials.jwt,
            signature_cb=None if credentials is None else credentials.sign,
            tls=None if settings.ca is None else ssl.create_default_context(cafile=settings.ca),
            connect_timeout=_SECONDS,
            ping_interval=_PING_EVERY,
            max_reconnect_attempts=-1,
            reconnect_time_wait=_AGAIN,  # type: ignore[arg-type]  # the library only sleeps for it
            allow_reconnect=True,
            error_cb=one_try_each,
            reconnected_cb=back,
            closed_cb=closed,
        )
        heed_cancellation()
    except Exception as error:
        # The library raises what the socket, TLS and the files of credentials and CA raise, and bare exceptions.
        await end(client)
        raise _no_server(settings, failed[0] if failed else error) from error
    except BaseException:
        await end(client)
        raise
    return client


_SEE_THAT_IT_RUNS = "see that it runs, and that nats: names it and its credentials"


def _no_server(settings: NatsSettings, error: Exception) -> NoServer:
    where = _shown(settings.servers)
    if isinstance(error, VmsguardError):
        return NotLetIn(f"no login for the NATS server at {where}: {error.message}", hint=error.hint)
    if isinstance(error, ssl.SSLError):
        why = "its certificate is not trusted" if isinstance(error, ssl.SSLCertVerificationError) else "TLS fails"
        told = getattr(error, "verify_message", "") or error.reason or type(error).__name__
        hint = "give it a certificate for that name, and name who signed it under nats: ca:"
        return NotLetIn(f"the NATS server at {where} is not used: {why}: {told}", hint=hint)
    # Refused logins have no class of their own here.
    if any(word in str(error).lower() for word in ("authorization", "authentication")):
        hint = "see that nats: credentials: names a user that it knows and that has not expired"
        return NotLetIn(f"the NATS server at {where} does not let us in: it refused the login", hint=hint)
    return NoServer(f"no NATS server at {where}: {type(error).__name__}", hint=_SEE_THAT_IT_RUNS)


def _must_encrypt(client: Client, settings: NatsSettings) -> None:
    """The library speaks in the clear to a server behind ``tls://`` that does not ask for more."""
    connected = client.connected_url
    clear = connected is not None and connected.scheme == "tls" and not _info(client).get("tls_required")
    if clear:
        raise NotLetIn(
            f"the NATS server at {_shown(settings.servers)} does not encrypt, though tls:// names it",
            hint="give it a tls { } block, or see who answers there",
        )


def _info(client: Client) -> dict[str, object]:
    told = client._server_info
    return told if isinstance(told, dict) else {}


def _server_id(client: Client) -> object:
    return _info(client).get("server_id")


async def _over(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _nothing() -> None:
    """Nobody waits for it."""


async def _nobody_hears(error: Exception) -> None:
    """Whoever uses the connection hears it from what fails."""


def _shown(servers: Sequence[str]) -> str:
    """Hosts and ports, without what may stand before an ``@``."""
    return ", ".join(server.rpartition("@")[2].rpartition("//")[2] for server in servers)
