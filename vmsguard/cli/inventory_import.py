"""``vmsguard inventory import``: what a file of candidates would add to the inventory, shown or written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vmsguard.cli.inventory_sources import CANDIDATES
from vmsguard.cli.output import format_option

if TYPE_CHECKING:
    from vmsguard.fleet.plan_import import ImportPlan

__all__ = ["import_entries"]

_SECRET = "secret://"


@click.command("import")
@CANDIDATES
@click.option("--site", metavar="SITE", default="", help="The site of entries that state none.")
@click.option(
    "--driver", metavar="DRIVER", default="onvif", show_default=True, help="The driver of entries that state none."
)
@click.option("--login", metavar="REFERENCE", default="", help="The login that reads, as secret://env/NAME.")
@click.option(
    "--change-login", metavar="REFERENCE", default="", help="The login that may change, as secret://env/NAME."
)
@click.option(
    "-o",
    "--output",
    "into",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it to this inventory file: a new one, or as a further document of one that is there.",
)
@format_option
@click.pass_context
def import_entries(
    ctx: click.Context,
    file: Path,
    site: str,
    driver: str,
    login: str,
    change_login: str,
    into: Path | None,
    output: str,
) -> None:
    """Show what FILE would add to the inventory; with --output, write it.

    FILE is what `vmsguard discover` wrote, in YAML or JSON, or a CSV file with the columns address, id, site, groups,
    attributes. What is enrolled already is left out. No attribute is made up: a camera without those a policy selects
    by is judged and never written to. Nothing that is there is overwritten, and no device is asked.

    Exit codes: 0 shown or written, 2 usage or a mistake in a file.
    """
    from vmsguard.cli.inventory_sources import entries_of, inventory_files
    from vmsguard.cli.output import print_json
    from vmsguard.errors import UsageError
    from vmsguard.fleet.load_inventory import group_names, load_inventory
    from vmsguard.fleet.plan_import import ImportDefaults, plan_import
    from vmsguard.model.inventory import LoginRefs

    for option, reference in (("--login", login), ("--change-login", change_login)):
        if reference and not reference.startswith(_SECRET):
            # What stands there may be the secret itself: it is not repeated.
            raise UsageError(f"{option}: a secret is given by reference", hint="write secret://env/NAME")
    files = inventory_files(ctx)
    defaults = ImportDefaults(
        site=_identifier("--site", site),
        driver=_identifier("--driver", driver),
        login=LoginRefs(login, change_login),
        urls=_urls(ctx),
    )
    plan = plan_import(entries_of(file), defaults, load_inventory(files), groups=group_names(files), file=file)
    document = _checked_document(plan, file, files)
    listed = False
    if into is not None and plan.new:
        listed = _write(into, document, files)
    if output == "json":
        print_json(_told(plan, into if plan.new else None))
        return
    _show(plan, document, into, listed=listed)


def _identifier(option: str, told: str) -> str:
    import re

    from vmsguard.errors import UsageError
    from vmsguard.policy.syntax.scalars import ID_PATTERN

    if told and not re.match(ID_PATTERN, told, re.ASCII):
        raise UsageError(f"{option}: {told!r} is not an id", hint="write lower-case letters, digits, dots and hyphens")
    return told


def _urls(ctx: click.Context) -> dict[str, str]:
    """Driver to where its protocol begins on any host, as the discoverers of the plugins tell it."""
    from vmsguard.cli.policy_sources import config_of
    from vmsguard.plugin.loader import load_plugins

    config = config_of(ctx)
    registry = load_plugins(None if config is None or config.plugins is None else frozenset(config.plugins))
    return {one.entry.driver: one.entry.url for one in registry.discoverers.values() if one.entry.url}


def _checked_document(plan: ImportPlan, file: Path, files: tuple[Path, ...]) -> str:
    """The document as it would be written, after it was loaded together with the inventory."""
    if not plan.new:
        return ""
    import tempfile

    from vmsguard.fleet.inventory_document import inventory_document
    from vmsguard.fleet.load_inventory import load_inventory
    from vmsguard.model.clock import SystemClock

    count = len(plan.new)
    head = (
        f"{count} camera{'s' if count != 1 else ''} of {file.name}, added by vmsguard inventory import on"
        f" {SystemClock().now():%Y-%m-%d}.",
        "An attribute that is not stated is unknown: the camera is judged and never written to.",
    )
    document = inventory_document(plan.new, head)
    _check_size(len(document.encode()), f"{count} cameras", "import them in parts, each into a file of its own")
    with tempfile.TemporaryDirectory() as folder:
        tried = Path(folder) / "inventory.yaml"
        tried.write_text(document, encoding="utf-8")
        load_inventory([*files, tried])
    return document


def _check_size(size: int, what: str, hint: str) -> None:
    """Refuse to write what no command could read afterwards."""
    from vmsguard.errors import UsageError
    from vmsguard.policy.syntax.strict_yaml import MAX_BYTES

    if size > MAX_BYTES:
        raise UsageError(f"{what} would be {size} bytes, and an inventory file has at most {MAX_BYTES}", hint=hint)


def _write(into: Path, document: str, files: tuple[Path, ...]) -> bool:
    """Whether the configuration reads the file that was written."""
    from vmsguard.cli.file_schema import MODELINE, SCHEMA_FILE
    from vmsguard.fleet.inventory_document import add_document
    from vmsguard.policy.syntax.yaml_files import read_documents, yaml_files_in

    if into.exists():
        # A document is added to YAML only, never to the end of whatever else has that name.
        read_documents(into)
        together = into.stat().st_size + len(document.encode()) + len("---\n")
        _check_size(together, f"{into} with them", "name a file that is not there yet with --output")
    modeline = f"{MODELINE}{SCHEMA_FILE}\n" if (into.parent / SCHEMA_FILE).exists() else ""
    add_document(into, document, modeline=modeline)
    return into.resolve() in {path.resolve() for path in yaml_files_in(files)}


def _told(plan: ImportPlan, into: Path | None) -> dict[str, Any]:
    from msgspec import to_builtins

    return {"new": to_builtins(plan.new), "left_out": to_builtins(plan.left_out), "written": str(into or "")}


def _show(plan: ImportPlan, document: str, into: Path | None, *, listed: bool) -> None:
    for line in document.splitlines():
        click.echo(click.style(f"+ {line}", fg="green"))
    for one in plan.new:
        for note in one.notes:
            click.echo(f"! {one.id}: {note}")
    for out in plan.left_out:
        click.echo(f"left out: {out.address} ({out.place}): {out.why}")
        if out.next:
            click.echo(f"  next: {out.next}")
    count = len(plan.new)
    cameras = f"{count} camera{'s' if count != 1 else ''}"
    if not count:
        click.echo("nothing to add")
    elif into is None:
        click.echo(f"{cameras} would be added; nothing was written. To write: --output FILE")
    else:
        click.echo(f"{cameras} added to {into}")
        if not listed:
            click.echo(f"next: name {into} under inventory: in the configuration")
        click.echo("next: state attributes and logins where they are missing, then vmsguard doctor")
