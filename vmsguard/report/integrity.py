"""What the verification said of a log, as a report shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from vmsguard.evidence.problems import AnchorTold, Problem, VerifyReport
from vmsguard.evidence.segments import checkpoint_path
from vmsguard.report.model import Anchor, Integrity

__all__ = ["integrity_of", "worst_integrity"]

_LONGEST_NOTE = 65_536
"""Bytes; a head with some hundred cosignatures is far below."""

_WORST_FIRST = (1, 2, 3, 0)
"""Exit codes of `evidence verify`: tampered outranks incomplete, which outranks undecided."""


def integrity_of(directory: Path, verified: VerifyReport) -> Integrity:
    return Integrity(
        verdict=verified.verdict,
        exit_code=verified.exit_code,
        caveat=verified.caveat,
        origin=verified.origin,
        size=verified.size,
        root=verified.root,
        signed_size=verified.signed_size,
        checkpoint=_note(directory),
        problems=tuple(_problem(problem) for problem in verified.problems),
        anchors=tuple(_anchor(anchor) for anchor in verified.anchors),
        trusted=verified.trusted,
        erased=verified.erased,
        pruned=verified.pruned,
        forks=tuple((fork.first_note, fork.second_note) for fork in verified.forks),
    )


def worst_integrity(logs: Sequence[Integrity]) -> Integrity:
    """Of the log that fared worst; the first of equals."""
    return min(logs, key=lambda one: _WORST_FIRST.index(one.exit_code))


def _note(directory: Path) -> str:
    """The newest head as it stands in its file; empty where there is none (the verification says so)."""
    try:
        with checkpoint_path(directory).open("rb") as file:
            return file.read(_LONGEST_NOTE).decode(errors="replace")
    except OSError:
        return ""


def _problem(problem: Problem) -> str:
    place = "" if problem.seq is None else f" at record {problem.seq}"
    return f"{problem.level.value}: {problem.kind}{place}: {problem.message}"


def _anchor(anchor: AnchorTold) -> Anchor:
    return Anchor(
        kind=anchor.kind,
        name=anchor.name,
        size=anchor.size,
        at=datetime.fromisoformat(anchor.at) if anchor.at else None,
        verified=anchor.verified,
        why=anchor.why,
    )
