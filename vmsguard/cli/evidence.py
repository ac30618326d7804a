"""``vmsguard evidence``: verify and show a log, make its key."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from vmsguard.cli.output import make_console
from vmsguard.errors import UsageError, VmsguardError

if TYPE_CHECKING:
    from vmsguard.evidence.problems import VerifyReport

__all__ = [
    "VerifyCommand",
    "evidence",
    "keygen",
    "report_json",
    "show",
    "verify",
]

_FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="A table for people, or JSON for programs.",
)
_CANNOT_DECIDE = 3


@click.group()
def evidence() -> None:
    """Verify and show the evidence log; make keys."""


class VerifyCommand(click.Command):
    """Exits 3 on its usage errors: 1 and 2 are verdicts here."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            error.show()
            raise click.exceptions.Exit(_CANNOT_DECIDE) from error

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except VmsguardError as error:
            from vmsguard.cli.failures import tell

            tell(error)
            ctx.exit(_CANNOT_DECIDE)


@evidence.command(cls=VerifyCommand)
@click.argument("directory", type=click.Path(path_type=Path), default=Path("evidence"))
@click.option("--trust", type=click.Path(path_type=Path), help="Your own trust file (C2SP tlog-policy).")
@_FORMAT
@click.pass_context
def verify(ctx: click.Context, directory: Path, trust: Path | None, form: str) -> None:
    """Check a log against signed heads and its own promises.

    Exits 0 intact and complete, 1 tampered, 2 incomplete, 3 cannot decide. Keys are taken from the trust
    file alone, never from the evidence directory.
    """
    from vmsguard.evidence.trust import load_trust
    from vmsguard.evidence.verify import verify_directory

    if not directory.is_dir():
        raise UsageError(f"{directory} is not a directory", hint="name the evidence directory: evidence verify DIR")
    rules = None if trust is None else load_trust(trust)
    report = verify_directory(directory, trust=rules, now=datetime.now(UTC))
    if form == "json":
        _print_json(report_json(report))
    else:
        _print_report(report)
    ctx.exit(report.exit_code)


@evidence.command()
@click.argument("directory", type=click.Path(path_type=Path), default=Path("evidence"))
@click.option("--camera", default="", help="Only records about this camera.")
@click.option("--control", default="", help="Only verdicts of this control.")
@click.option("--run", default="", help="Only records of this run.")
@click.option("--event", default="", help="Only this event, or this family of events (apply, log).")
@click.option("--since", default="", help="Only records from this time on (RFC 3339, or a date in UTC).")
@_FORMAT
def show(directory: Path, camera: str, control: str, run: str, event: str, since: str, form: str) -> None:
    """Show records, oldest first. Shows what is written; `evidence verify` says whether it is true to its head."""
    from vmsguard.evidence.show import Filter, read_records, told

    if not (directory / "log").is_dir():
        raise UsageError(f"{directory} holds no evidence log", hint="name the evidence directory: evidence show DIR")
    accept = Filter(camera=camera, control=control, run=run, event=event, since=_instant(since))
    if form == "json":
        for record in read_records(directory, accept):
            _print_json(record)
        return
    from rich.table import Table

    table = Table("seq", "time", "event", "run", "what", box=None, pad_edge=False, header_style="bold")
    table.columns[4].overflow = "fold"
    for record in read_records(directory, accept):
        time = str(record.get("ts", ""))[:19].replace("T", " ")
        table.add_row(
            str(record.get("seq")), time, str(record.get("event")), str(record.get("run", "")), _plain(told(record))
        )
    console = make_console()
    console.print(table)
    if not table.row_count:
        console.print("no record passes these filters")


@evidence.command()
@click.option("--origin", required=True, help="The log's name: a URL without scheme, such as example.org/site-a.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Where the private key goes.")
def keygen(origin: str, output: Path) -> None:
    """Make a signing key; print its public half and the line for an auditor's trust file."""
    from vmsguard.evidence.keys import SigningKey

    key = SigningKey.generate(origin)
    key.save(output)
    click.echo(f"private key  {output} (mode 0600; keep it away from the evidence)")
    click.echo(f"vkey         {key.vkey}")
    click.echo("")
    click.echo("Give these lines to the auditor as a trust file, on another way than the evidence:")
    click.echo("")
    click.echo(f"log {key.vkey}")
    click.echo("quorum none")


def report_json(report: VerifyReport) -> dict[str, Any]:
    """The report as plain data, with its verdict and exit code."""
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(report)
    return {**plain, "verdict": report.verdict, "exit": report.exit_code, "caveat": report.caveat}


def _print_report(report: VerifyReport) -> None:
    console = make_console()
    style = ("bold green", "bold red", "bold yellow", "bold yellow")[report.exit_code]
    console.print(f"[{style}]{report.verdict}[/]", highlight=False)
    for name, value in (
        ("origin", report.origin or "unknown"),
        ("records", f"{report.size}, {report.signed_size} under a trusted signature"),
        ("root", report.root),
        ("witnesses", ", ".join(report.witnesses) or "none"),
    ):
        console.print(f"  {name:<10} {_plain(value)}", highlight=False, soft_wrap=True)
    for problem in report.problems:
        place = "" if problem.seq is None else f" at record {problem.seq}"
        line = f"  {problem.level.value:<10} {problem.kind}{place}: {problem.message}"
        console.print(_plain(line), highlight=False, soft_wrap=True)
    if report.caveat:
        console.print(f"  {report.caveat}", highlight=False, soft_wrap=True)


def _plain(text: str) -> str:
    """Text of a log with nothing in it that a terminal or rich would act on."""
    from rich.markup import escape

    return escape("".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text))


def _print_json(value: Any) -> None:
    import orjson

    click.echo(orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode())


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        _refuse_time(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _refuse_time(text: str) -> NoReturn:
    raise UsageError(f"--since {text} is not a time", hint="write 2026-11-22 or 2026-11-22T09:00:00+09:00")
