"""What runs leave in the evidence log, seen through the command line and simulated cameras."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from typing import Any

PIPC = "kr-pipc-thermal-2020"
KEYED = re.compile(r"hmac-sha256:[0-9a-f]{32}")


def records(site: Any, event: str) -> list[dict[str, Any]]:
    return [record for record in site.events() if record["event"] == event]


def test_a_run_tells_what_it_looked_at_and_what_it_left_out(
    site: Any, fever: Mapping[str, Any], plaza: Mapping[str, Any]
) -> None:
    site.simulate([fever, {**fever, "id": "cam-2"}, {**plaza, "attributes": {"country": "FR"}}])
    site.assign(PIPC, "audit")
    site.run("check", "--limit", "cam-1", "--limit", "cam-p")
    (scope,) = records(site, "run.scope")
    expected = {
        "cameras": 3,
        "judged": 2,
        "targets": 2,
        "unreached": 0,
        "sites": ["site-1"],
        "limited": True,
        "left_out": ["cam-2"],
        "without_policy": ["cam-p"],
    }
    assert expected == {name: scope[name] for name in expected}


def test_a_run_tells_which_pack_it_applied_and_the_text_behind_each_rule(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "propose")
    site.run("check")
    (pack,) = records(site, "policy.applied")
    assert (PIPC, "propose", ["site-1"], "2027-03-09") == (
        pack["pack"],
        pack["mode"],
        pack["sites"],
        pack["reviewed_next"],
    )
    rules = {record["rule"]: record for record in records(site, "rule.applied")}
    saving = rules["saving-off"]
    assert ("pipc-2020", "regulator-rule", "critical") == (saving["source"], saving["force"], saving["severity"])
    assert {"storage.edge.off", "deletion.periodic"} <= set(saving["controls"])
    judged = {record["rule"] for record in records(site, "verify") if record.get("rule")}
    assert judged == set(rules)


def test_a_verdict_tells_its_site_severity_and_what_was_found(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "audit")
    site.run("check")
    edge = next(record for record in records(site, "verify") if record.get("control") == "storage.edge.off")
    assert ("site-1", "critical", "1 on") == (edge["site"], edge["severity"], edge["found"])
    assert "nothing writes this channel's pictures, running or as set" == edge["required"]
    unknown = next(record for record in records(site, "verify") if record["verdict"] == "unknown")
    assert unknown["why"]
    assert {"site-1"} == {record["site"] for record in records(site, "observe")}


def test_a_target_that_is_gone_is_told_with_its_site(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "audit")
    site.inside(simulator.stop)
    site.run("check")
    (gone,) = records(site, "device.unreachable")
    assert ("t-cam-1", "site-1") == (gone["target"], gone["site"])
    assert 1 == records(site, "run.scope")[0]["unreached"]


def test_replies_and_requests_of_changes_are_digested(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "enforce")
    site.run("apply", "--yes", "--confirm-purge", "5")
    for look in records(site, "observe"):
        assert KEYED.fullmatch(look["replies"])
        assert look["reply_bytes"] > 1000
    results = records(site, "apply.result")
    written = [exchange for result in results for exchange in result["exchanges"]]
    assert "SetRecordingJobMode" in {exchange["operation"] for exchange in written}
    for exchange in written:
        assert KEYED.fullmatch(exchange["sent"])
        assert KEYED.fullmatch(exchange["received"])
        assert exchange["sent_bytes"] > 100
        assert exchange["received_bytes"] > 100
        assert 200 == exchange["status"]


def test_a_duty_that_nobody_kept_is_missed_once_and_stays(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([{**fever, "persona": "cannot-stop-recording"}])
    site.assign(PIPC, "enforce")
    site.run("apply", "--yes", "--confirm-purge", "5")
    (due,) = [record for record in records(site, "duty.due") if record["rule"] == "saving-off"]
    assert ("cam-1", "t-cam-1", "source-1", 86_400) == (
        due["camera"],
        due["target"],
        due["channel"],
        due["max_gap_seconds"],
    )
    site.run("check")
    assert [] == records(site, "duty.missed")
    two_days = 2 * 86_400 * 1_000_000
    with sqlite3.connect(site.folder / "state.db") as state:
        state.execute("UPDATE duties SET next_due = next_due - ?", (two_days,))
    for _ in range(2):
        site.run("check")
    assert 1 == len([record for record in records(site, "duty.missed") if record["rule"] == "saving-off"])
    dues = [record for record in records(site, "duty.due") if record["rule"] == "saving-off"]
    assert due["due"] == dues[-1]["due"]


def test_a_duty_ends_where_the_device_can_be_switched_off_after_all(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([{**fever, "persona": "cannot-stop-recording"}])
    site.assign(PIPC, "enforce")
    site.run("apply", "--yes", "--confirm-purge", "5")
    device = simulator.session("cam-1").device
    site.inside(lambda: setattr(device, "persona", "honest"))
    site.inside(lambda: setattr(device.product, "firmware", "2.0.0"))
    site.run("apply", "--yes", "--confirm-purge", "5")
    ended = {record["rule"]: record["reason_code"] for record in records(site, "duty.ended")}
    assert "switched-off" == ended["saving-off"]


def test_an_exception_is_on_record_as_it_was_decided(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "audit")
    approved = {
        "apiVersion": "vmsguard/v1",
        "kind": "Exception",
        "metadata": {"id": "exc-1"},
        "lifts": {"pack": PIPC, "rule": "saving-off", "type": "storage-inevitable"},
        "cameras": ["cam-1"],
        "author": "role:site-manager",
        "approver": "role:privacy-officer",
        "starts": "2026-01-01T00:00:00+09:00",
        "expires": "2026-02-01T00:00:00+09:00",
        "legal_basis": {"kind": "consent", "citation": "Act 15(1)1"},
        "reason": "storing is inevitable",
    }
    site.write("exceptions/exc-1.yaml", approved)
    site.run("check")
    (refused,) = records(site, "exception.refused")
    assert ("exc-1", "cam-1", "role:privacy-officer") == (refused["exception"], refused["camera"], refused["approver"])
    assert refused["reason_code"].startswith("exception-")
