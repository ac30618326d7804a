from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from vmsguard.errors import EvidenceError
from vmsguard.evidence.canonical import check_canonical
from vmsguard.evidence.checkpoint import parse_checkpoint
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.tree import leaf_hash, root_hash

Opener = Callable[..., EvidenceLog]
Reader = Callable[[], list[dict[str, Any]]]
INTENT = {"change": "t-1/1:recording.stop(job=J1)", "verb": "recording.stop", "target": "t-1"}


def lines(folder: Path) -> list[bytes]:
    return [line for path in sorted((folder / "log").iterdir()) for line in path.read_bytes().splitlines()]


def test_records_are_canonical_numbered_and_chained(opened: Opener, folder: Path) -> None:
    with opened() as log:
        assert 1 == log.append("plugin.failed", plugin="acme", error="ImportError")
        assert 2 == log.append("device.unreachable", run="run-1", cause=[1], target="t-1", why="unreachable")
    stored = lines(folder)
    prev = "0" * 64
    for seq, line in enumerate(stored):
        record, wrong = check_canonical(line)
        assert ("", seq, prev) == (wrong, record["seq"], record["prev"])
        prev = leaf_hash(line).hex()
    assert ["log.opened", "plugin.failed", "device.unreachable", "log.closed"] == [
        check_canonical(line)[0]["event"] for line in stored
    ]


def test_the_envelope_says_when_where_and_why(opened: Opener, read_log: Reader, clock: Any) -> None:
    with opened() as log:
        log.append("device.unreachable", run="run-1", cause=[0], target="t-1", why="unreachable")
    record = read_log()[1]
    assert record["ts"] == "2026-11-22T03:00:00.000000Z"
    milliseconds = f"{int(clock.wall.timestamp() * 1000):012x}"
    assert f"{milliseconds[:8]}-{milliseconds[8:]}-7" == record["id"][:15]
    assert ("run-1", [0], "boot-1") == (record["run"], record["cause"], record["boot_id"])
    assert 32 == len(record["salt"])
    assert record["mono_ns"] > 0


def test_every_salt_and_id_is_new(folder: Path, key: SigningKey, clock: Any, read_log: Reader) -> None:
    with EvidenceLog.open(folder, origin=key.name, key=key, clock=clock) as log:
        for _ in range(600):
            log.append("device.unreachable", target="t-1", why="unreachable")
    records = read_log()
    assert len(records) == len({record["salt"] for record in records}) == len({record["id"] for record in records})


def test_the_head_signs_the_root_over_all_records(opened: Opener, folder: Path, key: SigningKey) -> None:
    with opened() as log:
        log.append("plugin.failed", plugin="acme", error="ImportError")
    head = parse_checkpoint((folder / "checkpoint").read_bytes())
    root = root_hash(map(leaf_hash, lines(folder)))
    assert (key.name, 3, root) == (head.origin, head.size, head.root)
    assert head.note is not None
    assert key.verifier.verifies(head.text, head.note.signatures[0])
    assert (3, root.hex()) == (log.size, log.root_hex)


def test_a_head_is_signed_every_so_many_records(opened: Opener, folder: Path) -> None:
    log = opened(checkpoint_records=4)
    for _ in range(5):
        log.append("device.unreachable", target="t-1", why="unreachable")
    assert 5 == parse_checkpoint((folder / "checkpoint").read_bytes()).size
    log.close()


def test_a_head_is_signed_when_the_last_is_a_minute_old(opened: Opener, folder: Path, clock: Any) -> None:
    log = opened()
    log.append("device.unreachable", target="t-1", why="unreachable")
    assert 1 == parse_checkpoint((folder / "checkpoint").read_bytes()).size
    clock.advance(60)
    log.append("device.unreachable", target="t-1", why="unreachable")
    assert 3 == parse_checkpoint((folder / "checkpoint").read_bytes()).size
    log.close()


def test_a_head_is_signed_when_a_run_ends(opened: Opener, folder: Path, write_run: Callable[..., None]) -> None:
    log = opened()
    write_run(log)
    assert log.size == parse_checkpoint((folder / "checkpoint").read_bytes()).size
    log.close()


