"""``vmsguard evidence erase``: take the content of one record out of the log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vmsguard.cli.evidence.erasing import agreed, key_option, reason_option, yes_option
from vmsguard.cli.evidence.plain_text import plain

if TYPE_CHECKING:
    from vmsguard.cli.own_log import OwnLog

__all__ = ["erase"]


@click.command()
@click.argument("directory", type=click.Path(path_type=Path), required=False)
@click.option("--seq", type=click.IntRange(min=0), required=True, help="The record's sequence number.")
@reason_option
@yes_option
@key_option
@click.pass_context
def erase(ctx: click.Context, directory: Path | None, seq: int, reason: str, yes: bool, key_file: Path | None) -> None:
    """Erase one record: its place, its hash and the reason stay, its content is gone for good.

    The chain and the root still hold, and a random salt keeps the content from being guessed. Records on which the
    log's own promises rest cannot be erased. Bundles, exports and proofs that were handed on before keep the record.
    """
    from vmsguard.cli.evidence.erasing import directory_of, tell_unfinished
    from vmsguard.cli.installation import config_path
    from vmsguard.cli.own_log import log_of
    from vmsguard.evidence.disk import Disk
    from vmsguard.evidence.erasing.erase import erase_record, plan_erasure
    from vmsguard.evidence.show import told
    from vmsguard.model.clock import SystemClock

    folder = directory_of(ctx, directory)
    if tell_unfinished(folder) and _finished(log_of(config_path(ctx), directory, key_file), seq):
        return
    record = plan_erasure(folder, seq, reason).record
    click.echo(f"record      {seq}, {plain(str(record.get('event')))} of {plain(str(record.get('ts', '')))}")
    click.echo(f"says        {plain(told(record))}")
    own = log_of(config_path(ctx), directory, key_file)
    agreed(yes, "erasing takes a record's content out for good", "Erase this record now?")
    with own.opened(SystemClock()) as log:
        done = erase_record(log, own.directory, seq, reason, Disk())
    click.echo(f"erased: record {seq} is a tombstone; record {done} says so")
    click.echo("copies that left the directory before, such as bundles, exports and proofs, still hold it")


def _finished(own: OwnLog, seq: int) -> bool:
    """Finish what a crash left, which a person has agreed to before, and tell whether this record was part of it."""
    from vmsguard.evidence.disk import Disk
    from vmsguard.evidence.erasing.erasure import finish_erasures
    from vmsguard.model.clock import SystemClock

    with own.opened(SystemClock()) as log:
        done = finish_erasures(log, own.directory, Disk())
    for erasure in done:
        click.echo(f"finished: {erasure.told}")
    return any(erasure.first <= seq <= erasure.last for erasure in done)
