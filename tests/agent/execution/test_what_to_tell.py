"""Of what a run found people are told: what is otherwise than before, and once a day what stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from vmsguard.agent.execution.what_to_tell import alerts_of
from vmsguard.model.inventory import Camera, Target
from vmsguard.model.ledger import Standing
from vmsguard.model.results import Finding, Result, Unreached
from vmsguard.model.vocabulary import Role, Verdict, Why
from vmsguard.run.outcome import EvidenceHead, RunOutcome, Skipped

NOW = datetime(2026, 11, 22, 13, 5, tzinfo=UTC)
TODAY = datetime(2026, 11, 22, tzinfo=UTC)
TARGET = Target(id="t-1", site="hq", role=Role.DEVICE, driver="onvif", url="http://192.0.2.1/")
CAMERAS: Mapping[str, Camera] = {"cam-1": Camera(id="cam-1", site="hq")}


def told(before: Verdict = Verdict.PASS, attempt: int = 0, **found: Any) -> list[tuple[str, str, datetime]]:
    outcome = RunOutcome(
        run="run-1",
        command="agent",
        started=NOW,
        ended=NOW,
        evidence=EvidenceHead("example.org/test", 1, "00" * 32),
        exit_code=0,
        **{"results": (), **found},
    )
    standing = Standing(
        camera="cam-1",
        pack="p",
        rule="r",
        control="",
        endpoint="",
        verdict=before.value,
        qualifier="",
        basis="",
        remediation="",
        reason="",
        since=NOW,
        checked_at=NOW,
    )
    alerts = alerts_of(outcome, [standing], TARGET, CAMERAS, attempt, NOW)
    return [(alert.code, alert.subject, alert.at) for alert in alerts]


def result(verdict: Verdict, reason: str = "", control: str = "", **more: Any) -> Result:
    return Result(camera="cam-1", pack="p", rule="r", control=control, verdict=verdict, reason=reason, **more)


def test_drift_is_told_when_it_begins_and_when_it_is_over() -> None:
    failing = (result(Verdict.FAIL),)
    assert [("drift", "cam-1", NOW)] == told(results=failing)
    assert [] == told(Verdict.FAIL, results=failing)
    mended = (result(Verdict.PASS, exposure_from=TODAY, exposure_to=NOW),)
    assert [("exposed", "cam-1", NOW)] == told(Verdict.FAIL, results=mended)


@pytest.mark.parametrize(
    ("why", "code"),
    [
        (Why.UNREACHABLE, "unreachable"),
        (Why.AUTH, "login-refused"),
        (Why.CERTIFICATE, "certificate-changed"),
    ],
)
def test_a_target_that_cannot_be_read_is_told_once_until_it_can(why: Why, code: str) -> None:
    unreached = (Unreached("t-1", why, "no"), Unreached("t-2", why, "of another run"))
    assert [(code, "t-1", NOW)] == told(unreachable=unreached)
    assert [] == told(attempt=1, unreachable=unreached)


def test_a_first_deletion_that_waits_is_told_once_a_day() -> None:
    waiting = (Skipped("t-1/1:footage.purge(recordings=)", "a first purge of 2 recordings needs a confirmation"),)
    assert [("backlog-waits", "t-1", TODAY)] == told(skipped=waiting)
    assert [("backlog-waits", "t-1", TODAY)] == told(attempt=1, skipped=waiting)


@pytest.mark.parametrize(
    ("finding", "code"),
    [
        ("exception-ends-in-3-days", ""),
        ("hold-review-due", ""),
        ("not-accepted", "policy-unaccepted"),
        ("duty-stopped", "policy-unaccepted"),
        ("plain-http", ""),
    ],
)
def test_what_stands_is_told_under_its_day_and_so_once_a_day(finding: str, code: str) -> None:
    found = (Finding(code=finding, subject="ex-1", message="m", next_step="n"),)
    assert ([(code, "ex-1", TODAY)] if code else []) == told(findings=found)


def test_a_day_without_a_verified_deletion_is_told_of_its_camera() -> None:
    why = "day-missed: not verified empty: footage on 2026-11-21"
    results = (result(Verdict.FAIL, why, "deletion.daily"), result(Verdict.FAIL, why))
    assert [("day-missed", "cam-1", TODAY)] == told(Verdict.FAIL, results=results)
