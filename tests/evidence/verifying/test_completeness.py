from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vmsguard.evidence.canonical import canonical_json
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.problems import Level, VerifyReport
from vmsguard.evidence.record import planned_digest
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.run_book import pairs_digest
from vmsguard.evidence.verifying.verify import verify_directory

Opener = Callable[..., EvidenceLog]
Runner = Callable[..., None]
INTENT = {"change": "t-1/1:recording.stop(job=J1)", "verb": "recording.stop", "target": "t-1"}
PAIR = {"camera": "cam-0", "pack": "pack-1", "rule": "rule-1", "control": "storage.edge.off"}
PLANNED = [tuple(PAIR.values())]


@pytest.fixture
def found(folder: Path, trust: Trust, clock: Any) -> Callable[[], list[tuple[str, str]]]:
    def look() -> list[tuple[str, str]]:
        report: VerifyReport = verify_directory(folder, trust=trust, now=clock.now())
        levels = {problem.level for problem in report.problems}
        assert report.exit_code == (2 if Level.INCOMPLETE in levels else 0)
        return [(problem.level.value, problem.kind) for problem in report.problems]

    return look


Found = Callable[[], list[tuple[str, str]]]


def plan(log: EvidenceLog, run: str = "run-1", pairs: int = 1, digest: str = "") -> None:
    log.append(
        "run.planned", run=run, pairs=pairs, digest=digest or planned_digest(PLANNED), command="check", mode="audit"
    )


def test_a_complete_run_leaves_nothing_to_say(opened: Opener, write_run: Runner, found: Found) -> None:
    with opened() as log:
        write_run(log, pairs=3)
        write_run(log, "run-2", pairs=0)
    assert found() == []


def test_verdicts_of_rules_and_cameras_count_by_their_names_alone(opened: Opener, found: Found) -> None:
    pairs = [("cam-0", "pack-1", "rule-1", ""), ("cam-0", "", "", "")]
    with opened() as log:
        plan(log, pairs=2, digest=planned_digest(pairs))
        log.append("verify", run="run-1", verdict="pass", final=True, camera="cam-0", pack="pack-1", rule="rule-1")
        log.append("verify", run="run-1", verdict="pass", final=True, camera="cam-0", control="")
        log.append("run.ended", run="run-1", verdicts={"pass": 2}, exit=0)
    assert found() == []


def test_a_planned_pair_without_a_verdict_is_missing(opened: Opener, write_run: Runner, found: Found) -> None:
    with opened() as log:
        write_run(log, pairs=3, judged=2)
    assert [("incomplete", "counts-differ"), ("incomplete", "verdicts-missing")] == sorted(found())


def test_a_second_final_verdict_is_noticed_and_a_provisional_one_is_not(opened: Opener, found: Found) -> None:
    with opened() as log:
        plan(log)
        log.append("verify", run="run-1", verdict="fail", final=False, **PAIR)
        log.append("verify", run="run-1", verdict="pass", final=True, **PAIR)
        log.append("run.ended", run="run-1", verdicts={"pass": 1}, exit=0)
        plan(log, "run-2")
        log.append("verify", run="run-2", verdict="pass", final=True, **PAIR)
        log.append("verify", run="run-2", verdict="fail", final=True, **PAIR)
        log.append("run.ended", run="run-2", verdicts={"pass": 1, "fail": 1}, exit=0)
    assert [("incomplete", "verdict-twice")] == found()


def test_verdicts_for_other_pairs_than_planned_are_noticed(opened: Opener, found: Found) -> None:
    with opened() as log:
        plan(log, digest=planned_digest([("cam-9", "pack-1", "rule-1", "storage.edge.off")]))
        log.append("verify", run="run-1", verdict="pass", final=True, **PAIR)
        log.append("run.ended", run="run-1", verdicts={"pass": 1}, exit=0)
    assert [("incomplete", "verdicts-differ")] == found()


def test_counts_that_flatter_the_verdicts_are_noticed(opened: Opener, found: Found) -> None:
    with opened() as log:
        plan(log)
        log.append("verify", run="run-1", verdict="fail", final=True, **PAIR)
        log.append("run.ended", run="run-1", verdicts={"pass": 1, "fail": 0}, exit=0)
    assert [("incomplete", "counts-differ")] == found()


@pytest.mark.parametrize(("judged", "expected"), [(2, []), (3, [("incomplete", "scope-differs")])])
def test_each_camera_that_was_judged_has_a_verdict_as_a_whole(
    opened: Opener, found: Found, judged: int, expected: list[Any]
) -> None:
    pairs = [("cam-0", "", "", ""), ("cam-1", "", "", ""), ("cam-1", "pack-1", "rule-1", "")]
    with opened() as log:
        plan(log, pairs=3, digest=planned_digest(pairs))
        log.append("run.scope", run="run-1", cameras=9, judged=judged)
        for camera, pack, rule, _ in pairs:
            log.append("verify", run="run-1", verdict="pass", final=True, camera=camera, pack=pack, rule=rule)
        log.append("run.ended", run="run-1", verdicts={"pass": 3}, exit=0)
    assert expected == found()


