"""What ``vmsguard doctor`` says of the agent: where it is asked, whom it tells, and whether it may repair."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from vmsguard.fleet.load_config import Config
    from vmsguard.fleet.secrets import SecretStore
    from vmsguard.model.notification_routes import Route
    from vmsguard.plugin.registry import Registry
    from vmsguard.run.fleet import Fleet

__all__ = ["agent_rows"]

_SOCKET_PATH = 107
"""Bytes of a path that a socket can be bound to (unix(7)), without the one that ends it."""


def agent_rows(
    config: Config, registry: Registry, fleet: Fleet | None, secrets: SecretStore
) -> Iterator[dict[str, Any]]:
    """One row per route, and what keeps the agent from telling anybody or from repairing anything.

    ``fleet`` is None where its files have mistakes: what is enforced is not known then, and not told of.
    """
    from vmsguard.cli.doctor_nats import executor_rows
    from vmsguard.errors import VmsguardError
    from vmsguard.model.vocabulary import Mode

    def row(check: str, job: Callable[[], str], next_step: str = "") -> dict[str, Any]:
        try:
            return {"check": check, "ok": True, "found": job(), "next": next_step}
        except VmsguardError as error:
            return {"check": check, "ok": False, "found": str(error), "next": error.hint}

    yield row("agent socket", lambda: _socket(config.agent.socket, "socket"))
    yield row("worker socket", lambda: _socket(config.agent.workers, "workers"))
    yield from executor_rows(config.agent, registry, secrets)
    if config.agent.sign_of_life:
        yield row("sign of life", lambda: _sign_of_life(config, secrets))
    for route in config.notifications:
        yield row(f"route {route.id}", lambda route=route: _told(route, secrets))  # type: ignore[misc]
    if fleet is None:
        return
    enforced = any(rules.mode is Mode.ENFORCE for site in fleet.rules.values() for rules in site)
    if enforced and not config.notifications:
        found = "nobody is told by the agent when a deletion is missed: no notifications: are configured"
        yield row("notifications", lambda: found, "see docs/operations.md, or watch vmsguard_deletion_gap_ratio")
    if enforced and not fleet.lock.present:
        found = "the agent deletes what is due and repairs nothing while no pack is locked"
        yield row("repairs", lambda: found, "vmsguard policy lock --by ROLE")


def _socket(path: Path, key: str) -> str:
    from vmsguard.errors import ConfigError

    if len(str(path).encode()) > _SOCKET_PATH:
        raise ConfigError(
            f"{path} is too long for a socket: more than {_SOCKET_PATH} bytes",
            hint=f"name a shorter one under agent: {key}:, such as /run/vmsguard/{key}.sock",
        )
    return str(path)


def _sign_of_life(config: Config, secrets: SecretStore) -> str:
    _resolved(config.agent.sign_of_life, secrets)
    return f"every {config.agent.sign_of_life_every}, while the agent is ready"


def _told(route: Route, secrets: SecretStore) -> str:
    """Where a route goes; raises where its secret is missing, for it is needed when something is wrong already."""
    from vmsguard.errors import SecretMissing
    from vmsguard.model.notification_routes import Mail, Webhook

    way = route.way
    if isinstance(way, Webhook):
        _resolved(way.url, secrets)
        if not _signs(secrets.text(way.secret)):
            raise SecretMissing(
                way.secret, f"{way.secret}: is no webhook key", hint="store it as the receiver shows it: whsec_..."
            )
        return "webhook"
    if isinstance(way, Mail):
        secrets.login(way.login)
        return f"mail over {way.server}, {way.tls}"
    return f"syslog to {way.address}"


def _signs(key: str) -> bool:
    """Whether a webhook can be signed with it: base64, padded or not, without its prefix (Standard Webhooks 1.0)."""
    try:
        return bool(base64.b64decode(key.removeprefix("whsec_") + "=="))
    except (binascii.Error, ValueError):
        return False


def _resolved(told: str, secrets: SecretStore) -> str:
    return secrets.text(told) if told.startswith("secret://") else told
