"""However a log is cut into segments and by however many processes they are read: the answer is the same."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmsguard.evidence.problems import VerifyReport
from vmsguard.evidence.record import planned_digest
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory
from vmsguard.evidence.verifying.whole_log import jobs_for

Forger = Callable[..., None]

CAMERAS = ("cam-0", "cam-1", "cam 2!")


def told(report: VerifyReport) -> tuple[Any, ...]:
    """All of a report but the names of segment files."""
    problems = sorted((one.level.value, one.kind, one.message, one.seq or 0) for one in report.problems)
    return report.size, report.root, report.exit_code, report.events, report.erased, problems


class Story:
    """A random log: runs whole, cut short, doubled and never planned; intents, duties, pulses, clocks, tombstones."""

    def __init__(self, drawn: random.Random) -> None:
        self._drawn = drawn
        self._seconds = 0
        self._mono = 0
        self.records: list[dict[str, Any] | bytes] = []

    def write(self, count: int) -> list[dict[str, Any] | bytes]:
        while len(self.records) < count:
            self._drawn.choice((self._run, self._run, self._change, self._duty, self._pulse, self._erasure))()
        return self.records

    def _add(self, event: str, **fields: Any) -> int:
        passed = self._drawn.choice((0, 0, 0, 1, 3, 70, 700))
        self._seconds += passed
        self._mono += passed + self._drawn.choice((0,) * 12 + (-200, 200))
        ts = f"2026-11-{22 + self._seconds // 86400:02}T{self._seconds // 3600 % 24:02}"
        ts += f":{self._seconds // 60 % 60:02}:{self._seconds % 60:02}.{self._drawn.randrange(10**6):06}Z"
        times = {"ts": ts, "mono_ns": (self._mono + 10**6) * 10**9, "boot_id": self._drawn.choice(("b", "b", "b", "c"))}
        self.records.append({"event": event, **times, **fields})
        return len(self.records) - 1

    def _run(self) -> None:
        drawn, run = self._drawn, f"run-{self._drawn.randrange(6)}"
        pairs = [(camera, "p", f"r{rule}", "") for camera in CAMERAS for rule in range(drawn.randrange(3))]
        pairs += [(camera, "", "", "") for camera in CAMERAS]
        if drawn.random() < 0.9:
            digest = planned_digest(pairs)
            self._add("run.planned", run=run, pairs=len(pairs), digest=digest, command="check")
            self._add("run.scope", run=run, cameras=3, judged=drawn.choice((3, 3, 3, 2)))
        counts: dict[str, int] = {}
        for camera, pack, rule, _ in pairs:
            for _ in range(drawn.choice((1,) * 20 + (0, 2))):
                verdict = drawn.choice(("pass", "fail", "unknown"))
                names = {name: value for name, value in (("pack", pack), ("rule", rule)) if value}
                self._add("verify", run=run, camera=camera, verdict=verdict, final=True, **names)
                counts[verdict] = counts.get(verdict, 0) + 1
            if drawn.random() < 0.05:
                self._add("verify", run=run, camera=camera, verdict="pass", final=False, control="c")
        if drawn.random() < 0.8:
            self._add("run.ended", run=run, verdicts=counts, exit=0)

    def _change(self) -> None:
        change = f"c-{self._drawn.randrange(4)}"
        seq = self._add("apply.intent", change=change, verb="recording.stop", target="t-1")
        if self._drawn.random() < 0.7:
            cause = {"cause": [seq]} if self._drawn.random() < 0.5 else {}
            self._add("apply.result", change=change, outcome="accepted", **cause)

    def _duty(self) -> None:
        event = self._drawn.choice(("duty.due", "duty.met", "duty.missed", "duty.ended"))
        due = f"2026-11-22T{self._drawn.randrange(24):02}:00:00Z"
        self._add(event, camera=self._drawn.choice(CAMERAS[:2]), target="t-1", due=due)

    def _pulse(self) -> None:
        if self._drawn.random() < 0.6:
            self._add("heartbeat", interval=self._drawn.choice((1, 60, 300)))
        else:
            self._add(self._drawn.choice(("log.closed", "clock.stepped")))

    def _erasure(self) -> None:
        seq = self._add("observe", target="t-1")
        self.records[seq] = b'{"leaf":"%064x","seq":%d,"tombstone":true}' % (seq, seq)
        if self._drawn.random() < 0.8:
            fields = {"first": seq, "last": seq, "kind": "tombstone", "code": "erasure-request"}
            self._add("erase.done", events={"observe": 1}, cut_runs=[f"run-{self._drawn.randrange(6)}"], **fields)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(seed=st.integers(0, 2**32), data=st.data())
def test_segments_of_any_size_give_the_same_answer(
    forged: Forger, folder: Path, trust: Trust, clock: Any, seed: int, data: st.DataObject
) -> None:
    records = Story(random.Random(seed)).write(data.draw(st.integers(1, 150)))
    splits = data.draw(st.sets(st.integers(1, max(1, len(records) - 1)), max_size=8))
    answers = []
    for cuts in ((), sorted(cut for cut in splits if cut < len(records))):
        shutil.rmtree(folder, ignore_errors=True)
        forged(records, splits=cuts)
        answers.append(told(verify_directory(folder, trust=trust, now=clock.now())))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("damage", ["none", "edited", "cut"])
def test_any_number_of_processes_gives_the_same_answer(
    forged: Forger, folder: Path, trust: Trust, clock: Any, damage: str
) -> None:
    records = Story(random.Random(7)).write(400)
    forged(records, splits=range(37, 400, 37))
    third = sorted((folder / "log").iterdir())[2]
    if damage == "edited":
        third.write_bytes(third.read_bytes().replace(b'"pass"', b'"fail"', 1))
    elif damage == "cut":
        third.write_bytes(third.read_bytes()[:-10])
    answers = [told(verify_directory(folder, trust=trust, now=clock.now(), jobs=jobs)) for jobs in (1, 2, 3, 4)]
    assert [answers[0]] * 4 == answers
    kinds = {problem[1] for problem in answers[0][-1]}
    assert {"none": set(), "edited": {"chain"}, "cut": {"damaged"}}[damage] <= kinds
    assert ("root" in kinds) == (damage != "none")


def test_one_process_reads_what_is_read_in_no_time(forged: Forger, folder: Path) -> None:
    forged([{"event": "observe", "target": "t-1"}] * 9, splits=(3, 6))
    assert 1 == jobs_for(folder)


def test_progress_is_told_segment_by_segment(forged: Forger, folder: Path, trust: Trust, clock: Any) -> None:
    forged([{"event": "observe", "target": "t-1"}] * 9, splits=(3, 6))
    steps: list[tuple[int, int]] = []
    verify_directory(folder, trust=trust, now=clock.now(), progress=lambda done, total: steps.append((done, total)))
    assert [(1, 3), (2, 3), (3, 3)] == steps


def test_a_segment_in_another_place_is_told_once(forged: Forger, folder: Path, trust: Trust, clock: Any) -> None:
    forged([{"event": "observe", "target": "t-1"}] * 9, splits=(3, 6))
    second, third = sorted((folder / "log").iterdir())[1:]
    kept = second.read_bytes()
    second.write_bytes(third.read_bytes())
    third.write_bytes(kept)
    report = verify_directory(folder, trust=trust, now=clock.now())
    moved = [(one.kind, one.category.value, one.seq) for one in report.problems if one.kind == "segment-moved"]
    assert [("segment-moved", "moved", 3), ("segment-moved", "moved", 6)] == moved
    assert "sequence" not in {one.kind for one in report.problems}


def test_a_segment_that_is_there_twice_is_told(forged: Forger, folder: Path, trust: Trust, clock: Any) -> None:
    forged([{"event": "observe", "target": "t-1"}] * 9, splits=(3, 6))
    first = folder / "log" / f"{0:020d}.jsonl"
    (folder / "log" / f"{1:020d}.jsonl").write_bytes(first.read_bytes())
    report = verify_directory(folder, trust=trust, now=clock.now())
    assert (1, True) == (report.exit_code, "segment-repeated" in {one.kind for one in report.problems})


def test_a_record_taken_out_of_the_middle_is_one_gap(forged: Forger, folder: Path, trust: Trust, clock: Any) -> None:
    forged([{"event": "observe", "target": "t-1"}] * 9)
    path = folder / "log" / f"{0:020d}.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:4] + lines[5:]))
    report = verify_directory(folder, trust=trust, now=clock.now())
    gaps = [(one.category.value, one.seq, one.message) for one in report.problems if one.kind == "gap"]
    assert [("gap", 4, "records 4 to 4 are missing")] == gaps


def test_events_are_counted(forged: Forger, folder: Path, trust: Trust, clock: Any) -> None:
    records = Story(random.Random(3)).write(100)
    forged(records, splits=(40,))
    events = [told["event"] for told in records if isinstance(told, dict)]
    counted = verify_directory(folder, trust=trust, now=clock.now()).events
    assert {event: events.count(event) for event in events} == counted
    assert orjson.dumps(counted)
