"""What became of a failing control is told apart from its verdict."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from vmsguard.model.changes import Change
from vmsguard.model.plan import Cause, Plan, PlannedChange
from vmsguard.model.results import Result
from vmsguard.model.vocabulary import Mode, Remediation, Stage, Verdict
from vmsguard.run.execute import Sent
from vmsguard.run.remediation import with_remediation

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PLANNED = PlannedChange(
    change=Change("recording.stop", "t", "1", {"job": "j"}),
    causes=(Cause("c", "p", "r", "storage.edge.off"),),
    mode=Mode.ENFORCE,
    stage=Stage.STORING,
)


def results(verdict: Verdict, endpoint: str = "t/1") -> list[Result]:
    return [
        Result(camera="c", pack="p", rule="r", control="storage.edge.off", endpoint=endpoint, verdict=verdict),
        Result(camera="c", pack="p", rule="r", verdict=verdict),
        Result(camera="c", pack="", verdict=verdict),
    ]


def after(verdict: Verdict, outcome: str | None, planned: PlannedChange = PLANNED, endpoint: str = "t/1") -> list[str]:
    plan = Plan(id="run", made_at=NOW, changes=(planned,))
    sent = [] if outcome is None else [Sent(planned, outcome)]
    return [result.remediation.value for result in with_remediation(results(verdict, endpoint), [plan], sent)]


@pytest.mark.parametrize(
    ("verdict", "outcome", "expected"),
    [
        (Verdict.PASS, "accepted", Remediation.VERIFIED),
        (Verdict.FAIL, "accepted", Remediation.NO_EFFECT),
        (Verdict.UNKNOWN, "accepted", Remediation.APPLIED),
        (Verdict.FAIL, "refused", Remediation.REFUSED),
        (Verdict.FAIL, "unsupported", Remediation.UNSUPPORTED),
        (Verdict.FAIL, "failed", Remediation.FAILED),
        (Verdict.PASS, "failed", Remediation.VERIFIED),
        (Verdict.FAIL, None, Remediation.PLANNED),
    ],
)
def test_the_read_back_decides_not_the_reply(verdict: Verdict, outcome: str | None, expected: Remediation) -> None:
    assert [expected.value] * 3 == after(verdict, outcome)


def test_a_change_at_another_endpoint_says_nothing_of_this_one() -> None:
    assert "none" == after(Verdict.FAIL, "accepted", endpoint="t/2")[0]


def test_a_rule_that_holds_by_another_rung_is_verified_where_something_was() -> None:
    refused = Result(camera="c", pack="p", rule="r", control="storage.edge.off", endpoint="t/1", verdict=Verdict.FAIL)
    purged = Result(camera="c", pack="p", rule="r", control="deletion.periodic", endpoint="t/1", verdict=Verdict.PASS)
    rule = Result(camera="c", pack="p", rule="r", verdict=Verdict.PASS)
    purge = PlannedChange(
        change=Change("footage.purge", "t", "1"),
        causes=(Cause("c", "p", "r", "deletion.periodic"),),
        mode=Mode.ENFORCE,
        stage=Stage.PURGING,
    )
    plan = Plan(id="run", made_at=NOW, changes=(PLANNED, purge))
    told = with_remediation([refused, purged, rule], [plan], [Sent(PLANNED, "unsupported"), Sent(purge, "accepted")])
    assert ["unsupported", "verified", "verified"] == [result.remediation.value for result in told]


def test_what_holds_although_nothing_was_sent_was_not_our_doing() -> None:
    plan = Plan(id="run", made_at=NOW, changes=(PLANNED,))
    told = with_remediation(results(Verdict.PASS), [plan], [Sent(PLANNED, "failed", left=False)])
    assert ["none"] * 3 == [result.remediation.value for result in told]
