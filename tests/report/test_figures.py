"""The figures of a report are those that a plain loop over the raw records gives."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path
from time import process_time
from types import ModuleType
from typing import Any

import pytest

from vmsguard.evidence.trust import parse_trust
from vmsguard.report.build import build_report
from vmsguard.report.model import Counts, Report


def raw_records(directory: Path) -> list[dict[str, Any]]:
    lines = [line for path in sorted((directory / "log").glob("*.jsonl")) for line in path.read_bytes().splitlines()]
    return [json.loads(line) for line in lines]


def as_dict(counts: Counts) -> dict[str, int]:
    return {name: value for name in counts.__struct_fields__ if (value := getattr(counts, name))}


def kind(record: dict[str, Any]) -> str:
    return f"pass_{record['qualifier']}" if record["verdict"] == "pass" else str(record["verdict"])


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, writing: ModuleType) -> tuple[Path, Report]:
    directory = tmp_path_factory.mktemp("fleet") / "evidence"
    trust = writing.write_fleet(directory, cameras=60, runs=3)
    now = writing.START + timedelta(days=2, hours=1)
    return directory, build_report(directory, trust=parse_trust(trust.encode()), now=now)


@pytest.fixture
def newest(fleet: tuple[Path, Report]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """The last final verdict of each rule on each camera, as the lines tell it."""
    found = {}
    for record in raw_records(fleet[0]):
        if record["event"] == "verify" and record["final"] and "rule" in record:
            found[record["camera"], record["pack"], record["rule"]] = record
    return found


@pytest.fixture
def last_run(fleet: tuple[Path, Report]) -> str:
    return str([record["run"] for record in raw_records(fleet[0]) if record["event"] == "run.ended"][-1])


def test_the_log_is_intact_and_complete(fleet: tuple[Path, Report]) -> None:
    report = fleet[1]

    assert ("intact and complete", ()) == (report.integrity.verdict, report.integrity.problems)


def test_the_headline_counts_each_rule_of_each_camera_once(
    fleet: tuple[Path, Report], newest: dict[tuple[str, str, str], dict[str, Any]], last_run: str
) -> None:
    expected = Counter(
        kind(record) if record["run"] == last_run or record["verdict"] in ("fail", "conflict") else "unknown"
        for record in newest.values()
    )

    assert dict(expected) == as_dict(fleet[1].counts)


def test_every_site_has_the_counts_of_its_cameras(
    fleet: tuple[Path, Report], newest: dict[tuple[str, str, str], dict[str, Any]], last_run: str
) -> None:
    expected: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for record in newest.values():
        renewed = record["run"] == last_run or record["verdict"] in ("fail", "conflict")
        expected[record["site"]][kind(record) if renewed else "unknown"] += 1

    assert {site: dict(counts) for site, counts in expected.items()} == {
        site: as_dict(counts) for site, counts in fleet[1].by_site.items()
    }


def test_obligations_and_sites_each_add_up_to_the_headline(fleet: tuple[Path, Report]) -> None:
    report = fleet[1]
    by_rule, by_site, by_both = Counter[str](), Counter[str](), Counter[str]()
    for obligation in report.obligations:
        by_rule.update(as_dict(obligation.counts))
        for counts in obligation.by_site.values():
            by_both.update(as_dict(counts))
    for counts in report.by_site.values():
        by_site.update(as_dict(counts))

    assert [as_dict(report.counts)] * 3 == [dict(by_rule), dict(by_site), dict(by_both)]


def test_every_run_is_a_point_and_the_newest_point_is_the_headline(fleet: tuple[Path, Report]) -> None:
    report = fleet[1]
    ended = [record for record in raw_records(fleet[0]) if record["event"] == "run.ended"]

    assert [(record["run"], record["ts"]) for record in ended] == [
        (point.run, point.at.isoformat(timespec="microseconds").replace("+00:00", "Z")) for point in report.over_time
    ]
    assert report.counts == report.over_time[-1].counts


def test_the_first_point_has_the_counts_of_the_first_run(fleet: tuple[Path, Report]) -> None:
    report = fleet[1]
    expected = Counter(
        kind(record)
        for record in raw_records(fleet[0])
        if record["event"] == "verify"
        and record["run"] == report.over_time[0].run
        and record["final"]
        and "rule" in record
    )

    assert dict(expected) == as_dict(report.over_time[0].counts)


def test_unknown_groups_hold_every_unknown_verdict_once(fleet: tuple[Path, Report]) -> None:
    report = fleet[1]

    assert report.counts.unknown == sum(group.items for group in report.unknowns)
    assert report.unknowns == tuple(sorted(report.unknowns, key=lambda group: (-group.items, group.why)))


def test_every_item_names_the_record_that_says_so(
    fleet: tuple[Path, Report], newest: dict[tuple[str, str, str], dict[str, Any]]
) -> None:
    records = raw_records(fleet[0])

    assert newest.keys() == {(item.camera, item.pack, item.rule) for item in fleet[1].items}
    for item in fleet[1].items:
        said = records[item.seq]
        assert (item.camera, item.rule, item.run) == (said["camera"], said["rule"], said["run"])
        assert said["seq"] == item.seq
        for part in item.parts:
            under = records[part.seq]
            assert (part.camera, part.rule, part.control, part.endpoint) == (
                under["camera"],
                under["rule"],
                under["control"],
                under.get("endpoint", ""),
            )
            assert part.run == item.run


def test_every_camera_of_the_log_is_told(fleet: tuple[Path, Report]) -> None:
    cameras = {record["camera"] for record in raw_records(fleet[0]) if record["event"] == "verify"}

    assert sorted(cameras) == sorted(camera.id for camera in fleet[1].cameras)


def test_the_age_of_a_deletion_runs_from_the_cutoff_of_the_last_purge(
    fleet: tuple[Path, Report], writing: ModuleType
) -> None:
    report = fleet[1]
    cutoffs: dict[str, str] = {}
    for record in raw_records(fleet[0]):
        if record["event"] == "purge":
            cutoffs[record["target"]] = max(record["cutoff"], cutoffs.get(record["target"], ""))
    told = {deletion.target: deletion for deletion in report.deletions if deletion.cutoff}

    assert cutoffs.keys() == told.keys()
    for target, deletion in told.items():
        assert deletion.cutoff is not None
        assert report.period_to is not None
        assert cutoffs[target] == deletion.cutoff.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        assert int((report.period_to - deletion.cutoff).total_seconds()) == deletion.age_seconds


def test_misses_are_counted_by_place(fleet: tuple[Path, Report]) -> None:
    missed = Counter(record["target"] for record in raw_records(fleet[0]) if record["event"] == "duty.missed")

    assert dict(missed) == {deletion.target: deletion.missed for deletion in fleet[1].deletions if deletion.missed}
    assert missed


def test_equal_evidence_gives_equal_reports(fleet: tuple[Path, Report], writing: ModuleType) -> None:
    directory, report = fleet
    again = build_report(directory, trust=None, now=report.made_at)

    assert report.items == again.items
    assert report.over_time == again.over_time


def test_a_thousand_cameras_take_seconds(tmp_path: Path, writing: ModuleType) -> None:
    directory = tmp_path / "evidence"
    began = process_time()
    trust = writing.write_fleet(directory, cameras=1_000, runs=2)
    report = build_report(directory, trust=parse_trust(trust.encode()), now=writing.START + timedelta(days=1, hours=1))

    assert process_time() - began < 10
    assert (1_001, 3_000) == (len(report.cameras), len(report.items))
    assert "intact and complete" == report.integrity.verdict
