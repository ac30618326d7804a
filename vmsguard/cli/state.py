"""``vmsguard state``: a copy of what the instance remembers, putting one back, and what is in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vmsguard.cli.output import format_option

if TYPE_CHECKING:
    from vmsguard.fleet.load_config import Config

__all__ = ["backup", "restore", "show", "state"]


@click.group()
def state() -> None:
    """What this instance remembers between runs: copy it, put it back, look at it."""


@state.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def backup(ctx: click.Context, file: Path) -> None:
    """Write a copy of the state to FILE while it may be in use; FILE must not be there yet.

    Readable by its owner alone, one file, checked before it gets its name. A copy made with cp misses what lies in the
    database's log. The copy holds no secret, and is of no use as evidence: that is backed up apart. A state on
    PostgreSQL is backed up by pg_dump. Exit codes: 0 written, 2 not written.
    """
    from vmsguard.state.backup import copy_sqlite

    path = _file(_config(ctx))
    if path is None:
        raise _by_its_own_tools("backed up", "pg_dump --format=custom --file=FILE DATABASE")
    copy_sqlite(path, file)
    click.echo(f"{file}: a copy of {path}")


@state.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--already-back", is_flag=True, help="The database was put back by its own tools: do the rest, without FILE."
)
@click.option("--by", metavar="ROLE", required=True, help="Who does it, as a role such as role:it; never a name.")
@click.pass_context
def restore(ctx: click.Context, file: Path | None, already_back: bool, by: str) -> None:
    """Put the state back from FILE, which vmsguard state backup wrote. The old file is kept beside it.

    What the copy says was verified counts no more: every verdict, sighting, deletion, proof and approval is forgotten,
    duties are brought up to date from the evidence, and every target that owes a deletion is looked at next. When each
    was due stays as it was. Refused while an agent or a run is at work. Written to the evidence first. Exit codes:
    0 restored, 2 not restored, and then nothing is changed.
    """
    import re

    from vmsguard.errors import UsageError
    from vmsguard.model.lock import ROLE_PATTERN

    if not re.match(ROLE_PATTERN, by, re.ASCII):
        raise UsageError("--by: not a role", hint="write an id such as role:it; no name, no address")
    if (file is None) != already_back:
        raise UsageError("what is to be put back?", hint="name FILE, or say --already-back; one of the two")
    config = _config(ctx)
    if file is not None and _file(config) is None:
        raise _by_its_own_tools(
            "put back",
            "pg_restore --clean --if-exists --dbname=DATABASE FILE, then vmsguard state restore --already-back",
        )
    from vmsguard.cli.state_restore import restore_in_place, restore_state

    told = restore_in_place(config, by) if file is None else restore_state(config, file, by)
    for line in told:
        click.echo(line)


@state.command()
@format_option
@click.pass_context
def show(ctx: click.Context, output: str) -> None:
    """Where the state is, its schema, how much of what is in it, and what is due next. Talks to no device."""
    from vmsguard.cli.output import print_json
    from vmsguard.cli.state_lines import lines_of, overview_of
    from vmsguard.model.clock import SystemClock
    from vmsguard.state.store import State

    clock = SystemClock()
    with State.open(_config(ctx).state, clock=clock) as opened:
        overview = overview_of(opened, clock.now())
    if output == "json":
        print_json(overview)
        return
    for line in lines_of(overview):
        click.echo(line)


def _config(ctx: click.Context) -> Config:
    from vmsguard.cli.installation import config_path
    from vmsguard.fleet.load_config import load_config

    return load_config(config_path(ctx))


def _file(config: Config) -> Path | None:
    """The file of a SQLite state; None for one on a server."""
    from vmsguard.state.database import sqlite_file

    return sqlite_file(config.state)


def _by_its_own_tools(what: str, command: str) -> Exception:
    from vmsguard.errors import UsageError

    return UsageError(f"a state on a database server is {what} by the server's own tools", hint=command)
