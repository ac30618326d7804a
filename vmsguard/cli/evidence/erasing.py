"""What the commands that take records out share: a reason on record, a person's word, the log they write."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from vmsguard.errors import UsageError

__all__ = ["agreed", "directory_of", "key_option", "reason_option", "tell_unfinished", "yes_option"]

_REASON = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def _reason(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if not _REASON.fullmatch(value):
        raise click.BadParameter("write a short word like retention-ended, erasure-request or court-order")
    return value


reason_option = click.option(
    "--reason",
    required=True,
    callback=_reason,
    metavar="CODE",
    help="Why, as a word that goes on record: retention-ended, erasure-request, court-order.",
)

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")

key_option = click.option(
    "--key", "key_file", type=click.Path(path_type=Path), help="The log's signing key.  [default: the configured one]"
)


def agreed(yes: bool, what: str, question: str) -> None:
    """A person's word before anything is taken out; raises where nobody is there to give it."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{what} and nobody is there to ask", hint="look at what is told above, then add --yes")
    click.confirm(question, abort=True, err=True)


def tell_unfinished(directory: Path) -> bool:
    """Say which erasures a crash left without an end, and whether there are any."""
    from vmsguard.evidence.erasing.erasure import unfinished_erasures

    found = [request.erasure for request in unfinished_erasures(directory)]
    for erasure in found:
        click.echo(f"unfinished  {erasure.told}: asked for and not yet done; it is finished first")
    return bool(found)


def directory_of(ctx: click.Context, directory: Path | None) -> Path:
    """The directory that was named, or the configured one."""
    if directory is None:
        from vmsguard.cli.installation import config_path
        from vmsguard.fleet.load_config import load_config

        directory = load_config(config_path(ctx)).evidence.directory
    if not (directory / "log").is_dir():
        raise UsageError(f"{directory} holds no evidence log", hint="name the evidence directory")
    return directory
