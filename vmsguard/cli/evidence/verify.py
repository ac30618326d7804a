"""``vmsguard evidence verify``: the auditor's check."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vmsguard.cli.evidence.plain_text import plain, print_line
from vmsguard.cli.evidence.verdict_command import VerdictCommand
from vmsguard.cli.output import format_option, make_console
from vmsguard.errors import UsageError

if TYPE_CHECKING:
    from vmsguard.evidence.problems import VerifyReport

__all__ = ["report_json", "verify"]


@click.command(cls=VerdictCommand)
@click.argument("directory", type=click.Path(path_type=Path), default=Path("evidence"))
@click.option("--trust", type=click.Path(path_type=Path), help="Your own trust file (C2SP tlog-policy).")
@format_option
@click.pass_context
def verify(ctx: click.Context, directory: Path, trust: Path | None, output: str) -> None:
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
    if output == "json":
        print_line(report_json(report))
    else:
        _print_report(report)
    ctx.exit(report.exit_code)


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
        console.print(f"  {name:<10} {plain(value)}", highlight=False, soft_wrap=True)
    for problem in report.problems:
        place = "" if problem.seq is None else f" at record {problem.seq}"
        line = f"  {problem.level.value:<10} {problem.kind}{place}: {problem.message}"
        console.print(plain(line), highlight=False, soft_wrap=True)
    if report.caveat:
        console.print(f"  {report.caveat}", highlight=False, soft_wrap=True)
