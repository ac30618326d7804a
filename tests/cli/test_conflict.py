"""Two packs of a site that nobody can keep both: what the commands, the evidence and the report say of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

KEEPER = ("keeper", "keep-long-enough", "Act 8(3)", "retention.min: {min: P1Y}")
LIMITER = ("limiter", "keep-at-most", "Guideline 41(2)", "retention.max: {max: P30D}")


def pack(name: str, rule: str, clause: str, requirement: str) -> str:
    return f"""\
apiVersion: vmsguard/v1
kind: Pack
metadata:
  id: {name}
  version: "1.0.0"
  title: {name}
  jurisdiction: KR
  timezone: Asia/Seoul
  reviewed: {{on: "2026-11-01", next: "2027-11-01"}}
sources:
  text: {{title: A text, force: law, from: "2020-01-01", confirmed: unconfirmed}}
select: {{country: KR}}
rules:
  - id: {rule}
    title: {rule}
    severity: medium
    cites: [{{source: text, clause: "{clause}"}}]
    require:
      - {requirement}
"""


@pytest.fixture
def torn(site: Any, plaza: Mapping[str, Any]) -> Any:
    """A camera that keeps footage for 90 days, under a year at least and 30 days at most, in enforce."""
    site.simulator = site.simulate([{**plaza, "rules": [], "recordings": {"retention_seconds": 90 * 86400}}])
    for one in (KEEPER, LIMITER):
        site.write(f"my-packs/{one[0]}/pack.yaml", pack(*one))
    config: Path = site.folder / "vmsguard.yaml"
    config.write_text(re.sub("^packs: .*$", "packs: [my-packs/]", config.read_text(), flags=re.MULTILINE))
    site.write(
        "assignments.yaml",
        {
            "apiVersion": "vmsguard/v1",
            "kind": "Assignment",
            "metadata": {"id": "torn"},
            "sites": ["site-1"],
            "packs": [{"pack": name, "mode": "enforce"} for name in ("keeper", "limiter")],
        },
    )
    return site


def test_check_says_conflict_with_both_clauses_and_exits_3(torn: Any) -> None:
    told = torn.run("check", "--format", "json")
    assert (3, 2) == (told.code, told.json["summary"]["conflict"])
    keeper = told.result("cam-p", rule="keep-long-enough")
    limiter = told.result("cam-p", rule="keep-at-most")
    assert {("conflict", "critical")} == {(one["verdict"], one["severity"]) for one in (keeper, limiter)}
    assert keeper["reason"].startswith("conflict: limiter/keep-at-most (text Guideline 41(2)) asks that ")
    assert limiter["reason"].startswith("conflict: keeper/keep-long-enough (text Act 8(3)) asks that ")
    camera = next(one for one in told.json["results"] if one["level"] == "camera")
    assert ("conflict", "critical") == (camera["verdict"], camera["severity"])
    assert "CONFLICT" in torn.run("check").out


def test_apply_writes_nothing_and_names_both_rules(torn: Any) -> None:
    told = torn.run("apply", "--yes", "--format", "json")
    assert (3, 0, 0) == (told.code, told.json["run"]["changes_sent"], torn.simulator.writes)
    (change,) = told.json["plan"]["changes"]
    assert ("retention.set", "propose") == (change["change"]["verb"], change["mode"])
    assert [
        "conflict: keeper/keep-long-enough (text Act 8(3)) asks to keep what "
        "limiter/keep-at-most (text Guideline 41(2)) asks not to keep"
    ] == change["blockers"]


def test_evidence_and_report_say_conflict(torn: Any) -> None:
    torn.run("check")
    found = {
        (record["rule"], record["verdict"], record["reason_code"])
        for record in torn.events()
        if record["event"] == "verify" and record.get("rule") and not record.get("control")
    }
    assert {
        ("keep-long-enough", "conflict", "conflict"),
        ("keep-at-most", "conflict", "conflict"),
    } == found
    torn.run("report", "--format", "json", "-o", "report.json", "--trust", "trust.policy")
    assert 2 == json.loads((torn.folder / "report.json").read_text())["counts"]["conflict"]


def test_one_of_the_two_alone_is_judged_as_ever(torn: Any) -> None:
    torn.assign("limiter", "enforce")
    told = torn.run("check", "--format", "json")
    assert "fail" == told.result("cam-p", rule="keep-at-most")["verdict"]
    assert "pass" == torn.run("apply", "--yes", "--format", "json").result("cam-p", rule="keep-at-most")["verdict"]