def test_an_unchanged_head_is_not_signed_again(opened: Opener) -> None:
    with opened() as log:
        assert log.checkpoint() is log.checkpoint()


def test_records_reach_the_disk_before_the_head_that_covers_them(opened: Opener, disk: Any) -> None:
    log = opened()
    disk.diary.clear()
    log.append("plugin.failed", plugin="acme", error="ImportError")
    log.checkpoint()
    assert disk.diary == ["write", "datasync", "write", "replace checkpoint"]
    log.close()


def test_an_intent_is_on_disk_before_append_returns(opened: Opener, disk: Any) -> None:
    log = opened()
    disk.diary.clear()
    log.append("apply.intent", **INTENT)
    assert disk.diary == ["write", "datasync"]
    log.close()


def test_durable_asks_the_disk_and_plain_appends_do_not(opened: Opener, disk: Any) -> None:
    log = opened()
    disk.diary.clear()
    log.append("observe", target="t-1")
    log.append("observe", target="t-1", durable=True)
    assert disk.diary == ["write", "write", "datasync"]
    log.close()


def test_the_first_head_is_signed_over_nothing_before_any_record(opened: Opener, disk: Any) -> None:
    opened().close()
    founded = [entry for entry in disk.diary if entry.startswith("replace")]
    assert ["replace checkpoint", "replace LOG"] == founded[:2]
    assert disk.diary.index("replace checkpoint") < disk.diary.index("datasync")


def test_a_second_writer_is_refused_and_told_who_the_first_is(opened: Opener) -> None:
    with opened(), pytest.raises(EvidenceError, match=f"by process {os.getpid()}"):
        opened()


def test_a_writer_in_another_process_is_refused(opened: Opener, folder: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom vmsguard.errors import EvidenceError\n"
        "from vmsguard.evidence.lock import WriterLock\n"
        "try:\n    WriterLock(Path(sys.argv[1]))\nexcept EvidenceError as error:\n    print(error)\n"
    )
    with opened():
        told = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    assert told.stdout == f"the evidence log is being written by process {os.getpid()}\n"


def test_a_refused_record_writes_nothing_and_breaks_nothing(opened: Opener) -> None:
    with opened() as log:
        size = log.size
        with pytest.raises(EvidenceError):
            log.append("observe", target="t-1", password="x")
        assert size == log.size
        assert size == log.append("observe", target="t-1")


def test_a_record_beyond_32_kib_is_refused(opened: Opener) -> None:
    facts = [{"name": "n" * 120, "target": "t" * 60, "channel": "c" * 60, "layer": "x" * 60} for _ in range(64)]
    verdict = {"camera": "c", "pack": "p", "rule": "r", "control": "x", "verdict": "pass", "final": False}
    with opened() as log:
        log.append("verify", **verdict, facts=facts)
        with pytest.raises(EvidenceError, match="bytes"):
            log.append("verify", **verdict, cause=list(range(10_000)))


def test_a_closed_log_takes_nothing_and_closes_twice(opened: Opener) -> None:
    log = opened()
    log.close()
    log.close()
    with pytest.raises(EvidenceError, match="is closed"):
        log.append("observe", target="t-1")


def test_create_refuses_a_log_that_is_there(folder: Path, key: SigningKey, clock: Any) -> None:
    EvidenceLog.create(folder, origin=key.name, key=key, clock=clock).close()
    with pytest.raises(EvidenceError, match="already holds"):
        EvidenceLog.create(folder, origin=key.name, key=key, clock=clock)


def test_a_key_of_another_origin_is_refused(folder: Path, key: SigningKey, clock: Any) -> None:
    with pytest.raises(EvidenceError, match="the key is named"):
        EvidenceLog.open(folder, origin="other.example.org", key=key, clock=clock)


def test_a_directory_that_cannot_be_written_is_an_evidence_error(tmp_path: Path, key: SigningKey, clock: Any) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EvidenceError, match="cannot be written"):
        EvidenceLog.open(tmp_path / "file" / "evidence", origin=key.name, key=key, clock=clock)


