"""``vmsguard evidence verify``: the auditor's check."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vmsguard.cli.evidence.plain_text import print_line
from vmsguard.cli.evidence.reading_options import jobs_option, read_roots, read_up_to, roots_option
from vmsguard.cli.evidence.verdict_command import VerdictCommand
from vmsguard.cli.output import format_option, progress_bar
from vmsguard.errors import UsageError

if TYPE_CHECKING:
    from vmsguard.evidence.verifying.heads import SavedHead
    from vmsguard.evidence.verifying.whole_log import Progress

__all__ = ["verify"]

_LONGEST_HEAD = 65_537


@click.command(cls=VerdictCommand)
@click.argument("directory", metavar="[DIR|BUNDLE]", type=click.Path(path_type=Path), default=Path("evidence"))
@click.option("--trust", type=click.Path(path_type=Path), help="Your own trust file (C2SP tlog-policy).")
@click.option(
    "--since",
    type=click.Path(path_type=Path),
    metavar="CHECKPOINT",
    help="A checkpoint you saved earlier: the log must continue it, and records it covers are not read again.",
)
@jobs_option
@roots_option
@format_option
@click.pass_context
def verify(
    ctx: click.Context,
    directory: Path,
    trust: Path | None,
    since: Path | None,
    jobs: int | None,
    tsa_roots: Sequence[Path],
    output: str,
) -> None:
    """Check a log against signed heads and its own promises.

    Exits 0 intact and complete, 1 tampered, 2 incomplete, 3 cannot decide. Keys are taken from the trust
    file alone, never from the evidence. BUNDLE is a file that `evidence export --format bundle` wrote.
    """
    from vmsguard.cli.evidence.verify_table import print_report
    from vmsguard.evidence.trust import load_trust
    from vmsguard.evidence.verifying.bundle import opened_evidence
    from vmsguard.evidence.verifying.report import report_json
    from vmsguard.evidence.verifying.verify import verify_directory
    from vmsguard.evidence.verifying.whole_log import jobs_for

    if not directory.exists():
        raise UsageError(f"{directory} is not there", hint="name the evidence directory: evidence verify DIR")
    rules = None if trust is None else load_trust(trust)
    if since is not None and rules is None:
        raise UsageError(
            "--since needs --trust", hint="only a trusted key's signature makes a saved head worth something"
        )
    saved = None if since is None else _saved_head(since)
    authorities = read_roots(tsa_roots)
    with opened_evidence(directory) as evidence, _progress() as progress:
        report = verify_directory(
            evidence,
            trust=rules,
            now=datetime.now(UTC),
            since=saved,
            jobs=jobs or jobs_for(evidence),
            tsa_roots=authorities,
            progress=progress,
        )
    if output == "json":
        print_line(report_json(report))
    else:
        print_report(report)
    ctx.exit(report.exit_code)


def _saved_head(path: Path) -> SavedHead:
    from vmsguard.evidence.verifying.heads import SavedHead

    return SavedHead(read_up_to(path, _LONGEST_HEAD, "--since"), str(path))


@contextmanager
def _progress() -> Iterator[Progress | None]:
    if not sys.stderr.isatty():
        yield None
        return
    with progress_bar() as bar:
        yield lambda done, total: bar("segments", done, total)
