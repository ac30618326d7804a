"""``agent:`` of a configuration: how often the agent looks, and where it can be asked how it is."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from msgspec import Struct

from vmsguard.fleet.read_hook_url import hook_url
from vmsguard.policy.syntax.reading import Fields, Reader
from vmsguard.policy.syntax.strict_yaml import Node

__all__ = ["AgentConfig", "read_agent"]

_LEAST, _LONGEST = timedelta(seconds=10), timedelta(days=1)


class AgentConfig(Struct, frozen=True, kw_only=True):
    """Every key has a default: an installation without ``agent:`` has an agent all the same."""

    socket: Path
    """Where commands ask the running agent."""
    health: tuple[str, int] | None = None
    """Address and port of ``/livez``, ``/readyz`` and ``/metrics``; not served unless given."""
    sign_of_life: str = ""
    """The address, or a reference to it, that is called while all is well."""
    sign_of_life_every: timedelta = timedelta(minutes=5)
    sweep: timedelta = timedelta(hours=1)
    watch: timedelta = timedelta(minutes=5)
    in_flight: int = 64
    starts_per_second: float = 5.0


def read_agent(node: Node | None, reader: Reader, folder: Path) -> AgentConfig:
    """The agent's settings; the defaults where nothing is configured."""
    if node is None:
        return AgentConfig(socket=folder / "agent.sock")
    with reader.fields(node, "agent") as fields:
        sign, every = _sign_of_life(fields, reader)
        return AgentConfig(
            socket=folder / fields.text("socket", "agent.sock"),
            health=_health(fields, reader),
            sign_of_life=sign,
            sign_of_life_every=every,
            sweep=_interval(fields, reader, "sweep", timedelta(hours=1)),
            watch=_interval(fields, reader, "watch", timedelta(minutes=5)),
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