def test_a_full_segment_is_sealed_with_the_intents_still_open(opened: Opener, folder: Path, read_log: Reader) -> None:
    log = opened(segment_records=4)
    intent = log.append("apply.intent", **INTENT)
    for _ in range(6):
        log.append("observe", target="t-1")
    log.close()
    records = read_log()
    assert ["0" * 20 + ".jsonl", "0" * 19 + "4.jsonl", "0" * 19 + "8.jsonl"] == sorted(
        path.name for path in (folder / "log").iterdir()
    )
    assert ["log.sealed", "log.sealed"] == [records[3]["event"], records[7]["event"]]
    assert [intent] == records[3]["open_intents"]
    assert list(range(len(records))) == [record["seq"] for record in records]


def test_a_step_of_the_wall_clock_is_recorded(opened: Opener, clock: Any, read_log: Reader) -> None:
    log = opened()
    clock.advance(10)
    log.append("observe", target="t-1")
    clock.wall = clock.wall.replace(year=2027)
    log.append("observe", target="t-1")
    log.close()
    steps = [record for record in read_log() if record["event"] == "clock.stepped"]
    assert [365 * 86_400_000] == [step["delta_ms"] for step in steps]


@pytest.mark.parametrize("days", [-30, 30])
def test_a_clock_set_back_or_forward_is_recorded_before_what_follows(
    opened: Opener, clock: Any, read_log: Reader, days: int
) -> None:
    log = opened()
    clock.wall += timedelta(days=days)
    seq = log.append("observe", target="t-1")
    log.append("observe", target="t-1")
    log.close()
    records = read_log()
    assert ("clock.stepped", days * 86_400_000) == (records[seq - 1]["event"], records[seq - 1]["delta_ms"])
    assert 1 == sum(record["event"] == "clock.stepped" for record in records)
    assert sorted(record["mono_ns"] for record in records) == [record["mono_ns"] for record in records]


def test_a_suspended_machine_has_no_step(opened: Opener, clock: Any, disk: Any, read_log: Reader) -> None:
    log = opened()
    clock.wall += timedelta(hours=8)
    disk.boot += 8 * 3600 * 10**9
    log.append("observe", target="t-1")
    log.close()
    assert [] == [record for record in read_log() if record["event"] == "clock.stepped"]


def test_a_heartbeat_is_on_the_disk_with_its_promise(opened: Opener, disk: Any, read_log: Reader) -> None:
    log = opened()
    disk.diary.clear()
    seq = log.heartbeat(300)
    assert disk.diary == ["write", "datasync"]
    for wrong in (0, -1, 86_401):
        with pytest.raises(EvidenceError, match="interval"):
            log.heartbeat(wrong)
    log.close()
    assert ("heartbeat", 300) == (read_log()[seq]["event"], read_log()[seq]["interval"])


def test_a_directory_that_holds_the_rest_of_a_log_is_no_place_for_a_new_one(opened: Opener, folder: Path) -> None:
    """Records and head are gone together; what they left says that there was a log."""
    opened().close()
    for path in (folder / "checkpoint", *(folder / "log").iterdir()):
        path.unlink()
    with pytest.raises(EvidenceError, match="its checkpoint cannot be read"):
        opened()


def test_a_log_shorter_than_its_anchored_head_is_refused(opened: Opener, folder: Path) -> None:
    opened().close()
    older = {path: path.read_bytes() for path in (folder / "checkpoint", folder / "log" / f"{0:020d}.jsonl")}
    opened().close()
    (folder / "anchors").mkdir()
    (folder / "anchors" / "4.note").write_bytes((folder / "checkpoint").read_bytes())
    (folder / "anchors" / "9.note").write_bytes(b"no head at all")
    opened().close()
    for path, data in older.items():
        path.write_bytes(data)
    with pytest.raises(EvidenceError, match=r"holds 2 records and the anchored head 4\.note covers 4"):
        opened()


def test_a_head_older_than_the_newest_segment_is_refused(opened: Opener, folder: Path) -> None:
    log = opened(segment_records=4)
    older = (folder / "checkpoint").read_bytes()
    for _ in range(6):
        log.append("observe", target="t-1")
    log.close()
    (folder / "checkpoint").write_bytes(older)
    with pytest.raises(EvidenceError, match="covers 1 records, and later segments were begun"):
        opened(segment_records=4)
