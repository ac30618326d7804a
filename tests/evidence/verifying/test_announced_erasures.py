"""Records that were taken out: announced ones are notices, all others tampering."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vmsguard.evidence.canonical import canonical_json
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.record import planned_digest
from vmsguard.evidence.segments import iter_lines, list_segments, segment_path
from vmsguard.evidence.tiles import write_tiles
from vmsguard.evidence.tombstone import Tombstone, leaf_of_line
from vmsguard.evidence.tree import leaf_hash
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory

Forger = Callable[..., None]
Found = Callable[[], list[tuple[str, str, int | None]]]

OBSERVED = {"event": "observe", "target": "t-1"}


@pytest.fixture
def found(folder: Path, trust: Trust, clock: Any) -> Found:
    def look() -> list[tuple[str, str, int | None]]:
        report = verify_directory(folder, trust=trust, now=clock.now())
        levels = {one.level.value for one in report.problems}
        assert report.exit_code == (1 if "tampered" in levels else 2 if "incomplete" in levels else 0)
        return [(one.level.value, one.kind, one.seq) for one in report.problems]

    return look


def erasure(first: int, last: int, kind: str = "tombstone", **fields: Any) -> dict[str, Any]:
    return {"event": "erase.done", "first": first, "last": last, "kind": kind, "code": "erasure-request", **fields}


def erase(folder: Path, *seqs: int) -> None:
    """Put tombstones in the place of records, as whoever holds the files can."""
    for segment in list_segments(folder):
        lines = [line[:-1] for line in iter_lines(segment.path)]
        for seq in seqs:
            if 0 <= (place := seq - segment.first) < len(lines):
                lines[place] = Tombstone(seq, leaf_hash(lines[place])).line()
        segment.path.write_bytes(b"".join(line + b"\n" for line in lines))


def test_an_announced_tombstone_is_a_notice(forged: Forger, folder: Path, found: Found) -> None:
    forged([OBSERVED, OBSERVED, OBSERVED, erasure(1, 1)])
    erase(folder, 1)
    assert [("notice", "erased", 1)] == found()


@pytest.mark.parametrize("announced", [[], [erasure(0, 0)], [erasure(2, 2)], [erasure(0, 2, "pruned")]])
def test_a_tombstone_that_nothing_announces_is_tampering(
    forged: Forger, folder: Path, found: Found, announced: list[dict[str, Any]]
) -> None:
    forged([OBSERVED, OBSERVED, OBSERVED, *announced])
    erase(folder, 1)
    assert ("tampered", "erased-unannounced", 1) in found()


def test_a_tombstone_that_was_only_asked_for_is_incomplete(forged: Forger, folder: Path, found: Found) -> None:
    forged([OBSERVED, OBSERVED, {**erasure(1, 1), "event": "erase.requested"}])
    erase(folder, 1)
    assert [("incomplete", "erasure-unfinished", 1)] == found()


def test_a_record_that_is_said_to_be_erased_and_is_there_is_noticed(forged: Forger, folder: Path, found: Found) -> None:
    forged([OBSERVED, OBSERVED, OBSERVED, erasure(1, 2)])
    erase(folder, 1)
    assert [("incomplete", "not-erased", 3), ("notice", "erased", 1)] == found()


def test_a_range_beyond_reason_costs_no_time(forged: Forger, found: Found) -> None:
    forged([OBSERVED, erasure(0, 2**53 - 1)])
    assert [("incomplete", "malformed", 1)] == found()


def test_a_tombstone_with_another_leaf_breaks_root_and_chain(forged: Forger, folder: Path, found: Found) -> None:
    forged([OBSERVED, OBSERVED, OBSERVED, erasure(1, 1)])
    path = segment_path(folder, 0)
    lines = path.read_bytes().splitlines()
    lines[1] = Tombstone(1, bytes(32)).line()
    path.write_bytes(b"\n".join(lines) + b"\n")
    assert {("tampered", "root", None), ("tampered", "chain", 2)} < set(found())


@pytest.mark.parametrize("line", [Tombstone(7, bytes(32)).line(), b'{"leaf":"00","seq":1,"tombstone":true}'])
def test_a_tombstone_of_another_place_or_form_is_tampering(
    forged: Forger, folder: Path, trust: Trust, clock: Any, line: bytes
) -> None:
    forged([OBSERVED, line, OBSERVED, erasure(1, 1)])
    assert 1 == verify_directory(folder, trust=trust, now=clock.now()).exit_code


def run_of(cameras: int) -> list[dict[str, Any]]:
    pairs = [(f"cam-{number}", "", "", "") for number in range(cameras)]
    return [
        {"event": "run.planned", "run": "r", "pairs": cameras, "digest": planned_digest(pairs), "command": "check"},
        {"event": "run.scope", "run": "r", "cameras": cameras, "judged": cameras},
        *({"event": "verify", "run": "r", "camera": pair[0], "verdict": "pass", "final": True} for pair in pairs),
        {"event": "run.ended", "run": "r", "verdicts": {"pass": cameras}, "exit": 0},
    ]


def test_an_announced_erasure_within_a_run_does_not_cry_wolf(forged: Forger, folder: Path, found: Found) -> None:
    forged([*run_of(3), erasure(3, 3, events={"verify": 1}, cut_runs=["r"])])
    assert [("incomplete", "not-erased", 6)] == found()
    erase(folder, 3)
    assert [("notice", "erased", 3), ("notice", "run-cut-by-erasure", 5)] == found()


def test_an_erasure_excuses_no_other_run(forged: Forger, folder: Path, found: Found) -> None:
    forged([*run_of(3), erasure(3, 3, events={"verify": 1}, cut_runs=["another"])])
    erase(folder, 3)
    assert {"counts-differ", "scope-differs", "verdicts-missing"} == {
        kind for level, kind, _ in found() if level == "incomplete"
    }


def test_an_erased_result_leaves_its_intent_undecided(forged: Forger, folder: Path, found: Found) -> None:
    intent = {"event": "apply.intent", "change": "c", "verb": "recording.stop", "target": "t-1"}
    result = {"event": "apply.result", "change": "c", "outcome": "accepted"}
    forged([intent, result, erasure(1, 1, events={"apply.result": 1})])
    assert [("incomplete", "not-erased", 2)] == found()
    erase(folder, 1)
    assert [("notice", "unresolved-intent", 0), ("notice", "erased", 1)] == found()


def prune(folder: Path, border: int) -> None:
    """Take whole segments away and leave their tiles."""
    lines = [line[:-1] for segment in list_segments(folder) for line in iter_lines(segment.path)]
    write_tiles(folder, 0, [leaf_of_line(line) for line in lines[:border]], Disk())
    for segment in list_segments(folder):
        if segment.first < border:
            segment.path.unlink()


@pytest.mark.parametrize(
    "announced",
    [[erasure(0, 511, "pruned")], [erasure(0, 255, "pruned"), erasure(256, 511, "pruned")]],
)
def test_announced_pruning_verifies_by_the_tiles_alone(
    forged: Forger, folder: Path, found: Found, trust: Trust, clock: Any, announced: list[dict[str, Any]]
) -> None:
    forged([OBSERVED] * 520 + announced, splits=(256, 512))
    prune(folder, 512)
    assert [("notice", "pruned", 519 + len(announced))] == found()
    report = verify_directory(folder, trust=trust, now=clock.now())
    assert (512, 520 + len(announced)) == (report.pruned, report.size)


def test_pruning_that_nothing_announces_is_tampering(forged: Forger, folder: Path, found: Found) -> None:
    forged([*[OBSERVED] * 520, erasure(0, 255, "pruned")], splits=(256, 512))
    prune(folder, 512)
    assert ("tampered", "pruned-unannounced", 0) in found()


def test_pruning_that_was_only_asked_for_is_incomplete(forged: Forger, folder: Path, found: Found) -> None:
    forged([*[OBSERVED] * 300, {**erasure(0, 255, "pruned"), "event": "erase.requested"}], splits=(256,))
    prune(folder, 256)
    assert [("incomplete", "erasure-unfinished", 300)] == found()


def test_what_was_to_be_pruned_and_is_there_is_noticed(forged: Forger, folder: Path, found: Found) -> None:
    forged([*[OBSERVED] * 520, erasure(0, 511, "pruned")], splits=(256, 512))
    prune(folder, 256)
    assert ("incomplete", "not-erased", 520) in found()


@pytest.mark.parametrize("damage", ["gone", "wrong", "wrong-above"])
def test_tiles_of_pruned_records_vouch_only_when_whole(forged: Forger, folder: Path, found: Found, damage: str) -> None:
    forged([*[OBSERVED] * 520, erasure(0, 511, "pruned")], splits=(256, 512))
    prune(folder, 512)
    tile = folder / "tile" / "0" / "001"
    data = bytearray(tile.read_bytes())
    if damage == "gone":
        tile.unlink()
        assert ("tampered", "segment-missing", 0) in found()
        return
    data[-1 if damage == "wrong" else 0] ^= 1
    tile.write_bytes(data)
    assert ("tampered", "root", None) in found()


def test_the_first_record_behind_the_border_continues_the_last_tile(forged: Forger, folder: Path, found: Found) -> None:
    forged([*[OBSERVED] * 300, erasure(0, 255, "pruned")], splits=(256,))
    prune(folder, 256)
    path = segment_path(folder, 256)
    lines = path.read_bytes().splitlines()
    lines[0] = lines[0].replace(lines[0][lines[0].index(b'"prev":"') + 8 :][:64], b"0" * 64)
    path.write_bytes(b"\n".join(lines) + b"\n")
    assert ("tampered", "chain", 256) in found()


def test_runs_and_intents_across_the_border_are_told_as_cut(forged: Forger, folder: Path, found: Found) -> None:
    run = run_of(3)
    records = [*[OBSERVED] * 254, *run, erasure(0, 255, "pruned", cut_runs=["r"], open_intents=[9, 11])]
    records.insert(-1, {"event": "apply.result", "change": "c", "outcome": "accepted", "cause": [9]})
    forged(records, splits=(256,))
    prune(folder, 256)
    assert [
        ("incomplete", "unresolved-intent", 11),
        ("notice", "run-cut-by-erasure", 259),
        ("notice", "pruned", 261),
    ] == found()


def test_a_tombstone_is_canonical() -> None:
    assert canonical_json({"leaf": "00" * 32, "seq": 3, "tombstone": True}) == Tombstone(3, bytes(32)).line()
