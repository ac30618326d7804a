"""How `evidence anchor` tells what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vmsguard.cli.evidence.plain_text import plain
from vmsguard.cli.output import make_console

if TYPE_CHECKING:
    from vmsguard.evidence.anchor.outcome import Contradicted, Outcome
    from vmsguard.evidence.checkpoint import Checkpoint
    from vmsguard.evidence.note import Note

__all__ = ["Closing", "anchors_json", "print_anchors"]


@dataclass(frozen=True)
class Closing:
    """The head over the records about the anchors, and what the witnesses said of it; none where none was asked."""

    head: Checkpoint
    outcomes: Sequence[Outcome]


def anchors_json(head: Checkpoint, outcomes: Sequence[Outcome], closing: Closing | None) -> dict[str, Any]:
    told = _head_json(head, outcomes) | {"recorded": closing is not None}
    return told | {"closing": _head_json(closing.head, closing.outcomes)} if closing and closing.outcomes else told


def _head_json(head: Checkpoint, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    anchors = [_outcome_json(outcome) for outcome in outcomes]
    return {"origin": head.origin, "size": head.size, "root": head.root_hex, "anchors": anchors}


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    from vmsguard.evidence.anchor.outcome import Anchored, NotAnchored

    if isinstance(outcome, Anchored):
        told = {"kind": outcome.kind, "name": outcome.name, "at": outcome.at, "file": outcome.ref}
        return {"url": outcome.url, "outcome": "anchored", **told, "unverified": outcome.unverified}
    if isinstance(outcome, NotAnchored):
        return {"url": outcome.url, "outcome": "not-anchored", "why": outcome.why, "next": outcome.hint}
    theirs = outcome.theirs.note.to_bytes().decode() if outcome.theirs and outcome.theirs.note else None
    return {
        "url": outcome.url,
        "outcome": outcome.kind,
        "why": outcome.why,
        "ours": {"size": outcome.ours.size, "root": outcome.ours.root_hex},
        "theirs": {"size": outcome.theirs_size, "note": theirs},
    }


def print_anchors(head: Checkpoint, outcomes: Sequence[Outcome], closing: Closing | None) -> None:
    console = make_console()

    def line(text: str) -> None:
        console.print(text, highlight=False, soft_wrap=True)

    _print_head(head, outcomes, line)
    if closing:
        line("recorded in the log")
    if closing and closing.outcomes:
        _print_head(closing.head, closing.outcomes, line)


def _print_head(head: Checkpoint, outcomes: Sequence[Outcome], line: Callable[[str], None]) -> None:
    from vmsguard.evidence.anchor.outcome import Anchored, NotAnchored

    line(f"the head of {head.size} records of {plain(head.origin)}")
    for outcome in outcomes:
        if isinstance(outcome, Anchored):
            who = "cosigned by" if outcome.kind == "witness" else "stamped by"
            line(f"  [green]{who}[/] {plain(outcome.name)} at {plain(outcome.at)}: anchors/{outcome.ref}")
            if outcome.unverified:
                line(f"    the token's signature is not verified: {plain(outcome.unverified)}; give --tsa-root FILE")
            if outcome.url.startswith("http://"):
                line("    asked over http: the answer is signed, but others can see or suppress it")
        elif isinstance(outcome, NotAnchored):
            line(f"  [yellow]not anchored[/] by {plain(outcome.url)}: {plain(outcome.why)}")
            line(f"    next: {plain(outcome.hint)}")
        else:
            _print_contradiction(outcome, line)


def _print_contradiction(outcome: Contradicted, line: Callable[[str], None]) -> None:
    """Loud, with both heads where there are both: they are the proof."""
    title = "ROLLBACK" if outcome.kind == "rollback" else "FORK"
    line(f"[bold red]{title} DETECTED[/] by {plain(outcome.url)}: {plain(outcome.why)}")
    line("nothing was recorded: a log that was put back or forked is never continued under its name")
    assert outcome.ours.note is not None
    line("the head here:")
    line(_indented(outcome.ours.note))
    if outcome.theirs is not None and outcome.theirs.note is not None:
        line("the head that the witness shows, signed with this log's own key (kept below anchors/):")
        line(_indented(outcome.theirs.note))
    else:
        line(f"the witness tells {outcome.theirs_size} records and shows no head: ask its operator for it")
    line("next: restore the complete log; else keep this directory as it is, and begin a log under a new origin")


def _indented(note: Note) -> str:
    return "".join(f"  {plain(text)}\n" for text in note.to_bytes().decode().split("\n")[:-1])
