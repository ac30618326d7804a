"""The commands that check the evidence behind a report, ready to be copied."""

from __future__ import annotations

from msgspec import Struct

from vmsguard.report.model import Report

__all__ = ["Command", "commands"]


class Command(Struct, frozen=True):
    """One or more lines for a shell, and what they are for."""

    does: str
    line: str


def commands(report: Report) -> tuple[Command, ...]:
    """What to type. Nothing of the log stands in a line but numbers: a name could hold a shell's words."""
    several = len(report.logs) > 1
    told = [
        Command(
            "Check every record, its order, the signed heads and the anchors. The last lines are the verdict, and "
            "what it cannot rule out." + (" Once for each log." if several else ""),
            "vmsguard evidence verify evidence --trust trust.policy",
        ),
        Command(
            "Did you keep a checkpoint from an earlier visit? Then see whether the log still holds what it held then.",
            "vmsguard evidence verify evidence --trust trust.policy --since saved-checkpoint",
        ),
        Command(
            "Make this report again from the log, and compare.",
            f"vmsguard report {'evidence-1 evidence-2' if several else 'evidence'} --trust trust.policy "
            "--format html -o report.html",
        ),
    ]
    if any(anchor.kind == "tsa" for log in report.logs for anchor in log.anchors):
        told.insert(
            1,
            Command(
                "Check the timestamps too, with the root certificate that their authority gave you.",
                "vmsguard evidence verify evidence --trust trust.policy --tsa-root tsa-root.pem",
            ),
        )
    if report.items:
        record = report.items[0].seq
        told.append(
            Command(
                "Read the record behind a verdict, here the first one told above; every number on this page is one.",
                f"vmsguard evidence show evidence --seq {record} --format json",
            )
        )
        told.append(
            Command(
                "Take it with you, with a proof of a few lines that needs no log to be checked.",
                f"vmsguard evidence prove evidence --seq {record}\n"
                f"vmsguard evidence check-proof {record}.json {record}.tlog-proof --trust trust.policy",
            )
        )
    return tuple(told)
