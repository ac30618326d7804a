"""What a hub has confirmed of a log, before anything of it is pruned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from vmsguard.errors import UsageError

if TYPE_CHECKING:
    from vmsguard.evidence.erasing.prune import PrunePlan

__all__ = ["Confirmed", "confirmed_here", "require_confirmed"]


class Confirmed(Struct, frozen=True):
    """How many records the hub has confirmed, and whether the configuration says whose word that is."""

    size: int
    keyless: bool


def confirmed_here(ctx: click.Context, directory: Path | None) -> Confirmed | None:
    """What the hub has confirmed; None for a log that no hub takes.

    A log that is not the configuration's own is no hub's business, and neither is one without a configuration.
    """
    from vmsguard.cli.installation import config_path
    from vmsguard.fleet.load_config import DEFAULT_NAME, load_config
    from vmsguard.model.clock import SystemClock
    from vmsguard.state.database import sqlite_file
    from vmsguard.state.store import State

    told = config_path(ctx)
    if directory is not None and told is None and not Path(DEFAULT_NAME).exists():
        return None
    config = load_config(told)
    if directory is not None and directory.resolve() != config.evidence.directory.resolve():
        return None
    hub = None if config.agent.nats is None else config.agent.nats.hub
    keyless = hub is not None and hub.key is None
    none_yet = None if hub is None else Confirmed(0, keyless)
    file = sqlite_file(config.state)
    if file is not None and not file.exists():
        return none_yet  # looking makes no state
    with State.open(config.state, clock=SystemClock()) as state:
        confirmed = state.confirmed_evidence(config.evidence.origin)
    return none_yet if confirmed is None else Confirmed(confirmed, keyless)


def require_confirmed(plan: PrunePlan, confirmed: Confirmed | None) -> None:
    """Refuse to take out what only this machine has."""
    if confirmed is None or plan.erasure is None or plan.erasure.last < confirmed.size:
        return
    size = confirmed.size
    hint = "let the agent run until the hub has the rest (vmsguard_evidence_unsent tells), or name an earlier time"
    if confirmed.keyless:
        hint = "what it says counts once agent: nats: hub: has the key: that `vmsguard hub run` prints"
    raise UsageError(
        f"records {size} to {plan.erasure.last} would go, and the hub has confirmed {size} records", hint=hint
    )
