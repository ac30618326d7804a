"""Exit codes: where several hold, the order is 1, 2, 5, 3, 4."""

from __future__ import annotations

import pytest

from vmsguard.model.results import Result
from vmsguard.model.vocabulary import Verdict
from vmsguard.run.exit_code import exit_code


def of(*verdicts: Verdict) -> list[Result]:
    return [Result(camera="c", pack="p", rule=str(n), verdict=verdict) for n, verdict in enumerate(verdicts)]


@pytest.mark.parametrize(
    ("verdicts", "incomplete", "fail_on", "expected"),
    [
        ((Verdict.PASS, Verdict.NOT_APPLICABLE), False, None, 0),
        ((Verdict.PASS, Verdict.UNKNOWN), False, None, 4),
        ((Verdict.FAIL, Verdict.UNKNOWN), False, None, 3),
        ((Verdict.CONFLICT,), False, None, 3),
        ((Verdict.FAIL,), True, None, 5),
        ((Verdict.UNKNOWN,), False, frozenset({"fail"}), 0),
        ((Verdict.FAIL, Verdict.UNKNOWN), True, frozenset({"unknown"}), 4),
    ],
)
def test_the_worst_that_counts_decides(
    verdicts: tuple[Verdict, ...], incomplete: bool, fail_on: frozenset[str] | None, expected: int
) -> None:
    assert expected == exit_code(of(*verdicts), incomplete=incomplete, fail_on=fail_on)


def test_control_results_below_their_rule_do_not_count() -> None:
    below = [Result(camera="c", pack="p", rule="r", control="x", verdict=Verdict.FAIL)]
    assert 0 == exit_code(below)
