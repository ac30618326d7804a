"""What makes the executor that ``agent: executor: nats`` names; imports no NATS library before it is needed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from vmsguard.agent.execution.executor import ExecutorNeeds
from vmsguard.errors import ConfigError

if TYPE_CHECKING:
    from vmsguard.agent.jetstream.executor import JetStreamExecutor

__all__ = ["nats_executor"]

_ACK_SECONDS = 30.0
"""How long a task of a worker that died is not offered to others, where its lease does not end sooner."""


@asynccontextmanager
async def nats_executor(needs: ExecutorNeeds) -> AsyncIterator[JetStreamExecutor]:
    """An executor over the site's server, whether or not that answers yet.

    Raises ``UnfitServer`` where it answers and may not be relied on.
    """
    try:
        from vmsguard.agent.jetstream.connection import NatsLine, settings_of
        from vmsguard.agent.jetstream.executor import JetStreamExecutor
    except ModuleNotFoundError as error:
        raise ConfigError(
            "agent: executor: nats needs a library that is not installed", hint="pip install 'vmsguard[nats]'"
        ) from error
    if needs.config.nats is None:
        raise ConfigError("agent: nats: is not configured", hint="add nats: {servers: [...]}")
    settings = settings_of(needs.config.nats, needs.secrets)
    async with NatsLine(settings, needs.name) as line:
        await line.first_look()
        yield JetStreamExecutor(
            line,
            needs.sites,
            needs.leases,
            in_flight=needs.in_flight,
            per_site=needs.config.in_flight,
            ack_wait=min(_ACK_SECONDS, needs.leases.term),
            domain=settings.domain,
        )
