"""``agent:`` of a configuration: how often the agent looks, where it can be asked how it is, and who works for it."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from msgspec import Struct

from vmsguard.fleet.read_hook_url import hook_url
from vmsguard.fleet.read_nats import NatsConfig, read_nats
from vmsguard.policy.syntax.reading import Fields, Reader
from vmsguard.policy.syntax.strict_yaml import Node

__all__ = ["LOCAL", "NATS", "AgentConfig", "read_agent"]

LOCAL = "local"
"""The executor of one process."""
NATS = "nats"
"""The executor that hands tasks to workers over NATS JetStream."""

_LEAST, _LONGEST = timedelta(seconds=10), timedelta(days=1)


class AgentConfig(Struct, frozen=True, kw_only=True):
    """Every key has a default: an installation without ``agent:`` has an agent all the same."""

    socket: Path
    """Where commands ask the running agent."""
    workers: Path
    """Where worker processes report to it."""
    executor: str = LOCAL
    """Who carries tasks out: ``local``, ``nats``, or the name under which a plugin registered another."""
    nats: NatsConfig | None = None
    """The site's NATS server; there whenever the executor is ``nats``."""
    health: tuple[str, int] | None = None
    """Address and port of ``/livez``, ``/readyz`` and ``/metrics``; not served unless given."""
    sign_of_life: str = ""
    """The address, or a reference to it, that is called while all is well."""
    sign_of_life_every: timedelta = timedelta(minutes=5)
    sweep: timedelta = timedelta(hours=1)
    watch: timedelta = timedelta(minutes=5)
    lease: timedelta = timedelta(minutes=15)
    """How long a target is held after its worker died."""
    in_flight: int = 64
    starts_per_second: float = 5.0


def read_agent(node: Node | None, reader: Reader, folder: Path) -> AgentConfig:
    """The agent's settings; the defaults where nothing is configured."""
    if node is None:
        return AgentConfig(socket=folder / "agent.sock", workers=folder / "workers.sock")
    with reader.fields(node, "agent") as fields:
        sign, every = _sign_of_life(fields, reader)
        path = folder / fields.text("socket", "agent.sock")
        told = fields.text("workers", "")
        executor, nats = fields.identifier("executor", LOCAL), read_nats(fields.get("nats"), reader, folder)
        if executor == NATS and "nats" not in fields:
            hint = 'add nats: {servers: ["nats://127.0.0.1:4222"]}, or remove the key'
            reader.fault(fields.peek("executor") or node, "executor: nats needs a server", hint)
        return AgentConfig(
            socket=path,
            workers=folder / told if told else path.parent / "workers.sock",
            executor=executor,
            nats=nats,
            health=_health(fields, reader),
            sign_of_life=sign,
            sign_of_life_every=every,
            sweep=_interval(fields, reader, "sweep", timedelta(hours=1)),
            watch=_interval(fields, reader, "watch", timedelta(minutes=5)),
            lease=_interval(fields, reader, "lease", timedelta(minutes=15)),
            in_flight=fields.integer("in_flight", 64, least=1, most=1000),
            starts_per_second=fields.number("starts_per_second", 5.0, least=0.1, most=1000),
        )


def _health(fields: Fields, reader: Reader) -> tuple[str, int] | None:
    told = fields.text("health", "")
    node = fields.peek("health")
    if node is None or not told:
        return None
    host, _, port = told.rpartition(":")
    try:
        address = str(ip_address(host.strip("[]")))
    except ValueError:
        address = ""
    if not address or not port.isdecimal() or not 0 < int(port) < 65536:
        reader.fault(node, "health: expected ADDRESS:PORT", "such as 127.0.0.1:9187; names are not looked up")
        return None
    return address, int(port)


def _sign_of_life(fields: Fields, reader: Reader) -> tuple[str, timedelta]:
    every = timedelta(minutes=5)
    node = fields.get("sign_of_life")
    if node is None:
        return "", every
    with reader.fields(node, "sign_of_life") as inner:
        return hook_url(inner, reader), _interval(inner, reader, "every", every)


def _interval(fields: Fields, reader: Reader, key: str, default: timedelta) -> timedelta:
    told = fields.duration(key, default)
    node = fields.peek(key)
    if node is not None and not _LEAST <= told <= _LONGEST:
        reader.fault(node, f"{key}: expected ten seconds to a day", "such as PT5M")
    return told
