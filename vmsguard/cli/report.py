"""``vmsguard report``: what the evidence says, for people who hand it on and for programs."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vmsguard.cli.evidence.instants import instant_option
from vmsguard.cli.evidence.reading_options import jobs_option, read_roots, roots_option
from vmsguard.cli.evidence.verdict_command import VerdictCommand
from vmsguard.errors import UsageError

if TYPE_CHECKING:
    from vmsguard.report.model import Report

__all__ = ["report"]

_FORMATS = ("html", "csv", "json")


@click.command(cls=VerdictCommand)
@click.argument("directories", metavar="[DIR]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--trust", type=click.Path(path_type=Path), help="Your own trust file (C2SP tlog-policy).")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="html", show_default=True, help="What to write.")
@click.option("-o", "--output", metavar="FILE", help="Where to; - for standard output. HTML goes to report.html.")
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@click.option(
    "--since", default="", help="Tell runs, breaches and findings from this time on (RFC 3339, or a date in UTC)."
)
@click.option("--until", default="", help="Tell what was known before this time; ages are counted up to it.")
@jobs_option
@roots_option
@click.pass_context
def report(
    ctx: click.Context,
    directories: tuple[Path, ...],
    trust: Path | None,
    form: str,
    output: str | None,
    force: bool,
    since: str,
    until: str,
    tsa_roots: tuple[Path, ...],
    jobs: int | None,
) -> None:
    """Write a report from evidence: one self-contained HTML file, a CSV table or a JSON object.

    DIR is an evidence directory, or a bundle that `evidence export` wrote: the configured directory unless
    given, else ./evidence. Sites with logs of their own are told together when several are named. Every log
    is verified first, and the report says on top what came of it. Exits as `evidence verify` does, with the
    report written in each case: 0 intact and complete, 1 tampered, 2 incomplete, 3 cannot decide. Usage
    errors exit 3 and write nothing.
    """
    from vmsguard.evidence.trust import load_trust
    from vmsguard.evidence.verifying.bundle import opened_evidence
    from vmsguard.report.build import build_report

    named = directories or (_configured(ctx.obj["config"]),)
    for directory in named:
        if not directory.is_file() and not any(
            (folder / "log").is_dir() for folder in (directory, directory / "evidence")
        ):
            raise UsageError(f"{directory} holds no evidence log", hint="name the evidence directory: report DIR")
    target = _target(output, form, force=force)
    begins, ends = instant_option("--since", since), instant_option("--until", until)
    rules = None if trust is None else load_trust(trust)
    roots = read_roots(tsa_roots)
    with ExitStack() as opened:
        made = build_report(
            *(opened.enter_context(opened_evidence(directory)) for directory in named),
            trust=rules,
            now=datetime.now(UTC),
            since=begins,
            until=ends,
            tsa_roots=roots,
            jobs=jobs,
        )
    text = _render(made, form)
    if target is None:
        _print(text)
    else:
        _write(target, text, force=force)
        click.echo(f"{target}: {made.integrity.verdict}; {_headline(made)}", err=True)
    ctx.exit(made.integrity.exit_code)


def _configured(config: str | None) -> Path:
    """The configuration's evidence directory; ./evidence where there is no configuration and none was named."""
    from vmsguard.fleet.load_config import DEFAULT_NAME, load_config

    if config is None and not Path(DEFAULT_NAME).exists():
        return Path("evidence")
    return load_config(None if config is None else Path(config)).evidence.directory


def _target(output: str | None, form: str, *, force: bool) -> Path | None:
    """The file to write; None for standard output. Refused before the work is done if it is there already."""
    if output == "-" or (output is None and form != "html"):
        return None
    path = Path(output or "report.html")
    if path.is_dir():
        raise UsageError(f"{path} is a directory", hint="name a file with -o")
    if path.exists() and not force:
        raise _exists(path)
    return path


def _exists(path: Path) -> UsageError:
    return UsageError(f"{path} exists and is not overwritten", hint="name another file with -o, or add --force")


def _render(made: Report, form: str) -> str:
    if form == "csv":
        from vmsguard.report.as_csv import as_csv

        return as_csv(made)
    if form == "json":
        from vmsguard.report.as_json import as_json

        return as_json(made)
    from vmsguard.report.page.html import render

    return render(made)


def _print(text: str) -> None:
    """Bytes as they are: a terminal's own line ends and encoding are no part of the report."""
    click.echo(text.encode(), nl=False)


def _write(path: Path, text: str, *, force: bool) -> None:
    """The whole file or none of it; whoever put one there in the meantime keeps it unless ``force`` is given."""
    import os
    import tempfile

    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
                os.fchmod(file.fileno(), 0o666 & ~_umask())
            if force:
                Path(name).replace(path)
            else:
                os.link(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", hint="name another file with -o") from error


def _umask() -> int:
    import os

    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _headline(made: Report) -> str:
    counts = made.counts
    return (
        f"{counts.passed} of {counts.judged} verdicts pass "
        f"({counts.pass_direct} direct, {counts.pass_fallback} fallback, {counts.pass_exception} exception), "
        f"{counts.fail} fail, {counts.conflict} conflict, {counts.unknown} unknown"
    )
