"""``vmsguard doctor``: is everything that can be checked without a device in order?"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vmsguard.cli.output import format_option

if TYPE_CHECKING:
    from vmsguard.policy.lock.compare import LockStanding
    from vmsguard.run.fleet import Fleet

__all__ = ["doctor"]

T = TypeVar("T")


@click.command()
@format_option
@click.pass_context
def doctor(ctx: click.Context, output: str) -> None:
    """Check configuration, plugins, policies, inventory, secrets, state and evidence; talks to no device.

    Exit codes: 0 all in order, 2 something has to be mended (each with what to do next).
    """
    from vmsguard.cli.installation import config_path

    rows = list(_examine(config_path(ctx)))
    wrong = sum(not row["ok"] for row in rows)
    if output == "json":
        from vmsguard.cli.output import print_json

        print_json({"checks": rows, "to_mend": wrong})
    else:
        for row in rows:
            mark = "ok  " if row["ok"] else "FAIL"
            click.echo(f"{mark}  {row['check']}: {row['found']}")
            if row["next"]:
                click.echo(f"      next: {row['next']}")
        click.echo(f"{wrong} of {len(rows)} checks to mend" if wrong else f"all of {len(rows)} checks are in order")
    ctx.exit(2 if wrong else 0)


def _examine(path: Path | None) -> list[dict[str, Any]]:
    """Every check that can be made; one that fails keeps back only those that need what it would have found."""
    from vmsguard.cli.doctor_agent import agent_rows
    from vmsguard.cli.doctor_logins import login_rows
    from vmsguard.cli.installation import registry_of
    from vmsguard.cli.own_log import own_log
    from vmsguard.errors import ConfigError, EvidenceInUse, Problems, VmsguardError
    from vmsguard.fleet.assemble_fleet import fleet_of
    from vmsguard.fleet.load_config import load_config
    from vmsguard.fleet.load_inventory import load_inventory
    from vmsguard.fleet.secrets import SecretStore
    from vmsguard.model.clock import SystemClock
    from vmsguard.model.counted import counted
    from vmsguard.state.store import State

    rows: list[dict[str, Any]] = []

    def attempt(check: str, job: Callable[[], T], told: Callable[[T], str]) -> T | None:
        try:
            result = job()
        except Problems as several:
            for problem in several.problems:
                rows.append({"check": check, "ok": False, "found": str(problem), "next": problem.hint})
            return None
        except VmsguardError as error:
            rows.append({"check": check, "ok": False, "found": str(error), "next": error.hint})
            return None
        rows.append({"check": check, "ok": True, "found": told(result), "next": ""})
        return result

    config = attempt("configuration", lambda: load_config(path), lambda found: str(found.file))
    if config is None:
        return rows
    registry = attempt(
        "plugins", lambda: registry_of(config), lambda found: f"{counted(len(found.plugins), 'plugin')} loaded"
    )
    if registry is None:
        return rows
    for failure in registry.failures:
        rows.append(
            {
                "check": "plugins",
                "ok": False,
                "found": f"{failure.plugin} does not load: {failure.error}",
                "next": "reinstall it, or list the plugins that may load under plugins:",
            }
        )
    fleet = attempt(
        "policies and inventory",
        lambda: fleet_of(config, registry),
        lambda found: (
            f"{counted(len(found.inventory.targets), 'target')}, {counted(len(found.inventory.cameras), 'camera')}, "
            f"{counted(sum(len(rules) for rules in found.rules.values()), 'assigned pack')}"
        ),
    )
    secrets = SecretStore(config.folder, os.environ, sources=registry.secret_source)
    if fleet is not None:
        rows += _lock_rows(fleet.lock)
        rows += _zone_rows(fleet)
        rows += login_rows(fleet.inventory.targets.values(), secrets)
    else:
        # A mistake in a policy hides no login; one in the inventory was told above.
        with contextlib.suppress(ConfigError, Problems):
            rows += login_rows(load_inventory(config.inventory).targets.values(), secrets)
    rows += agent_rows(config, registry, fleet, secrets)
    attempt(
        "evidence key",
        lambda: own_log(config.evidence, secrets).keys,
        lambda keys: " and ".join(key.vkey for key in keys),
    )

    def open_log() -> str:
        folder = config.evidence.directory
        new = not (folder / "log").is_dir()
        with State.open(config.state, clock=SystemClock()) as state:
            known = state.evidence_size(config.evidence.origin)
        try:
            with own_log(config.evidence, secrets).opened(SystemClock(), at_least=known) as log:
                return f"{folder}, " + ("begun now, for there was none" if new else counted(log.size, "record"))
        except EvidenceInUse as error:  # a running agent keeps it, and has looked at it itself
            return f"{folder}: {error.message}"

    attempt("evidence log", open_log, str)

    def open_state() -> str:
        with State.open(config.state, clock=SystemClock()) as state:
            return state.where

    attempt("state", open_state, str)
    return rows


def _zone_rows(fleet: Fleet) -> Iterator[dict[str, Any]]:
    """Packs that count their days where the camera stands, at sites of which nobody says where that is."""
    from vmsguard.policy.in_force import SITE_ZONE

    for site, rules in sorted(fleet.rules.items()):
        packs = sorted({one.pack.id for one in rules if one.pack.timezone == SITE_ZONE})
        if packs and site not in fleet.inventory.zones:
            found = f"the inventory states no time zone of {site}: {', '.join(packs)} counts its days in UTC there"
            told = f"add sites: {{{site}: {{timezone: Asia/Seoul}}}} to the inventory, with the zone it is in"
            yield {"check": "time zone", "ok": True, "found": found, "next": told}


def _lock_rows(lock: LockStanding) -> Iterator[dict[str, Any]]:
    """What an upgrade of a pack or plugin would do here, and which of them wait."""
    if not lock.present:
        found = "nothing is locked: apply enforces every pack and plugin as it lies here, upgrades at once"
        yield {"check": "lock", "ok": True, "found": found, "next": "vmsguard policy lock --by ROLE"}
        return
    waiting = [one for one in lock.pinned if one.holds_back]
    for one in waiting:
        told = f"vmsguard policy lock, then vmsguard policy lock --accept {one.name} --by ROLE"
        yield {"check": "lock", "ok": False, "found": f"{one.blocker}; it is only proposed", "next": told}
    if not waiting:
        found = f"packs and plugins are as they were accepted, {len(lock.pinned)} of them"
        yield {"check": "lock", "ok": True, "found": found, "next": ""}