def test_pairs_sort_as_written_whatever_signs_are_in_them() -> None:
    names = ["a", "a!", "a b", "a-b", "a.b", "a/b", 'a"', "a\\", "a\u00e4", "a\n"]
    pairs = [(one, other, "", "") for one in names for other in names]
    stored = sorted(canonical_json(list(pair)) for pair in pairs)
    assert planned_digest(pairs) == pairs_digest(stored)


def test_verdicts_and_ends_without_a_plan_are_noticed(opened: Opener, found: Found) -> None:
    with opened() as log:
        log.append("verify", run="run-1", verdict="pass", final=True, **PAIR)
        log.append("run.ended", run="run-1", verdicts={"pass": 1}, exit=0)
    assert [("incomplete", "unplanned-verdict"), ("incomplete", "ended-unplanned")] == found()


def test_a_run_planned_twice_is_noticed(opened: Opener, write_run: Runner, found: Found) -> None:
    with opened() as log:
        plan(log)
        write_run(log)
    assert [("incomplete", "planned-twice")] == found()


def test_a_run_that_was_cut_short_is_incomplete(opened: Opener, write_run: Runner, found: Found) -> None:
    with opened() as log:
        write_run(log, judged=1, end=False)
    assert [("incomplete", "run-not-ended")] == found()


def test_a_later_complete_run_of_the_same_plan_excuses_it(opened: Opener, write_run: Runner, found: Found) -> None:
    with opened() as log:
        write_run(log, judged=1, end=False)
        write_run(log, "run-2")
    assert [("notice", "run-cut-short")] == found()


def test_a_run_of_another_plan_or_an_earlier_one_does_not(opened: Opener, write_run: Runner, found: Found) -> None:
    with opened() as log:
        write_run(log, "run-0")
        write_run(log, judged=1, end=False)
        write_run(log, "run-2", pairs=3)
    assert [("incomplete", "run-not-ended")] == found()


def test_an_intent_without_a_result_is_unresolved(opened: Opener, found: Found) -> None:
    with opened() as log:
        log.append("apply.intent", **INTENT)
    assert [("incomplete", "unresolved-intent")] == found()


@pytest.mark.parametrize("cited", [True, False])
def test_a_result_answers_the_intent_it_cites_or_else_the_same_change(
    opened: Opener, found: Found, cited: bool
) -> None:
    with opened() as log:
        seq = log.append("apply.intent", **INTENT)
        change = "another" if cited else INTENT["change"]
        log.append("apply.result", cause=[seq] if cited else (), change=change, outcome="interrupted")
    assert found() == []


def test_a_result_of_another_change_answers_nothing(opened: Opener, found: Found) -> None:
    with opened() as log:
        log.append("apply.intent", **INTENT)
        log.append("apply.result", change="another", outcome="accepted")
    assert [("incomplete", "unresolved-intent")] == found()


def test_silence_beyond_two_heartbeats_is_a_gap(opened: Opener, clock: Any, found: Found) -> None:
    log = opened()
    log.append("heartbeat", interval=60)
    clock.advance(120)
    log.append("heartbeat", interval=60)
    clock.advance(121)
    log.append("observe", target="t-1")
    log.close()
    assert [("incomplete", "silence")] == found()


def test_silence_at_the_end_counts_up_to_now_and_not_after_an_orderly_end(
    opened: Opener, clock: Any, found: Found
) -> None:
    log = opened()
    log.append("heartbeat", interval=60)
    log.checkpoint()
    clock.advance(121)
    assert [("incomplete", "silence")] == found()
    clock.advance(-121)
    log.close()
    clock.advance(10_000)
    assert found() == []


def test_silence_without_heartbeats_is_no_gap(opened: Opener, clock: Any, found: Found) -> None:
    with opened() as log:
        clock.advance(100_000)
        log.append("observe", target="t-1")
    assert found() == []


@pytest.fixture
def torn(opened: Opener, abandon: Any, folder: Path) -> None:
    log = opened()
    log.append("observe", target="t-1")
    abandon(log)
    path = folder / "log" / f"{0:020d}.jsonl"
    path.write_bytes(path.read_bytes() + b'{"half":')
    opened().close()


@pytest.mark.usefixtures("torn")
def test_a_torn_record_is_excused_by_a_complete_run_after_it(opened: Opener, write_run: Runner, found: Found) -> None:
    assert [("incomplete", "torn-record")] == found()
    with opened() as log:
        write_run(log)
    assert [("notice", "torn-record")] == found()


@pytest.mark.usefixtures("torn")
@pytest.mark.parametrize("gone", [True, False])
def test_torn_bytes_that_are_gone_or_changed_are_noticed(folder: Path, found: Found, gone: bool) -> None:
    piece = folder / "torn-2.bin"
    if gone:
        piece.unlink()
    else:
        piece.write_bytes(b"other")
    kind = "torn-missing" if gone else "torn-changed"
    assert [("incomplete", kind), ("incomplete", "torn-record")] == sorted(found())
