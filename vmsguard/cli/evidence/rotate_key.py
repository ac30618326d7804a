"""``vmsguard evidence rotate-key``: a new signing key, which signs beside the old one for a while."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vmsguard.errors import UsageError

if TYPE_CHECKING:
    from vmsguard.evidence.keys import SigningKey

__all__ = ["rotate_key"]


@click.command(name="rotate-key")
@click.argument("directory", type=click.Path(path_type=Path), required=False)
@click.option(
    "--new-key", "new_file", required=True, type=click.Path(path_type=Path), help="Where the new key goes, or is."
)
@click.option(
    "--key", "key_file", type=click.Path(path_type=Path), help="The present key.  [default: the configured one]"
)
@click.pass_context
def rotate_key(ctx: click.Context, directory: Path | None, new_file: Path, key_file: Path | None) -> None:
    """Give the log a new signing key; both sign every head until you drop the old one.

    Records the rotation, publishes a head with both signatures, and tells what to give to auditors and what to
    put into the configuration. Pseudonyms stay as they are: the new key's file carries their secret on. Asked
    for again after an interruption, it goes on where it stood.
    """
    from vmsguard.cli.installation import config_path
    from vmsguard.cli.own_log import OwnLog, log_of
    from vmsguard.model.clock import SystemClock

    configured = config_path(ctx)
    own = log_of(configured, directory, key_file)
    old = own.keys[0]
    new = _new_key(new_file, old)
    with OwnLog(own.directory, (new, old)).opened(SystemClock()) as log:
        pass
    click.echo(f"new key      {new_file} (mode 0600; keep it away from the evidence)")
    click.echo(f"head         of {log.size} records is signed by both keys")
    click.echo("")
    click.echo("Give these lines to every auditor for the trust file, on another way than the evidence:")
    click.echo("")
    click.echo(f"log {old.vkey}")
    click.echo(f"log {new.vkey}")
    click.echo("")
    click.echo("Put these into the configuration; drop previous_key once every auditor has the new line:")
    click.echo("")
    click.echo("evidence:")
    click.echo(f"  key: {_reference(new_file, configured)}")
    click.echo("  previous_key: the value that key: had")


def _new_key(path: Path, old: SigningKey) -> SigningKey:
    """The key in the file, or a new one in a new file, with the log's secrets taken over."""
    from vmsguard.evidence.keys import SigningKey

    if not path.exists():
        made = SigningKey.generate(old.name).carrying_on(old)
        made.save(path)
        return made
    given = SigningKey.load(path, old.name)
    if given.vkey == old.vkey:
        raise UsageError(f"{path} is the key the log already has", hint="name a new file; the key is made there")
    new = given.carrying_on(old)
    if new is not given:
        new.save_over(path)
        click.echo(f"{path} now also holds the log's secrets of the key before it")
    return new


def _reference(path: Path, config_file: Path | None) -> str:
    """The key file as the configuration names it: relative to its folder."""
    from vmsguard.fleet.load_config import DEFAULT_NAME

    folder = (config_file or Path(DEFAULT_NAME)).resolve().parent
    return f"secret://file/{os.path.relpath(path.resolve(), folder)}"
