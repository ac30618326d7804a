"""The commands that check the evidence behind a report, ready to be copied."""

from __future__ import annotations

from msgspec import Struct

from vmsguard.report.model import Report

__all__ = ["Command", "commands"]


class Command(Struct, frozen=True):
    does: str
    line: str


def commands(report: Report) -> tuple[Command, ...]:
    """What to type. Nothing of the log stands in a line but numbers: a name could hold a shell's words."""
    record = report.items[0].seq if report.items else 0
    several = len(report.logs) > 1
    folders = "evidence/" if not several else "each-evidence-folder/"
    told = [
        Command(
            "Check every record, its order, the signed heads and the anchors. The last line is the verdict.",
            f"vmsguard evidence verify {folders} --trust trust.policy",
        ),
        Command(
            "Make this report again from the log, and compare.",
            f"vmsguard report {'evidence-1/ evidence-2/' if several else 'evidence/'} --trust trust.policy "
            "--format html -o report.html",
        ),
    ]
    if report.items:
        told.append(
            Command(
                "Read one record, for example the first that is told above: its number is the line, counted from zero.",
                f"vmsguard evidence show {folders} --format json | grep '\"seq\":{record},'",
            )
        )
    return tuple(told)
