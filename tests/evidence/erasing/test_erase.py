from __future__ import annotations

import contextlib
import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vmsguard.errors import EvidenceError, UsageError
from vmsguard.evidence.canonical import canonical_json
from vmsguard.evidence.compress import deflate
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.erasing.erase import erase_record, plan_erasure
from vmsguard.evidence.erasing.erasure import finish_erasures, unfinished_erasures
from vmsguard.evidence.events import EVENTS
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.proving.proof import prove_record
from vmsguard.evidence.proving.proof_check import check_proof
from vmsguard.evidence.record import ENVELOPE
from vmsguard.evidence.segments import compressed_path, iter_lines, list_segments, segment_path
from vmsguard.evidence.tombstone import leaf_of_line, read_tombstone
from vmsguard.evidence.tree import leaf_hash
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory

Opener = Callable[..., EvidenceLog]

SUBJECT = "camera-of-the-room-of-somebody"


def stored_lines(folder: Path) -> list[bytes]:
    return [line[:-1] for segment in list_segments(folder) for line in iter_lines(segment.path)]


def everything(folder: Path) -> bytes:
    """Every byte below the directory, compressed files also as what they hold."""
    found = b""
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found += data + (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else b"")
    return found


@pytest.fixture
def secret_log(opened: Opener, disk: Disk, monkeypatch: pytest.MonkeyPatch) -> Callable[..., EvidenceLog]:
    """A log of some segments with a record at 6 that must go; real random numbers salt its records."""
    monkeypatch.setattr(disk, "random_bytes", os.urandom)

    def open_log(**settings: Any) -> EvidenceLog:
        log = opened(segment_records=256, **settings)
        for number in range(5):
            log.append("finding", code="found", subject=f"t-{number}")
        log.append("finding", run="run-7", code="found", subject=SUBJECT)
        for number in range(300):
            log.append("finding", code="found", subject=f"u-{number}")
        return log

    return open_log


@pytest.mark.parametrize("compress", [True, False])
def test_the_bytes_are_gone_and_chain_and_root_hold(
    secret_log: Callable[..., EvidenceLog],
    folder: Path,
    disk: Disk,
    trust: Trust,
    clock: Any,
    compress: bool,
) -> None:
    with secret_log(compress_sealed=compress) as log:
        log.settle()
        assert compress is list_segments(folder)[0].compressed
        line = stored_lines(folder)[6]
        erase_record(log, folder, 6, "erasure-request", disk)
        log.append("finding", code="found", subject="after")
    assert SUBJECT.encode() not in everything(folder)
    assert line not in everything(folder)
    stone = read_tombstone(stored_lines(folder)[6])
    assert stone is not None
    assert (6, leaf_hash(line)) == (stone.seq, stone.leaf)
    assert compress is list_segments(folder)[0].compressed
    report = verify_directory(folder, trust=trust, now=clock.now())
    assert ("intact and complete", 1) == (report.verdict, report.erased)


def test_a_record_of_the_open_segment_is_erased_and_writing_goes_on(
    opened: Opener, folder: Path, disk: Disk, trust: Trust, clock: Any
) -> None:
    with opened() as log:
        seq = log.append("finding", code="found", subject=SUBJECT)
        done = erase_record(log, folder, seq, "court-order", disk)
        assert done == log.size - 1
        log.append("finding", code="found", subject="after")
    with opened() as log:
        log.append("finding", code="found", subject="later")
    assert SUBJECT.encode() not in everything(folder)
    subjects = [line for line in stored_lines(folder) if b'"subject":"after"' in line or b'"subject":"later"' in line]
    assert 2 == len(subjects)
    assert 0 == verify_directory(folder, trust=trust, now=clock.now()).exit_code


