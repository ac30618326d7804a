"""The exit codes of check, plan, apply and inspect (DESIGN 9), where several hold in the order 1, 2, 5, 3, 4."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import IntEnum

from vmsguard.model.results import Result
from vmsguard.model.vocabulary import Verdict

__all__ = ["ExitCode", "exit_code", "exit_code_of"]


class ExitCode(IntEnum):
    PASS = 0
    INTERNAL_ERROR = 1
    USAGE = 2
    VIOLATIONS = 3
    UNKNOWN = 4
    INCOMPLETE = 5


def exit_code(
    results: Iterable[Result], *, incomplete: bool = False, fail_on: frozenset[str] | None = None
) -> ExitCode:
    """The code for a run's rule verdicts; ``fail_on`` narrows what counts (``fail``, ``unknown``, ``incomplete``)."""
    verdicts = {result.verdict for result in results if result.level == "rule"}
    return exit_code_of(verdicts, incomplete=incomplete, fail_on=fail_on)


def exit_code_of(
    verdicts: Collection[Verdict], *, incomplete: bool = False, fail_on: frozenset[str] | None = None
) -> ExitCode:
    """The code for the verdicts that rules had; ``fail_on`` narrows what counts."""
    counts = {"fail", "unknown", "incomplete"} if fail_on is None else fail_on
    if incomplete and "incomplete" in counts:
        return ExitCode.INCOMPLETE
    if (Verdict.FAIL in verdicts or Verdict.CONFLICT in verdicts) and "fail" in counts:
        return ExitCode.VIOLATIONS
    if Verdict.UNKNOWN in verdicts and "unknown" in counts:
        return ExitCode.UNKNOWN
    return ExitCode.PASS
