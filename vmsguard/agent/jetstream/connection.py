"""The connection to a NATS server, and the stream that tasks wait on."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path

import nats
import structlog
from msgspec import Struct
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import DiscardPolicy, RetentionPolicy, StreamConfig
from nats.js.errors import APIError, BadRequestError

from vmsguard.agent.jetstream.subjects import STREAM
from vmsguard.errors import ConfigError, VmsguardError

__all__ = ["NatsSettings", "NoServer", "connect", "ensure_stream"]

_SECONDS = 5


class NoServer(VmsguardError):
    """No NATS server answered, or it did not let us in."""


class NatsSettings(Struct, frozen=True, kw_only=True):
    """Where the server is; ``credentials`` is the file of a user's JWT and key."""

    servers: tuple[str, ...]
    credentials: Path | None = None
    ca: Path | None = None
    monitoring: str = ""
    """``http://HOST:PORT`` of its monitoring, for ``doctor``."""
    domain: str = ""
    """The JetStream domain of the site's leaf node."""


async def connect(settings: NatsSettings, name: str) -> Client:
    """A connection that comes back by itself for as long as the process lives; raises ``NoServer``."""
    log = structlog.get_logger("vmsguard.agent")

    async def lost() -> None:
        log.warning("connection to the NATS server lost")

    async def back() -> None:
        log.info("connection to the NATS server is back")

    async def trouble(error: Exception) -> None:
        log.warning("trouble with the NATS server", error=type(error).__name__)

    try:
        return await nats.connect(
            servers=list(settings.servers),
            name=name,
            user_credentials=None if settings.credentials is None else str(settings.credentials),
            tls=None if settings.ca is None else ssl.create_default_context(cafile=settings.ca),
            connect_timeout=_SECONDS,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            allow_reconnect=True,
            error_cb=trouble,
            disconnected_cb=lost,
            reconnected_cb=back,
        )
    except (NatsError, OSError, TimeoutError) as error:
        raise NoServer(
            f"no NATS server at {_shown(settings.servers)}: {type(error).__name__}",
            hint="start it, or set agent: executor: local",
        ) from error


async def ensure_stream(client: Client, domain: str = "", replicas: int = 1) -> None:
    """Have the stream there as it must be: one message per task at most, gone once it was carried out.

    Raises ``ConfigError`` where a stream of that name has another shape and cannot be given this one.
    """
    jetstream = client.jetstream(domain=domain or None)
    wanted = StreamConfig(
        name=STREAM,
        subjects=["vmsguard.work.>"],
        retention=RetentionPolicy.WORK_QUEUE,
        discard=DiscardPolicy.NEW,
        discard_new_per_subject=True,
        max_msgs_per_subject=1,
        num_replicas=replicas,
        description="what vmsguard's workers are to look at",
    )
    try:
        try:
            await jetstream.add_stream(wanted)
        except BadRequestError:
            await jetstream.update_stream(wanted)
    except APIError as error:
        hint = f"remove it: nats stream rm {STREAM} (tasks are derived again)"
        raise ConfigError(f"the stream {STREAM} is there in another shape: {error.description}", hint=hint) from error
    except (NatsError, TimeoutError, OSError) as error:
        raise NoServer(
            f"JetStream does not answer: {type(error).__name__}",
            hint="add jetstream { ... } to the server's configuration",
        ) from error


def _shown(servers: Sequence[str]) -> str:
    """Addresses without what may stand before an ``@``."""
    return ", ".join(server.rpartition("@")[2] for server in servers)
