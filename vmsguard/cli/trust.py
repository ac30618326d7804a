"""``vmsguard trust``: which certificate each target is held to, and a person's word on a new one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from vmsguard.cli.output import format_option

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from vmsguard.fleet.load_config import Config
    from vmsguard.model.inventory import Target
    from vmsguard.model.trust import TargetTrust

__all__ = ["accept", "show", "trust"]


@click.group()
def trust() -> None:
    """Certificates of targets, and how they take the login: see what is known, accept what is new."""


@trust.command()
@click.argument("target", required=False)
@format_option
@click.pass_context
def show(ctx: click.Context, target: str | None, output: str) -> None:
    """Which certificate TARGET, or every target, is held to, since when and by whom; what was seen last.

    Also how the newest session's login travelled, and whether RTSP showed a stream without one. Talks to no device.
    """
    from vmsguard.cli.output import print_json

    config, targets = _configured(ctx, target)
    known = _known(config)
    rows = [_row(one, known.get(one.id)) for one in targets]
    if output == "json":
        print_json({"targets": rows})
        return
    for row in rows:
        click.echo(row["target"])
        for label, value in _lines(row):
            click.echo(f"  {label:<14}{value}")


@trust.command()
@click.argument("target")
@click.option(
    "--fingerprint", metavar="HEX", help="What the device itself shows: SHA-256 of the certificate or its key."
)
@click.option("--by", metavar="ROLE", required=True, help="Who accepts, as a role such as role:it; never a name.")
@click.pass_context
def accept(ctx: click.Context, target: str, fingerprint: str | None, by: str) -> None:
    """Hold TARGET from now on to the certificate that it showed last, as compared at the device itself.

    Without --fingerprint the one that was seen is shown and asked for. Written to the evidence at once; talks to
    no device. Exit codes: 0 accepted, 2 usage or nothing to accept.
    """
    import os
    import re

    import msgspec

    from vmsguard._version import __version__
    from vmsguard.agent.control.asked_orders import AcceptAsked, TrustAsked
    from vmsguard.cli.beside_agent import agent_runs, ask
    from vmsguard.cli.installation import run_lock_of
    from vmsguard.cli.own_log import own_log
    from vmsguard.errors import UsageError
    from vmsguard.fleet.secrets import SecretStore
    from vmsguard.model.clock import SystemClock
    from vmsguard.model.lock import ROLE_PATTERN
    from vmsguard.model.trust import TargetTrust
    from vmsguard.run.trust_accept import accepted, keep_accepted, waiting_for
    from vmsguard.state.store import State

    if not re.match(ROLE_PATTERN, by, re.ASCII):
        raise UsageError("--by: not a role", hint="write an id such as role:it; no name, no address")
    config, (enrolled,) = _configured(ctx, target)
    if agent_runs(config):
        seen = msgspec.convert(ask(config, "trust-waiting", TrustAsked(target)), TargetTrust)
        told = fingerprint or _ask(seen)
        held = msgspec.convert(
            ask(config, "trust-accept", AcceptAsked(target=target, fingerprint=told, by=by)), TargetTrust
        )
        click.echo(f"{target} is held to spki-sha256:{held.key}")
        return
    clock = SystemClock()
    with State.open(config.state, clock=clock) as state, state.run_lock(run_lock_of(config)):
        seen = waiting_for(enrolled, state.trust(target))
        held = accepted(seen, fingerprint or _ask(seen), by=by, at=clock.now())
        own = own_log(config.evidence, SecretStore(config.folder, os.environ))
        origin = config.evidence.origin
        with own.opened(clock, agent={"version": __version__}, at_least=state.evidence_size(origin)) as log:
            keep_accepted(log, state, held, os.getuid())
            state.remember_evidence_size(origin, log.signed_size)
    click.echo(f"{target} is held to spki-sha256:{held.key}")


def _configured(ctx: click.Context, target: str | None) -> tuple[Config, list[Target]]:
    """The configuration, and the target that is named or all of them."""
    from vmsguard.cli.installation import config_path
    from vmsguard.errors import UsageError
    from vmsguard.fleet.load_config import load_config
    from vmsguard.fleet.load_inventory import load_inventory

    config = load_config(config_path(ctx))
    targets = load_inventory(config.inventory).targets
    if target is None:
        return config, [targets[name] for name in sorted(targets)]
    if target not in targets:
        raise UsageError(f"{target}: no target of the inventory", hint="vmsguard trust show lists them")
    return config, [targets[target]]


def _known(config: Config) -> Mapping[str, TargetTrust]:
    from vmsguard.model.clock import SystemClock
    from vmsguard.state.store import State

    with State.open(config.state, clock=SystemClock()) as state:
        return state.trusts()


def _ask(seen: TargetTrust) -> str:
    """The fingerprint as a person says it is; raises where nobody is there to ask."""
    from vmsguard.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError(
            "nobody is there to compare the fingerprint", hint="add --fingerprint HEX, as the device itself shows it"
        )
    click.echo(f"certificate  sha256:{seen.seen_certificate}", err=True)
    click.echo(f"its key      spki-sha256:{seen.seen_key}", err=True)
    click.confirm("Does the device itself show one of these?", abort=True, err=True)
    return seen.seen_certificate


def _row(target: Target, known: TargetTrust | None) -> dict[str, Any]:
    from vmsguard.model.trust import TargetTrust
    from vmsguard.net.tls import format_key_pin
    from vmsguard.run.trust import uses_tls

    known = known or TargetTrust(target=target.id)
    by_inventory = target.tls_pin is not None
    tls = uses_tls(target)
    return {
        "target": target.id,
        "tls": tls,
        "pin": target.tls_pin if by_inventory else format_key_pin(known.key) if tls and known.held else "",
        "how": "inventory" if by_inventory else known.how if tls else "",
        "since": None if by_inventory or not tls else _utc(known.since),
        "by": "" if by_inventory else known.by,
        "seen_key": known.seen_key,
        "seen_certificate": known.seen_certificate,
        "seen_at": _utc(known.seen_at),
        "login_mode": known.login_mode,
        "rtsp_without_login": known.rtsp_open,
    }


_HOW = {
    "": "not learned yet; vmsguard check does",
    "first-use": "learned at the first contact; nobody has compared it",
    "authority": "an authority that this machine trusts vouches for it; no key is held to",
    "accepted": "accepted",
    "inventory": "the inventory's tls_pin",
}


def _lines(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A row as a person reads it."""
    lines = [("certificate", _HOW[row["how"]] if row["tls"] else "none: not enrolled by https")]
    if row["pin"]:
        lines.append(("held to", row["pin"]))
    if row["since"]:
        lines.append(("since", f"{row['since']}{' by ' + row['by'] if row['by'] else ''}"))
    if row["seen_at"]:
        lines.append(("seen last", f"{row['seen_at']} sha256:{row['seen_certificate']}"))
        lines.append(("its key", f"spki-sha256:{row['seen_key']}"))
    lines.append(("login", row["login_mode"] or "not known"))
    if row["rtsp_without_login"] is not None:
        lines.append(("rtsp", "shows streams without a login" if row["rtsp_without_login"] else "asks for a login"))
    return lines


def _utc(at: datetime | None) -> str | None:
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")
