"""``vmsguard evidence recover``: what opening the log after a crash would do, and doing it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from vmsguard.evidence.examine import Examined

__all__ = ["recover"]

_REFUSED = 2


@click.command()
@click.argument("directory", type=click.Path(path_type=Path), required=False)
@click.option("--dry-run", is_flag=True, help="Only tell; needs no key and touches nothing.")
@click.option(
    "--key", "key_file", type=click.Path(path_type=Path), help="The log's signing key.  [default: the configured one]"
)
@click.pass_context
def recover(ctx: click.Context, directory: Path | None, dry_run: bool, key_file: Path | None) -> None:
    """Bring the log back in order after a crash, as every run does when it opens it.

    What a crash left behind the last whole record is kept in a torn-*.bin file, cut off and recorded. A log
    that was rolled back or edited is refused and left as it is. Exits 0 or, where it is refused, 2.
    """
    from vmsguard.cli.installation import config_path
    from vmsguard.cli.own_log import log_of
    from vmsguard.evidence.examine import examine
    from vmsguard.model.clock import SystemClock

    if dry_run:
        examined = examine(_directory(ctx, directory))
        _tell(examined)
        click.echo("nothing was touched; the head's signature was not verified, for that takes the key")
        ctx.exit(_REFUSED if examined.refused else 0)
    own = log_of(config_path(ctx), directory, key_file)
    examined = examine(own.directory)
    _tell(examined)
    if examined.refused:
        ctx.exit(_REFUSED)
    from vmsguard.evidence.disk import Disk
    from vmsguard.evidence.erasing.erasure import finish_erasures

    with own.opened(SystemClock()) as log:
        for erasure in finish_erasures(log, own.directory, Disk()):
            click.echo(f"finished: {erasure.told}")
        click.echo(f"recovered: the log goes on at record {log.size}")


def _directory(ctx: click.Context, directory: Path | None) -> Path:
    from vmsguard.cli.installation import config_path
    from vmsguard.fleet.load_config import load_config

    return load_config(config_path(ctx)).evidence.directory if directory is None else directory


def _tell(examined: Examined) -> None:
    from vmsguard.cli.evidence.plain_text import plain

    click.echo(f"origin      {plain(examined.origin) or 'unknown'}")
    click.echo(f"head        covers {examined.signed} records")
    if examined.refused:
        click.echo(f"refused     {plain(examined.refused)}")
        click.echo(f"next        {examined.hint}")
        return
    click.echo(f"records     {examined.records} whole, {examined.records - examined.signed} of them after the head")
    if examined.pruned:
        click.echo(f"pruned      records 0 to {examined.pruned - 1}, as the log announces")
    click.echo(f"torn        {examined.torn_bytes} bytes, which opening keeps aside and cuts off")
    click.echo(f"changes     {examined.unresolved} without a result, which the next run records as interrupted")
    click.echo(f"sealed      {examined.uncompressed} segments to compress or to give their tiles")
