"""Recognition seen in use is remembered: an assessment that comes after it lifts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from vmsguard.model.clock import SystemClock

SEOUL = ZoneInfo("Asia/Seoul")
PACK, RULE = "kr-nhrck-frt-moratorium-2023", "no-remote-identification"


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon in Seoul: no midnight passes between the paper that is written and the use that is seen."""
    began = datetime.now(UTC)
    ahead = began.replace(hour=3, minute=0) - began
    monkeypatch.setattr(SystemClock, "now", lambda own: datetime.now(UTC) + ahead)


def exception(site: Any, completed: datetime) -> None:
    """An exception from today on with its assessment, complete but for when that was completed."""
    # A paper bears the day of the place its pack is for, and so does the use that it is compared with.
    day, now = completed.astimezone(SEOUL).date().isoformat(), SystemClock().now()
    site.write(
        "documents/assessment.yaml",
        {
            "apiVersion": "vmsguard/v1",
            "kind": "Document",
            "metadata": {"id": "assessment"},
            "document": {"kind": "impact-assessment", "sha256": "0f" * 32, "dated": day},
            "covers": {"cameras": ["cam-p"]},
            "details": {
                "assessment_kind": "human-rights",
                "assessor": "an institute",
                "independent": True,
                "completed_on": day,
            },
        },
    )
    site.write(
        "exceptions/search.yaml",
        {
            "apiVersion": "vmsguard/v1",
            "kind": "Exception",
            "metadata": {"id": "search"},
            "lifts": {"pack": PACK, "rule": RULE, "type": "public-interest"},
            "cameras": ["cam-p"],
            "author": "role:station-security",
            "approver": "role:privacy-officer",
            "starts": now.replace(microsecond=0).isoformat(),
            "expires": (now + timedelta(days=2)).replace(microsecond=0).isoformat(),
            "legal_basis": {"kind": "act-of-parliament", "citation": "an act, article 9"},
            "public_interest": "search for one missing person",
            "impact_assessment": "assessment",
        },
    )


def late(answer: Any) -> bool:
    return any(left.startswith("assessment-late") for left in answer.result("cam-p", rule=RULE)["left"])


@pytest.mark.parametrize(("age", "comes_late"), [(timedelta(0), True), (timedelta(days=30), False)])
def test_an_assessment_is_late_once_use_was_seen(
    site: Any, plaza: Mapping[str, Any], age: timedelta, comes_late: bool
) -> None:
    simulator = site.simulate([plaza])
    site.assign(PACK, "audit", "literal")
    first = site.run("check", "--format", "json")
    assert "fail" == first.result("cam-p", rule=RULE)["verdict"]
    exception(site, SystemClock().now() - age)
    again = site.run("check", "--format", "json")
    assert ("fail", comes_late) == (again.result("cam-p", rule=RULE)["verdict"], late(again))
    assert 0 == simulator.writes


def test_use_seen_for_the_first_time_counts_in_the_same_run(site: Any, plaza: Mapping[str, Any]) -> None:
    site.simulate([plaza])
    site.assign(PACK, "audit", "literal")
    exception(site, SystemClock().now())
    assert late(site.run("check", "--format", "json"))


def test_an_assessment_of_a_camera_that_recognises_nobody_is_not_late(site: Any, plaza: Mapping[str, Any]) -> None:
    site.simulate([{**plaza, "rules": []}])
    site.assign(PACK, "audit", "literal")
    exception(site, SystemClock().now())
    assert not late(site.run("check", "--format", "json"))
