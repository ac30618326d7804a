"""The inventory that a command is about, and the files of candidates it is given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from vmsguard.fleet.candidates_file import ImportEntry

__all__ = ["CANDIDATES", "entries_of", "inventory_files"]

CANDIDATES = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


def inventory_files(ctx: click.Context) -> tuple[Path, ...]:
    """The inventory files of the configuration; raises ``UsageError`` where there is none."""
    from vmsguard.cli.policy_sources import config_of
    from vmsguard.errors import UsageError

    config = config_of(ctx)
    if config is None:
        raise UsageError("there is no configuration here", hint="run vmsguard init, or name one with --config")
    return config.inventory


def entries_of(file: Path) -> tuple[ImportEntry, ...]:
    """The entries of a file, CSV by its name, else YAML or JSON; raises ``Problems``."""
    if file.suffix.lower() == ".csv":
        from vmsguard.fleet.candidates_csv import read_csv

        return read_csv(file)
    from vmsguard.fleet.candidates_file import read_candidates

    return read_candidates(file)
