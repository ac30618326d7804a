"""``vmsguard policy``: read, check and explain policies; talks to no device and loads no driver."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vmsguard.cli.output import format_option
from vmsguard.cli.policy_explain import explain
from vmsguard.cli.policy_lock import lock
from vmsguard.cli.policy_sources import catalogue_of, config_of, pack_named, packs_of
from vmsguard.cli.policy_tests import run_policy_tests

if TYPE_CHECKING:
    from vmsguard.errors import ConfigError
    from vmsguard.fleet.load_config import Config
    from vmsguard.model.pack import Pack
    from vmsguard.policy.catalogue import Catalogue

__all__ = ["explain", "list_packs", "lock", "policy", "schema", "show_pack", "validate_paths"]


@click.group()
def policy() -> None:
    """Read, check, test and explain policies.

    Without a configuration the packs that ship with vmsguard are meant; with one, also those it names
    and those of the plugins it allows.
    """


policy.add_command(explain)
policy.add_command(lock)
policy.add_command(run_policy_tests)


@policy.command("list")
@format_option
@click.pass_context
def list_packs(ctx: click.Context, output: str) -> None:
    """All packs, with their force and when they are to be read again."""
    from vmsguard.cli.output import make_console, print_json

    packs = packs_of(ctx).values()
    if output == "json":
        print_json({"packs": [_summary(pack) for pack in packs]})
        return
    from vmsguard.cli.fitting_table import show_table
    from vmsguard.cli.policy_tables import pack_table
    from vmsguard.policy.review import review_notice

    console = make_console()
    show_table(console, pack_table(packs))
    for pack in packs:
        if _overdue(pack):
            notice = review_notice(pack.id, pack.version, pack.reviewed_next)
            console.print(f"[yellow]review overdue[/] {notice}")


@policy.command("show")
@click.argument("pack")
@format_option
@click.pass_context
def show_pack(ctx: click.Context, pack: str, output: str) -> None:
    """One pack as it was loaded: sources, rules with their controls, exception types."""
    from vmsguard.cli.output import make_console, print_json

    found = pack_named(ctx, pack)
    if output == "json":
        from vmsguard.policy.syntax.strict_yaml import plain_tree, read_yaml

        tree = plain_tree(read_yaml(Path(found.origin))[0])
        told = {"digest": found.digest, "origin": found.origin, "review_overdue": _overdue(found)}
        print_json({**told, "pack": tree})
        return
    from vmsguard.cli.fitting_table import show_table
    from vmsguard.cli.policy_tables import pack_tables
    from vmsguard.policy.review import review_notice

    console = make_console()
    console.print(f"[bold]{found.id}[/] {found.version}  {found.title}")
    console.print(f"read on {found.reviewed_on}, to be read again by {found.reviewed_next}; {found.timezone}")
    if _overdue(found):
        notice = review_notice(found.id, found.version, found.reviewed_next)
        console.print(f"[yellow]review overdue[/] {notice}")
    console.print(f"sha256:{found.digest}", soft_wrap=True)
    for table in pack_tables(found):
        console.print()
        show_table(console, table)


@policy.command("validate")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@format_option
@click.pass_context
def validate_paths(ctx: click.Context, paths: tuple[Path, ...], output: str) -> None:
    """Check policy files and folders: every mistake at once, each with its place and what to do next.

    Without PATHS, all packs and the policy files of the configuration. Exit codes: 0 all is well, 2 not.
    """
    from datetime import UTC, datetime

    from vmsguard.cli.other_kinds import other_problems
    from vmsguard.policy.validate import validate

    config = config_of(ctx)
    catalogue = catalogue_of(ctx)
    named = paths or _configured(catalogue, config)
    result = validate(named, catalogue, today=datetime.now(UTC).date())
    problems = (*result.problems, *other_problems(result.others))
    if output == "json":
        from vmsguard.cli.output import print_json

        told = {"problems": [_told(each) for each in problems], "warnings": [_told(each) for each in result.warnings]}
        print_json({"valid": not problems, "checked": dict(result.checked), **told})
    else:
        for warning in result.warnings:
            click.echo(f"{warning.place}: warning: {warning.message}\n  next: {warning.hint}", err=True)
        for problem in problems:
            click.echo(f"{problem}\n  next: {problem.hint}", err=True)
        counted = ", ".join(f"{count} {kind}" for kind, count in result.checked.items()) or "nothing"
        mistakes = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        click.echo(f"checked {counted}: {mistakes if problems else 'all is well'}", err=bool(problems))
    if problems:
        raise click.exceptions.Exit(2)


@policy.command("schema")
@click.option("-o", "--output", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.pass_context
def schema(ctx: click.Context, target: Path | None) -> None:
    """JSON Schema of all policy files, for editors: completion and errors while typing."""
    from vmsguard.cli.file_schema import file_schema
    from vmsguard.errors import UsageError

    text = file_schema(catalogue_of(ctx))
    if target is None:
        click.echo(text, nl=False)
        return
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as cause:
        hint = "name a folder that exists and may be written to"
        raise UsageError(f"{target} cannot be written: {cause.strerror}", hint=hint) from cause
    click.echo(f"wrote {target}")


def _configured(catalogue: Catalogue, config: Config | None) -> tuple[Path, ...]:
    from vmsguard.policy.lock.file import LOCK_NAME

    if config is None:
        return catalogue.pack_folders
    told = (config.inventory, config.assignments, config.exceptions, config.documents, config.holds, config.freezes)
    lock = config.folder / LOCK_NAME
    locks = (lock,) if lock.exists() else ()
    return (*catalogue.pack_folders, config.file, *locks, *(path for paths in told for path in paths))


def _summary(pack: Pack) -> dict[str, Any]:
    return {
        "id": pack.id,
        "version": pack.version,
        "title": pack.title,
        "jurisdiction": pack.jurisdiction,
        "rules": [rule.id for rule in pack.rules],
        "profiles": list(pack.profiles),
        "forces": sorted({source.force.value for source in pack.sources.values()}),
        "reviewed_next": pack.reviewed_next.isoformat(),
        "review_overdue": _overdue(pack),
        "digest": pack.digest,
        "origin": pack.origin,
    }


def _overdue(pack: Pack) -> bool:
    from vmsguard.model.clock import SystemClock
    from vmsguard.policy.in_force import zone_of
    from vmsguard.policy.review import review_overdue

    return review_overdue(pack, SystemClock().now().astimezone(zone_of(pack)).date())


def _told(problem: ConfigError) -> dict[str, Any]:
    place = {"file": problem.file, "line": problem.line, "column": problem.column}
    return {**place, "message": problem.message, "hint": problem.hint}
