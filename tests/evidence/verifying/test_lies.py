"""Lies that whoever holds the signing key can write: a log that is whole and signed, and says what cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.record import planned_digest
from vmsguard.evidence.segments import iter_lines, list_segments, segment_path
from vmsguard.evidence.tiles import write_tiles
from vmsguard.evidence.tombstone import Tombstone, leaf_of_line
from vmsguard.evidence.tree import leaf_hash, root_hash
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying import heads
from vmsguard.evidence.verifying.heads import SavedHead
from vmsguard.evidence.verifying.verify import verify_directory

Forger = Callable[..., None]
Found = Callable[[], list[tuple[str, str, int | None]]]

OBSERVED = {"event": "observe", "target": "t-1"}


@pytest.fixture
def found(folder: Path, trust: Trust, clock: Any) -> Found:
    def look() -> list[tuple[str, str, int | None]]:
        report = verify_directory(folder, trust=trust, now=clock.now())
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


def run_of(cameras: int, *, recorded: int | None = None, end: bool = True) -> list[dict[str, Any]]:
    """A run that has a final verdict for some of the pairs it planned."""
    pairs = [(f"cam-{number}", "", "", "") for number in range(cameras)]
    told = [
        {"event": "run.planned", "run": "r", "pairs": cameras, "digest": planned_digest(pairs), "command": "check"},
        *(
            {"event": "verify", "run": "r", "camera": pair[0], "verdict": "pass", "final": True}
            for pair in pairs[:recorded]
        ),
    ]
    return [*told, {"event": "run.ended", "run": "r", "verdicts": {"pass": cameras}, "exit": 0}] if end else told


def test_records_cannot_be_announced_as_erased_before_they_are_written(
    forged: Forger, folder: Path, found: Found
) -> None:
    forged([OBSERVED, erasure(2, 3, events={"observe": 2}), OBSERVED, OBSERVED])
    erase(folder, 2, 3)
    assert ("tampered", "erased-unannounced", 2) in found()
    assert ("tampered", "erased-unannounced", 3) in found()


@pytest.mark.parametrize(("first", "last"), [(99, 99), (9, 8), (3, 99)])
def test_an_erasure_of_nothing_is_told(forged: Forger, found: Found, first: int, last: int) -> None:
    forged([OBSERVED, OBSERVED, OBSERVED, erasure(first, last)])
    assert [("incomplete", "malformed", 3)] == found()


def test_an_erasure_of_nothing_excuses_no_run(forged: Forger, found: Found) -> None:
    forged([*run_of(5, recorded=2), erasure(99, 99, events={"verify": 3}, cut_runs=["r"])])
    assert {"counts-differ", "verdicts-missing"} <= {kind for level, kind, _ in found() if level == "incomplete"}


def test_an_erasure_excuses_no_more_verdicts_than_it_took(forged: Forger, folder: Path, found: Found) -> None:
    forged([*run_of(5, recorded=4), erasure(2, 2, events={"verify": 1}, cut_runs=["r"])])
    erase(folder, 2)
    assert {"counts-differ", "verdicts-missing"} <= {kind for level, kind, _ in found() if level == "incomplete"}


def test_an_erasure_excuses_no_run_that_it_lies_outside_of(forged: Forger, folder: Path, found: Found) -> None:
    forged([OBSERVED, *run_of(5, recorded=4), erasure(0, 0, events={"verify": 1}, cut_runs=["r"])])
    erase(folder, 0)
    assert {"counts-differ", "verdicts-missing"} <= {kind for level, kind, _ in found() if level == "incomplete"}


def test_no_erasure_excuses_a_run_that_did_not_end(forged: Forger, folder: Path, found: Found) -> None:
    forged([*run_of(3, end=False), erasure(2, 2, events={"verify": 1}, cut_runs=["r"])])
    erase(folder, 2)
    assert ("incomplete", "run-not-ended", 0) in found()


INTENT = {"event": "apply.intent", "change": "c", "verb": "recording.stop", "target": "t-1"}
RESULT = {"event": "apply.result", "change": "c", "outcome": "accepted"}
DUE = {"event": "duty.due", "camera": "cam-1", "due": "2026-11-22T03:00:00.000000Z"}
MET = {"event": "duty.met", "camera": "cam-1", "at": "2026-11-22T02:00:00.000000Z"}
LATER = {**OBSERVED, "ts": "2026-11-22T03:00:30.000000Z"}


@pytest.mark.parametrize(("begun", "answer", "kind"), [(INTENT, RESULT, "unresolved-intent"), (DUE, MET, "duty-open")])
def test_an_erased_answer_excuses_nothing_that_came_after_it(
    forged: Forger, folder: Path, found: Found, begun: dict[str, Any], answer: dict[str, Any], kind: str
) -> None:
    forged([begun, answer, erasure(1, 1, events={answer["event"]: 1}), begun, LATER])
    erase(folder, 1)
    assert ("incomplete", kind, 3) in found()


def test_an_erased_answer_excuses_one_change(forged: Forger, folder: Path, found: Found) -> None:
    forged([INTENT, {**INTENT, "change": "d"}, RESULT, erasure(2, 2, events={"apply.result": 1})])
    erase(folder, 2)
    assert 1 == [kind for level, kind, _ in found() if level == "incomplete"].count("unresolved-intent")


def test_a_duty_does_not_vanish_where_it_is_stated_again_without_a_time(forged: Forger, found: Found) -> None:
    forged([DUE, {key: value for key, value in DUE.items() if key != "due"}, LATER])
    assert [("incomplete", "duty-open", 0)] == found()


@pytest.mark.parametrize("event", [[], {}, None, 7])
def test_an_event_that_is_no_text_is_not_known(forged: Forger, found: Found, event: Any) -> None:
    forged([OBSERVED, {"event": event}])
    assert [("undecided", "unsupported", 1)] == found()


@pytest.mark.parametrize("saved", [514, 515])
def test_pruning_that_the_saved_head_covers_is_still_announced(
    forged: Forger, folder: Path, trust: Trust, key: SigningKey, clock: Any, saved: int
) -> None:
    """Who saves a head after a pruning and comes back with it is not told of tampering."""
    done = erasure(0, 511, "pruned", open_intents=[7])
    whole = [OBSERVED] * 512 + [{**RESULT, "cause": [7]}, done] + [OBSERVED] * 2
    forged(whole, splits=(512,))
    leaves = [leaf_of_line(line[:-1]) for each in list_segments(folder) for line in iter_lines(each.path)]
    write_tiles(folder, 0, leaves[:512], Disk())
    segment_path(folder, 0).unlink()
    note = key.signed_bytes(Checkpoint(key.name, saved, root_hash(leaves[:saved])))
    report = verify_directory(folder, trust=trust, now=clock.now(), since=SavedHead(note, "saved"))
    assert (0, {"pruned", "not-judged"}) == (report.exit_code, {one.kind for one in report.problems})


def test_more_anchors_than_are_read_are_told_and_the_newest_count(
    forged: Forger, folder: Path, found: Found, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What hides a fork among many honest anchors must not be the order of their names."""
    monkeypatch.setattr(heads, "MOST_ANCHORS", 5)
    forged([OBSERVED] * 20)
    leaves = [leaf_of_line(line[:-1]) for each in list_segments(folder) for line in iter_lines(each.path)]
    (folder / "anchors").mkdir()
    for size in range(1, 20):
        root = bytes(32) if size == 19 else root_hash(leaves[:size])
        (folder / f"anchors/{size}.note").write_bytes(key.signed_bytes(Checkpoint(key.name, size, root)))
    assert [("tampered", "fork", None), ("undecided", "unreadable", None)] == found()
