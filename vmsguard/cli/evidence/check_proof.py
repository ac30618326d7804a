"""``vmsguard evidence check-proof``: a record and its proof, without the log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vmsguard.cli.evidence.plain_text import plain, print_line
from vmsguard.cli.evidence.verdict_command import VerdictCommand
from vmsguard.cli.output import format_option, make_console
from vmsguard.errors import UsageError

if TYPE_CHECKING:
    from vmsguard.evidence.proving.proof_check import ProofReport

__all__ = ["check_proof"]


@click.command("check-proof", cls=VerdictCommand)
@click.argument("record", type=click.Path(path_type=Path))
@click.argument("proof", type=click.Path(path_type=Path))
@click.option("--trust", type=click.Path(path_type=Path), required=True, help="Your own trust file (C2SP tlog-policy).")
@format_option
@click.pass_context
def check_proof(ctx: click.Context, record: Path, proof: Path, trust: Path, output: str) -> None:
    """Check a record against its proof, or a saved head against a proof that the log continues it.

    Exits 0 proven, 1 not proven, 3 cannot decide: a key the trust file does not name, or a quorum not met.
    RECORD and PROOF are the files `evidence prove` wrote; for a proof of continuation RECORD is the saved head.
    """
    from vmsguard.evidence.proving.proof_check import check_continuation, is_continuation
    from vmsguard.evidence.proving.proof_check import check_proof as check
    from vmsguard.evidence.trust import load_trust

    rules, shown, told = load_trust(trust), _read(record), _read(proof)
    report = (check_continuation if is_continuation(told) else check)(shown, told, rules)
    if output == "json":
        print_line(_report_json(report))
    else:
        _print_report(report)
    ctx.exit(report.exit_code)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint="name the files `prove` wrote") from error


def _report_json(report: ProofReport) -> dict[str, Any]:
    import msgspec

    found: dict[str, Any] = msgspec.to_builtins(report)
    return {**found, "verdict": report.verdict, "exit": report.exit_code, "caveat": report.caveat}


def _print_report(report: ProofReport) -> None:
    console = make_console()
    style = {0: "bold green", 1: "bold red", 3: "bold yellow"}[report.exit_code]
    console.print(f"[{style}]{report.verdict}[/]", highlight=False)
    for name, value in (
        ("origin", report.origin),
        (report.subject, report.told),
        ("root", report.root),
        ("witnesses", ", ".join(report.witnesses) or "none"),
        ("reason", report.reason),
        ("note", report.caveat),
    ):
        if value:
            console.print(f"  {name:<10} {plain(value)}", highlight=False, soft_wrap=True)
