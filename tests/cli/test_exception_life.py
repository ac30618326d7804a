"""The life of an exception over the command line: warned of, ended, reverted, purged, and never revived."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from vmsguard.model.clock import SystemClock

PIPC, NHRCK = "kr-pipc-thermal-2020", "kr-nhrck-frt-moratorium-2023"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat()


def storing(site: Any, starts: datetime, expires: datetime, **changes: Any) -> None:
    """An exception that lifts the storage controls of the fever camera, with the papers it needs."""
    site.write(
        "exceptions/e.yaml",
        {
            "apiVersion": "vmsguard/v1",
            "kind": "Exception",
            "metadata": {"id": "ex-1"},
            "lifts": {"pack": PIPC, "rule": "saving-off", "type": "storage-inevitable"},
            "cameras": ["cam-1"],
            "author": "role:site-manager",
            "approver": "role:privacy-officer",
            "starts": told(starts),
            "expires": told(expires),
            "legal_basis": {"kind": "consent", "citation": "Act 15(1)1"},
            "reason": "the model stores to show the reading at all",
            "retention": "P10D",
            "consent_record": "register-7",
            **changes,
        },
    )
    site.write(
        "documents/register-7.yaml",
        {
            "apiVersion": "vmsguard/v1",
            "kind": "Document",
            "metadata": {"id": "register-7"},
            "document": {"kind": "consent", "sha256": "0f" * 32, "dated": "2020-01-01"},
        },
    )


def notices(answer: Any, code: str) -> list[str]:
    return [one["subject"] for one in answer.json["findings"] if one["code"] == code]


@pytest.mark.parametrize(
    ("left", "early", "late"),
    [(15 * DAY, [], []), (14 * DAY, ["ex-1"], []), (4 * DAY, ["ex-1"], []), (3 * DAY, [], ["ex-1"])],
)
def test_edge_case_31_an_exception_warns_14_and_3_days_before_its_end(
    site: Any, fever: Mapping[str, Any], left: timedelta, early: list[str], late: list[str]
) -> None:
    site.simulate([fever])
    site.assign(PIPC, "audit")
    now = datetime.now(UTC)
    storing(site, now - DAY, now + left)
    answer = site.run("check", "--format", "json")
    assert (early, late) == (notices(answer, "exception-ends-in-14-days"), notices(answer, "exception-ends-in-3-days"))
    found = [event["code"] for event in site.events() if event["event"] == "finding" and event["subject"] == "ex-1"]
    assert len(early) + len(late) == len(found)


def test_edge_case_31_what_has_expired_reverts_and_what_was_gained_is_purged(
    site: Any, fever: Mapping[str, Any]
) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    now = datetime.now(UTC)
    storing(site, now - 2 * DAY, now - HOUR)
    planned = site.run("plan", "--format", "json").json["plan"]["changes"]
    because = {one["change"]["verb"]: one["because"] for one in planned if one["because"]}
    assert {"footage.purge": ["exception ex-1 expired"]} == because
    assert "recording.stop" in {one["change"]["verb"] for one in planned if one["mode"] == "enforce"}
    applied = site.run("apply", "--yes", "--confirm-purge", "5", "--format", "json")
    assert "pass" == applied.result("cam-1", "storage.residue.empty")["verdict"]
    truth = simulator.camera("cam-1").truth
    assert (False, 0) == (truth.records, truth.footage)
    again = site.run("plan", "--format", "json").json["plan"]["changes"]
    assert [] == [one for one in again if one["because"]]


def test_an_exception_that_never_began_or_is_running_asks_for_no_purge(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "enforce")
    now = datetime.now(UTC)
    for starts, expires in ((now + DAY, now + 2 * DAY), (now - DAY, now + DAY)):
        storing(site, starts, expires)
        planned = site.run("plan", "--format", "json").json["plan"]["changes"]
        assert [] == [one for one in planned if one["because"]]


def test_edge_case_5_a_clock_that_is_set_back_revives_no_exception(
    site: Any, fever: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.simulate([fever])
    site.assign(PIPC, "audit")
    now = datetime.now(UTC)
    storing(site, now - 2 * DAY, now - HOUR)
    site.run("check")
    monkeypatch.setattr(SystemClock, "now", lambda self: datetime.now(UTC) - 5 * HOUR)
    answer = site.run("check", "--format", "json")
    left = answer.result("cam-1", rule="saving-off")["left"]
    assert any(why.startswith("exception-expired") for why in left)
    assert ["clock"] == notices(answer, "clock-behind")


def test_edge_case_32_an_exception_for_one_pack_leaves_another_untouched(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign("us-or-portland-34-10", "enforce")
    now = datetime.now(UTC)
    storing(site, now - 2 * DAY, now - HOUR)
    planned = site.run("plan", "--format", "json").json["plan"]["changes"]
    assert [] == [one for one in planned if one["because"]]


def test_self_approval_is_refused(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "audit")
    now = datetime.now(UTC)
    storing(site, now - DAY, now + 20 * DAY, approver="Role:Site-Manager")
    answer = site.run("check", "--format", "json")
    left = answer.result("cam-1", rule="saving-off")["left"]
    assert any(why.startswith("exception-self-approved") for why in left)