def test_the_log_says_what_was_erased_and_why(
    secret_log: Callable[..., EvidenceLog], folder: Path, disk: Disk, read_log: Callable[[], list[dict[str, Any]]]
) -> None:
    with secret_log(compress_sealed=False) as log:
        done = erase_record(log, folder, 6, "erasure-request", disk)
    requested, told = read_log()[done - 1], read_log()[done]
    assert (["erase.requested", "erase.done"], [done - 1]) == ([requested["event"], told["event"]], told["cause"])
    for record in (requested, told):
        assert {
            "kind": "tombstone",
            "first": 6,
            "last": 6,
            "code": "erasure-request",
            "events": {"finding": 1},
            "cut_runs": ["run-7"],
        } == {name: value for name, value in record.items() if name not in ENVELOPE}


def test_other_records_are_proven_as_before(
    secret_log: Callable[..., EvidenceLog], folder: Path, disk: Disk, trust: Trust
) -> None:
    with secret_log() as log:
        erase_record(log, folder, 6, "erasure-request", disk)
    for seq in (5, 7, 300):
        proven = prove_record(folder, seq)
        assert 0 == check_proof(proven.line + b"\n", proven.proof.to_bytes(), trust).exit_code
    with pytest.raises(EvidenceError, match="record 6 was erased"):
        prove_record(folder, 6)


def test_an_erased_record_cannot_be_guessed(
    secret_log: Callable[..., EvidenceLog], folder: Path, disk: Disk, read_log: Callable[[], list[dict[str, Any]]]
) -> None:
    """Whoever knows every field but the salt has 2^128 lines to try: each other salt gives another leaf."""
    with secret_log(compress_sealed=False) as log:
        record = read_log()[6]
        leaf = leaf_hash(canonical_json(record))
        erase_record(log, folder, 6, "erasure-request", disk)
    assert leaf == leaf_of_line(stored_lines(folder)[6])
    assert record["salt"].encode() not in everything(folder)
    assert 128 == len(record["salt"]) * 4
    salts = {other["salt"] for other in read_log() if "salt" in other}
    assert len(salts) == len([other for other in read_log() if "salt" in other])
    for guess in (*salts, "0" * 32, record["id"].replace("-", "")):
        assert leaf != leaf_hash(canonical_json({**record, "salt": guess}))
    assert leaf != leaf_hash(canonical_json({name: record[name] for name in record if name != "salt"}))


def test_what_a_crash_left_beside_the_segment_goes_too(
    secret_log: Callable[..., EvidenceLog], folder: Path, disk: Disk
) -> None:
    with secret_log(compress_sealed=False) as log:
        raw = segment_path(folder, 0)
        compressed_path(raw).write_bytes(b"".join(deflate([raw.read_bytes()])))
        for path in (raw, compressed_path(raw)):
            path.with_name(f"{path.name}.new").write_bytes(raw.read_bytes())
        assert SUBJECT.encode() in everything(folder)
        erase_record(log, folder, 6, "erasure-request", disk)
        assert SUBJECT.encode() not in everything(folder)


STRUCTURAL = [
    "log.opened",
    "log.closed",
    "log.recovered",
    "log.sealed",
    "key.rotated",
    "checkpoint.anchored",
    "heartbeat",
    "clock.stepped",
    "write.failed",
    "run.planned",
    "run.scope",
    "run.ended",
    "policy.applied",
    "rule.applied",
    "erase.requested",
    "erase.done",
]


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_records_that_hold_the_log_together_stay(folder: Path, event: str) -> None:
    segment_path(folder, 0).parent.mkdir(parents=True)
    record = {"event": event, "seq": 0, "ts": "2026-11-22T03:00:00.000000Z"}
    segment_path(folder, 0).write_bytes(canonical_json(record) + b"\n")
    if event in (*STRUCTURAL, "apply.intent", "duty.due", "hold.placed"):
        with pytest.raises(UsageError, match="cannot be erased"):
            plan_erasure(folder, 0, "erasure-request")
    else:
        assert {event: 1} == plan_erasure(folder, 0, "erasure-request").erasure.events


