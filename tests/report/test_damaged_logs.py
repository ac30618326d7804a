"""Logs that were erased from, pruned or tampered with are told as far as they go, under what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from vmsguard.evidence.disk import Disk
from vmsguard.evidence.erasing.erase import erase_record
from vmsguard.evidence.erasing.prune import prune
from vmsguard.evidence.log import Pace
from vmsguard.evidence.trust import parse_trust
from vmsguard.model.vocabulary import Verdict
from vmsguard.report.build import build_report
from vmsguard.report.model import Report

Told = Callable[..., Report]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


@pytest.fixture
def told(folder: Path) -> Told:
    """The report under the writer's own key, an hour after its clock."""

    def tell(writer: Any) -> Report:
        trust = parse_trust(writer.trust_text.encode())
        return build_report(folder, trust=trust, now=writer.clock.wall + timedelta(hours=1))

    return tell


def records(folder: Path, event: str) -> list[dict[str, Any]]:
    lines = [line for path in sorted((folder / "log").glob("*.jsonl")) for line in path.read_bytes().splitlines()]
    return [record for record in map(json.loads, lines) if record.get("event") == event]


def kinds(report: Report) -> set[str]:
    return {absence.kind for absence in report.absences}


@pytest.mark.parametrize("limited", [False, True])
def test_an_erased_fail_does_not_bring_an_older_pass_back(
    folder: Path, told: Told, writing: ModuleType, limited: bool
) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1")])
        writer.run([writing.Said(camera="cam-1", verdict="fail")], limited=limited)
        before = told(writer)
        (fail,) = [record for record in records(folder, "verify") if record["verdict"] == "fail" and "rule" in record]
        erase_record(writer.log, folder, fail["seq"], "erasure-request", Disk())
        writer.log.checkpoint()
    report = told(writer)

    assert [Verdict.FAIL] == [item.verdict for item in before.items]
    assert [(Verdict.UNKNOWN, "stale")] == [(item.verdict, item.why) for item in report.items]
    assert 1 == report.integrity.erased
    assert "erased" in kinds(report)
    assert 0 == report.integrity.exit_code


def test_a_pruned_log_is_told_from_what_is_left(folder: Path, told: Told, writing: ModuleType) -> None:
    with writing.LogWriter(folder, pace=Pace(segment_records=256)) as writer:
        for _ in range(4):
            writer.run([writing.Said(camera=f"cam-{number}") for number in range(100)])
            writer.clock.advance(days=1)
        whole = told(writer)
        prune(writer.log, folder, writer.clock.wall - timedelta(days=2), "retention-ended", "", Disk())
        writer.log.checkpoint()
    report = told(writer)

    assert report.integrity.pruned > 0
    assert "pruned" in kinds(report)
    assert whole.items == report.items
    assert len(report.runs) < len(whole.runs)
    assert 0 == report.integrity.exit_code


def test_sealed_segments_are_read_as_they_are_stored(folder: Path, told: Told, writing: ModuleType) -> None:
    with writing.LogWriter(folder, pace=Pace(segment_records=16)) as writer:
        writer.run([writing.Said(camera=f"cam-{number}") for number in range(20)])
        writer.log.settle()
        packed = sorted((folder / "log").glob("*.gz"))
        report = told(writer)

    assert packed
    assert 20 == report.counts.pass_direct


def test_a_tampered_log_is_told_under_a_verdict_that_says_so(folder: Path, told: Told, writing: ModuleType) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1", verdict="fail")])
    (path,) = (folder / "log").glob("*.jsonl")
    path.write_bytes(path.read_bytes().replace(b'"verdict":"fail"', b'"verdict":"pass"'))
    report = told(writer)

    assert (1, "tampered") == (report.integrity.exit_code, report.integrity.verdict)
    assert any(problem.startswith("tampered: ") for problem in report.integrity.problems)
    assert 1 == len(report.items)
    # The forger forgot how a pass was reached: what is not understood is no pass.
    assert Verdict.UNKNOWN is report.items[0].verdict


def test_a_packed_segment_that_is_damaged_ends_the_reading_and_is_told(
    folder: Path, told: Told, writing: ModuleType
) -> None:
    with writing.LogWriter(folder, pace=Pace(segment_records=16)) as writer:
        for _ in range(3):
            writer.run([writing.Said(camera=f"cam-{number}") for number in range(5)])
        writer.log.settle()
        packed = sorted((folder / "log").glob("*.gz"))
    packed[1].write_bytes(packed[1].read_bytes() + b"more")
    report = told(writer)

    assert 1 == report.integrity.exit_code
    assert "not-understood" in kinds(report)


def test_records_after_the_signed_head_are_told_and_the_tail_is_said(
    folder: Path, told: Told, writing: ModuleType
) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1")])
        writer.log.append("finding", run="run-x", code="plain-http", subject="t-1")
        report = told(writer)
        assert report.integrity.signed_size == report.integrity.size - 1

    assert ["plain-http"] == [finding.code for finding in report.findings]
    assert 2 == report.integrity.exit_code


def test_without_a_trust_file_nothing_is_decided_and_everything_told(folder: Path, writing: ModuleType) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1")])
    report = build_report(folder, trust=None, now=writer.clock.wall)

    assert (3, False, 1) == (report.integrity.exit_code, report.integrity.trusted, report.counts.passed)
    assert report.integrity.checkpoint.startswith(f"{writing.ORIGIN}\n")


def test_an_empty_log_gives_an_empty_report(folder: Path, told: Told, writing: ModuleType) -> None:
    with writing.LogWriter(folder) as writer:
        pass
    report = told(writer)

    assert ((), (), ()) == (report.items, report.cameras, report.obligations)
    assert (0, 0) == (report.counts.judged, report.integrity.exit_code)


def test_the_directory_of_no_log_at_all_is_undecided(tmp_path: Path, writing: ModuleType) -> None:
    (tmp_path / "log").mkdir()
    report = build_report(tmp_path, trust=None, now=writing.START)

    assert (3, "", 0) == (report.integrity.exit_code, report.integrity.checkpoint, report.integrity.size)
