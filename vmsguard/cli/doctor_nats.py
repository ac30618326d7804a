"""What ``vmsguard doctor`` says of who carries tasks out: the executor, and the NATS server that workers share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vmsguard.fleet.read_agent import AgentConfig
    from vmsguard.fleet.read_nats import HubConfig, NatsConfig
    from vmsguard.fleet.secrets import SecretStore
    from vmsguard.plugin.registry import Registry

__all__ = ["executor_rows"]

_PATIENCE = 15.0


def executor_rows(agent: AgentConfig, registry: Registry, secrets: SecretStore) -> Iterator[dict[str, Any]]:
    """A row for the executor, and where they are configured one for the site's NATS server and one for its hub."""
    from vmsguard.errors import VmsguardError

    try:
        entry = registry.executor_entry(agent.executor)
    except VmsguardError as error:
        yield _row("executor", error.message, error.hint, ok=False)
    else:
        who = "worker processes carry tasks out" if entry.workers else "the agent's own process carries tasks out"
        yield _row("executor", f"{entry.name}: {who}")
    if agent.nats is not None:
        yield _server_row(agent.nats, secrets)
        if agent.nats.hub is not None:
            yield _hub_row(agent.nats.hub)


def _hub_row(hub: HubConfig) -> dict[str, Any]:
    if hub.key is None:
        next_step = "add key: with what vmsguard hub run prints; until then nothing of the log may be pruned"
        return _row("hub", "nothing it confirms counts: agent: nats: hub: names no key", next_step, ok=False)
    return _row("hub", f"{hub.domain}: evidence counts as there once {hub.key.name} has signed that")


def _server_row(nats: NatsConfig, secrets: SecretStore) -> dict[str, Any]:
    """What may not be relied on is a failure; what could not be seen is told, and is none."""
    import asyncio

    from vmsguard.errors import VmsguardError

    check = "NATS server"
    try:
        from vmsguard.agent.jetstream.connection import connect, examine, settings_of
        from vmsguard.agent.jetstream.ending import end
        from vmsguard.agent.jetstream.server_check import Finding, Reliance
        from vmsguard.agent.jetstream.stream import answers
    except ModuleNotFoundError:
        return _row(check, "the library for it is not installed", "pip install 'vmsguard[nats]'", ok=False)

    async def look() -> Finding:
        settings = settings_of(nats, secrets)
        client = await connect(settings, "vmsguard doctor", patience=_PATIENCE)
        try:
            found = await examine(client, settings)
            if found.reliance is not Reliance.UNFIT:
                await answers(client.jetstream(domain=settings.domain or None), settings.domain)
            return found
        finally:
            await end(client)

    try:
        found = asyncio.run(look())
    except VmsguardError as error:
        return _row(check, error.message, error.hint, ok=False)
    told = found.why or "writes a message to disk before it acknowledges it"
    return _row(check, f"{found.version}: {told}", found.next_step, ok=found.reliance is not Reliance.UNFIT)


def _row(check: str, found: str, next_step: str = "", *, ok: bool = True) -> dict[str, Any]:
    return {"check": check, "ok": ok, "found": found, "next": next_step}
