"""What a verification can find, how bad it is, and what the whole amounts to."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

__all__ = ["Level", "Problem", "VerifyReport", "summed_up"]

_TOLD_EACH = 20


class Level(StrEnum):
    """Worst first."""

    TAMPERED = "tampered"
    INCOMPLETE = "incomplete"
    UNDECIDED = "undecided"
    NOTICE = "notice"


class Problem(Struct, frozen=True):
    """One thing found; ``kind`` is stable, ``seq`` is the record it stands at, if it stands at one."""

    level: Level
    kind: str
    message: str
    seq: int | None = None


class VerifyReport(Struct, frozen=True, kw_only=True):
    """The verdict on a log directory."""

    origin: str
    size: int
    """Whole records found."""
    root: str
    """Over all of them, hex."""
    signed_size: int
    """Records covered by the newest head that a trusted key signed."""
    witnessed_size: int
    """Records covered by a head that trusted witnesses cosigned as the quorum asks."""
    witnesses: tuple[str, ...]
    trusted: bool
    """Whether a trust file was given."""
    problems: tuple[Problem, ...]

    @property
    def exit_code(self) -> int:
        """0 intact and complete, 1 tampered, 2 incomplete, 3 cannot decide.

        Without a trust file nothing but tampering can be shown.
        """
        levels = {problem.level for problem in self.problems}
        if Level.TAMPERED in levels:
            return 1
        if not self.trusted:
            return 3
        if Level.INCOMPLETE in levels:
            return 2
        return 3 if Level.UNDECIDED in levels else 0

    @property
    def verdict(self) -> str:
        return ("intact and complete", "tampered", "incomplete", "cannot decide")[self.exit_code]

    @property
    def caveat(self) -> str:
        """What this verification cannot rule out, in words; empty when an outside witness covers every record."""
        if self.witnessed_size == self.size and self.witnesses:
            return ""
        if self.witnessed_size:
            return (
                f"From record {self.witnessed_size} on, no outside witness has signed: "
                "the operator could have rewritten this."
            )
        return "No outside witness has signed a head: the operator could have rewritten this."


def summed_up(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Worst first; of a kind that repeats, the first ones and how many more."""
    order = {level: rank for rank, level in enumerate(Level)}
    ranked = sorted(problems, key=lambda problem: (order[problem.level], -1 if problem.seq is None else problem.seq))
    seen: dict[tuple[Level, str], int] = {}
    told = []
    for problem in ranked:
        sort = (problem.level, problem.kind)
        seen[sort] = seen.get(sort, 0) + 1
        if seen[sort] <= _TOLD_EACH:
            told.append(problem)
    more = [
        Problem(level, kind, f"{count - _TOLD_EACH} more of this kind")
        for (level, kind), count in seen.items()
        if count > _TOLD_EACH
    ]
    return tuple(told + more)