@pytest.mark.parametrize(
    ("begun", "ended"),
    [
        ({"event": "apply.intent", "change": "c"}, {"event": "apply.result", "change": "c", "cause": [0]}),
        ({"event": "duty.due", "camera": "cam-1"}, {"event": "duty.met", "camera": "cam-1"}),
        ({"event": "hold.placed", "camera": "cam-1"}, {"event": "hold.lifted", "camera": "cam-1"}),
    ],
)
def test_what_is_announced_is_erased_only_after_its_end(
    folder: Path, begun: dict[str, Any], ended: dict[str, Any]
) -> None:
    """A duty whose beginning is gone is owed by nobody."""
    segment_path(folder, 0).parent.mkdir(parents=True)
    lines = [
        canonical_json({**told, "seq": seq, "ts": "2026-11-22T03:00:00.000000Z"}) + b"\n"
        for seq, told in enumerate((begun, ended))
    ]
    segment_path(folder, 0).write_bytes(lines[0])
    with pytest.raises(UsageError, match="has not ended: it cannot be erased"):
        plan_erasure(folder, 0, "erasure-request")
    segment_path(folder, 0).write_bytes(b"".join(lines))
    assert {begun["event"]: 1} == plan_erasure(folder, 0, "erasure-request").erasure.events


def test_what_is_not_there_or_already_erased_is_refused(
    secret_log: Callable[..., EvidenceLog], folder: Path, disk: Disk
) -> None:
    with secret_log() as log:
        size = log.size
        with pytest.raises(UsageError, match="record 9999 is not there"):
            erase_record(log, folder, 9_999, "erasure-request", disk)
        assert size == log.size
        erase_record(log, folder, 6, "erasure-request", disk)
        with pytest.raises(UsageError, match="record 6 is already erased"):
            erase_record(log, folder, 6, "erasure-request", disk)


class _Dies(Exception):
    """Stands for a process that is killed: nothing after it happens."""


def count_steps(disk: Disk, monkeypatch: pytest.MonkeyPatch, dies_at: int) -> list[str]:
    """Makes the disk's ``dies_at``-th change kill the process, before it happens."""
    steps: list[str] = []
    for name in ("write", "datasync", "rename", "remove", "truncate"):
        real = getattr(disk, name)

        def step(*words: Any, name: str = name, real: Callable[..., Any] = real) -> Any:
            steps.append(name)
            if len(steps) == dies_at:
                raise _Dies
            return real(*words)

        monkeypatch.setattr(disk, name, step)
    return steps


@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("dies_at", range(1, 19))
def test_a_crash_at_any_step_leaves_a_log_that_opens_and_an_erasure_that_is_finished(
    opened: Opener,
    secret_log: Callable[..., EvidenceLog],
    folder: Path,
    disk: Disk,
    trust: Trust,
    clock: Any,
    abandon: Callable[..., None],
    compress: bool,
    dies_at: int,
) -> None:
    log = secret_log(compress_sealed=compress)
    log.settle()
    with pytest.MonkeyPatch.context() as dying:
        steps = count_steps(disk, dying, dies_at)
        with contextlib.suppress(_Dies):
            erase_record(log, folder, 6, "erasure-request", disk)
        assert steps
    abandon(log)
    requested = list(unfinished_erasures(folder))
    with opened(segment_records=256, compress_sealed=compress) as again:
        assert [each.erasure for each in requested] == finish_erasures(again, folder, disk)
        assert [] == list(unfinished_erasures(folder))
        if SUBJECT.encode() in everything(folder):
            assert not requested
            erase_record(again, folder, 6, "erasure-request", disk)
    assert SUBJECT.encode() not in everything(folder)
    report = verify_directory(folder, trust=trust, now=clock.now())
    assert {"torn-record"} >= {problem.kind for problem in report.problems if problem.level != "notice"}
    assert 1 == report.erased


def test_there_are_no_more_steps_than_were_tried(
    secret_log: Callable[..., EvidenceLog], folder: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with secret_log(compress_sealed=True) as log:
        log.settle()
        steps = count_steps(disk, monkeypatch, 0)
        erase_record(log, folder, 6, "erasure-request", disk)
        assert len(steps) < 19
