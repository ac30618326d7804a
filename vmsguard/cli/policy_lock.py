"""``vmsguard policy lock``: what this installation agreed to enforce, and agreeing to an upgrade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vmsguard.cli.output import format_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vmsguard.fleet.lock_here import LockHere
    from vmsguard.model.lock import Acceptance, Pinned

__all__ = ["lock"]

_DIFFERS = 3


@click.command("lock")
@click.option("--accept", "names", multiple=True, metavar="NAME", help="Accept this pack or plugin; may be repeated.")
@click.option("--all", "everything", is_flag=True, help="Accept all that is in use, and drop what no longer is.")
@click.option("--by", metavar="ROLE", help="Who accepts, as a role such as role:privacy-officer; never a name.")
@click.option("--check", "only_check", is_flag=True, help="Only compare; write nothing.")
@format_option
@click.pass_context
def lock(
    ctx: click.Context, names: tuple[str, ...], everything: bool, by: str | None, only_check: bool, output: str
) -> None:
    """Pin the assigned packs and the plugins by digest, show what differs from it, accept an upgrade.

    Where nothing was ever locked, everything that is assigned may be enforced. The first `policy lock --by ROLE`
    writes vmsguard.lock beside the configuration. From then on a pack or plugin that differs from it is only proposed
    until it is accepted by --accept or --all; deletions that were accepted and are stated alike go on. A lock that a
    run has used and that is gone holds all back in the same way. Without one of these options an existing lock is
    compared and never changed.

    Exit codes: 0 all that is in use is as it was accepted, or was accepted now; 2 usage, or a mistake in a file;
    3 something differs from the lock, or --check found none.
    """
    from vmsguard.cli.output import make_console, print_json
    from vmsguard.errors import UsageError
    from vmsguard.fleet.lock_here import accept_into

    here = _here(ctx)
    if only_check and (names or everything):
        raise UsageError("--check accepts nothing", hint="leave out --check, or --accept and --all")
    written = bool(names) or everything or (not here.present and not only_check)
    before = here
    if written:
        if names and everything:
            raise UsageError("--accept and --all do not go together", hint="name one of them")
        only = frozenset(names) if names else None
        here = accept_into(here, _acceptance(by), only)
    code = 0 if here.agrees or written else _DIFFERS
    if output == "json":
        print_json(_told(here, before, written=written))
        ctx.exit(code)
    console = make_console()
    from vmsguard.cli.fitting_table import show_table
    from vmsguard.cli.policy_tables import lock_table

    if here.pinned:
        show_table(console, lock_table(here.pinned))
    for line in _lines(here, before, written=written):
        console.print(line, soft_wrap=True, markup=False)
    ctx.exit(code)


def _here(ctx: click.Context) -> LockHere:
    from vmsguard.cli.policy_sources import catalogue_of, config_of
    from vmsguard.errors import UsageError
    from vmsguard.fleet.lock_here import lock_here
    from vmsguard.plugin.loader import load_plugins

    config = config_of(ctx)
    if config is None:
        raise UsageError("a lock belongs to a configuration, and there is none", hint="run vmsguard init, or --config")
    registry = load_plugins(None if config.plugins is None else frozenset(config.plugins))
    return lock_here(config, registry, catalogue_of(ctx))


def _acceptance(by: str | None) -> Acceptance:
    import re

    from vmsguard.errors import UsageError
    from vmsguard.model.clock import SystemClock
    from vmsguard.model.lock import ROLE_PATTERN, Acceptance

    if by is None:
        raise UsageError("nobody is said to accept it", hint="add --by ROLE, such as --by role:privacy-officer")
    if not re.match(ROLE_PATTERN, by, re.ASCII):
        raise UsageError("--by: not a role", hint="write an id such as role:privacy-officer; no name, no address")
    return Acceptance(by, SystemClock().now().replace(microsecond=0))


def _lines(here: LockHere, before: LockHere, *, written: bool) -> Iterator[str]:
    changed = [one for one in before.pinned if _now(here, one) != one]
    if written:
        yield f"written: {here.file}"
        for one in changed:
            yield f"  accepted: {one.kind} {one.name} {_change(one)}"
    elif not here.present:
        yield "there is no lock: everything that is assigned may be enforced"
        yield "  next: vmsguard policy lock --by ROLE"
    waiting = [one for one in here.pinned if here.present and one.holds_back]
    for one in waiting:
        stops = "what it asks is only proposed" if one.kind == "pack" else "no change is sent to its targets"
        yield f"{one.blocker}; {stops}"
        for line in _duties(here, one):
            yield f"  {line}"
        yield f"  next: vmsguard policy lock --accept {one.name} --by ROLE"
    if here.present and not waiting:
        yield "all that is in use is as it was accepted"


def _duties(here: LockHere, one: Pinned) -> Iterator[str]:
    if one.kind != "pack" or one.name not in here.held.kept:
        return
    for rule, control in sorted(here.held.kept[one.name]):
        where = "" if one.name in here.held.same_scope else ", where it was already owed: the pack selects otherwise"
        yield f"goes on: {rule} {control}{where}"
    for duty in here.held.stopped[one.name]:
        yield f"STOPPED: {duty.rule} {duty.control} is not stated as it was accepted; nothing is deleted for it"


def _now(here: LockHere, one: Pinned) -> Pinned | None:
    return next((each for each in here.pinned if (each.kind, each.name) == (one.kind, one.name)), None)


def _change(one: Pinned) -> str:
    if not one.sha256:
        return f"{one.locked_version} (no longer in use)"
    if not one.locked_sha256:
        return one.version
    return f"{one.locked_version} -> {one.version}" if one.locked_version != one.version else f"{one.version} (edited)"


def _told(here: LockHere, before: LockHere, *, written: bool) -> dict[str, Any]:
    from msgspec import to_builtins

    held = here.held
    return {
        "file": str(here.file),
        "present": here.present,
        "agrees": here.agrees,
        "written": written,
        "entries": [{**to_builtins(one), "held_back": here.present and one.holds_back} for one in here.pinned],
        "accepted": [one.name for one in before.pinned if _now(here, one) != one] if written else [],
        "duties": {
            "go_on": [
                {"pack": pack, "rule": rule, "control": control}
                for pack, kept in sorted(held.kept.items())
                for rule, control in sorted(kept)
            ],
            "stopped": [
                {"pack": pack, "rule": duty.rule, "control": duty.control}
                for pack, stopped in sorted(held.stopped.items())
                for duty in stopped
            ],
        },
    }
