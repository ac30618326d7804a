"""``vmsguard init``: a working, commented configuration that passes ``doctor``."""

from __future__ import annotations

import json
import re
import shutil
from importlib.resources import files
from pathlib import Path

import click

from vmsguard.cli.file_schema import SCHEMA_FILE

__all__ = ["FILES", "init", "write_installation"]

FILES = ("vmsguard.yaml", "inventory.yaml", "assignments.yaml")
_WRITTEN = (*FILES, SCHEMA_FILE, "keys/evidence.pem", "trust.policy")

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9.-]*/[A-Za-z0-9._/-]*")
"""Origins that YAML reads as text without quotes."""


@click.command()
@click.argument("directory", default=".", type=click.Path(file_okay=False))
@click.option("--origin", default="vmsguard.example.org/my-site", show_default=True, help="The evidence log's name.")
def init(directory: str, origin: str) -> None:
    """Write a commented configuration, a fresh evidence key and the auditor's trust file into DIRECTORY.

    Nothing that exists is overwritten: if one of the files is there, nothing is written, exit 2.
    """
    folder = Path(directory)
    vkey = write_installation(folder, origin)
    click.echo(f"written: {folder}/")
    for name in _WRITTEN:
        click.echo(f"  {name}")
    click.echo(f"the log's public key, for auditors: {vkey}")
    click.echo("  keep trust.policy where the operator of this log cannot change it")
    click.echo(f"next: cd {folder} && vmsguard doctor")


def write_installation(folder: Path, origin: str) -> str:
    """The new log's public key after all files were written; raises ``UsageError`` if one is there already."""
    from vmsguard.errors import UsageError
    from vmsguard.evidence.keys import SigningKey
    from vmsguard.policy.builtin import builtin_folder

    key = SigningKey.generate(origin)
    taken = [name for name in _WRITTEN if (folder / name).exists()]
    if taken:
        raise UsageError(f"{folder / taken[0]} exists; nothing was written", hint="name an empty folder")
    try:
        for name in ("keys", "exceptions", "documents", "holds", "freezes"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "keys").chmod(0o700)
        written = origin if _PLAIN.fullmatch(origin) else json.dumps(origin, ensure_ascii=False)
        templates = files("vmsguard.cli") / "templates" / "init"
        for name in FILES:
            text = (templates / name).read_text(encoding="utf-8").replace("ORIGIN", written)
            (folder / name).write_text(text, encoding="utf-8")
        # What the first line of each file names: editors find it without a network.
        shutil.copyfile(builtin_folder() / SCHEMA_FILE, folder / SCHEMA_FILE)
        (folder / "trust.policy").write_text(f"log {key.vkey}\nquorum none\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{folder}: cannot be written: {error.strerror}", hint="name a folder you may write to"
        ) from error
    key.save(folder / "keys" / "evidence.pem")
    return key.vkey
