"""Which verdicts still count: what nobody renewed, understood or could see is never a pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.model.vocabulary import Qualifier, Verdict
from vmsguard.report.build import build_report
from vmsguard.report.integrity import worst_integrity
from vmsguard.report.model import Absence, Integrity, Item, Report
from vmsguard.report.obligations import count
from vmsguard.report.stand import stand
from vmsguard.report.story import Story, read_story

Told = Callable[..., Report]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


@pytest.fixture
def told(folder: Path, writing: ModuleType) -> Told:
    """The report on the log in ``folder``, an hour after the writer's clock."""

    def tell(writer: Any, **period: Any) -> Report:
        return build_report(folder, trust=None, now=writer.clock.wall + timedelta(hours=1), **period)

    return tell


def item(report: Report, camera: str, rule: str = "saving-off") -> Item:
    (found,) = [item for item in report.items if (item.camera, item.rule) == (camera, rule)]
    return found


def absences(report: Report, kind: str) -> list[str]:
    return [absence.subject for absence in report.absences if absence.kind == kind]


def test_a_camera_that_the_next_whole_run_passes_over_is_unknown(folder: Path, told: Told, writing: ModuleType) -> None:
    with writing.LogWriter(folder) as writer:
        first = writer.run([writing.Said(camera="cam-1"), writing.Said(camera="cam-2")])
        at = writer.clock.wall
        writer.clock.advance(days=1)
        writer.run([writing.Said(camera="cam-2")])
        report = told(writer)
    gone = item(report, "cam-1")

    assert (Verdict.UNKNOWN, None, "stale", True) == (gone.verdict, gone.qualifier, gone.why, gone.stale)
    assert (Verdict.PASS, Qualifier.DIRECT) == (gone.last_verdict, gone.last_qualifier)
    assert (first, at) == (gone.run, gone.judged_at)
    assert Verdict.PASS is item(report, "cam-2").verdict
    assert ["cam-1"] == absences(report, "left-out")
    assert (1, 1) == (report.counts.unknown, report.counts.passed)
    assert (1, 1) == (report.over_time[-1].counts.unknown, report.over_time[-1].counts.passed)
    assert (0, 2) == (report.over_time[0].counts.unknown, report.over_time[0].counts.passed)


@pytest.mark.parametrize("verdict", ["fail", "conflict"])
def test_a_breach_that_nobody_looked_at_again_stays_one(
    folder: Path, told: Told, writing: ModuleType, verdict: str
) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1", verdict=verdict), writing.Said(camera="cam-2")])
        writer.run([writing.Said(camera="cam-2")])
        report = told(writer)
    gone = item(report, "cam-1")

    assert (Verdict(verdict), True, Verdict(verdict)) == (gone.verdict, gone.stale, gone.last_verdict)


def test_a_proof_of_absence_that_nobody_renewed_is_unknown(folder: Path, told: Told, writing: ModuleType) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1", verdict="not_applicable"), writing.Said(camera="cam-2")])
        writer.run([writing.Said(camera="cam-2")])
        report = told(writer)

    assert Verdict.UNKNOWN is item(report, "cam-1").verdict


def test_a_narrowed_run_leaves_the_others_as_they_were(folder: Path, told: Told, writing: ModuleType) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1"), writing.Said(camera="cam-2")], findings=[("plain-http", "t-1")])
        writer.run([writing.Said(camera="cam-2", verdict="fail")], limited=True, left_out=["cam-1"])
        report = told(writer)

    assert (Verdict.PASS, False) == (item(report, "cam-1").verdict, item(report, "cam-1").stale)
    assert Verdict.FAIL is item(report, "cam-2").verdict
    assert [] == absences(report, "left-out")
    assert ["plain-http"] == [finding.code for finding in report.findings]


def test_a_camera_that_only_narrowed_runs_left_out_is_told(folder: Path, told: Told, writing: ModuleType) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-2")], limited=True, left_out=["cam-1", "cam-3"])
        report = told(writer)

    assert ["cam-1", "cam-3"] == absences(report, "left-out")


def test_a_log_that_names_no_scope_is_taken_for_whole_and_says_so(
    folder: Path, told: Told, writing: ModuleType
) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1"), writing.Said(camera="cam-2")], scope=False, policies=False)
        writer.run([writing.Said(camera="cam-2")], scope=False, policies=False)
        report = told(writer)

    assert Verdict.UNKNOWN is item(report, "cam-1").verdict
    assert ["saving-off"] == [obligation.rule for obligation in report.obligations]
    assert "pipc-2020 K3-K6" == report.obligations[0].clause
    assert 1 == len(absences(report, "not-recorded"))


def test_a_rule_that_runs_apply_no_more_is_no_item_and_is_told(folder: Path, told: Told, writing: ModuleType) -> None:
    with writing.LogWriter(folder) as writer:
        both = [writing.Said(camera="cam-1"), writing.Said(camera="cam-1", rule="sending-off", verdict="fail")]
        writer.run(both)
        writer.run(both[:1])
        report = told(writer)

    assert ["saving-off"] == [item.rule for item in report.items]
    assert ["kr-pipc-thermal-2020/sending-off"] == absences(report, "no-longer-judged")
    assert ["saving-off"] == [obligation.rule for obligation in report.obligations]
    assert 1 == report.over_time[-1].counts.judged


def test_a_run_without_an_end_keeps_what_it_judged_and_renews_nothing_else(
    folder: Path, told: Told, writing: ModuleType
) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1"), writing.Said(camera="cam-2")])
        cut = writer.run([writing.Said(camera="cam-2", verdict="fail")], ends=False)
        report = told(writer)

    assert (Verdict.PASS, False) == (item(report, "cam-1").verdict, item(report, "cam-1").stale)
    assert Verdict.FAIL is item(report, "cam-2").verdict
    assert [cut] == absences(report, "run-not-ended")
    assert (cut, None, None) == (report.runs[-1].id, report.runs[-1].ended, report.runs[-1].exit_code)
    assert 1 == len(report.over_time)


def test_a_site_that_runs_cover_no_more_is_told_once(folder: Path, told: Told, writing: ModuleType) -> None:
    with writing.LogWriter(folder) as writer:
        depot = [writing.Said(camera=f"depot-{number}", site="depot") for number in range(3)]
        writer.run([*depot, writing.Said(camera="cam-1")])
        at = writer.clock.wall
        writer.clock.advance(days=3)
        writer.run([writing.Said(camera="cam-1")])
        report = told(writer)
    (silent,) = [absence for absence in report.absences if absence.kind == "site-silent"]

    assert ("depot", at) == (silent.subject, silent.since)
    assert [] == absences(report, "left-out")
    assert (0, 3) == (report.by_site["depot"].passed, report.by_site["depot"].unknown)


def test_a_log_that_owes_a_heartbeat_says_nothing_current(folder: Path, told: Told, writing: ModuleType) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1"), writing.Said(camera="cam-2", verdict="fail")])
        writer.log.append("heartbeat", interval=600)
        in_time = build_report(folder, trust=None, now=writer.clock.wall + timedelta(seconds=1_200))
        late = told(writer)

    assert (Verdict.PASS, []) == (item(in_time, "cam-1").verdict, absences(in_time, "log-silent"))
    assert (Verdict.UNKNOWN, True) == (item(late, "cam-1").verdict, item(late, "cam-1").stale)
    assert Verdict.FAIL is item(late, "cam-2").verdict
    assert [writing.ORIGIN] == absences(late, "log-silent")


def test_a_closed_log_owes_nothing(folder: Path, told: Told, writing: ModuleType) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1")])
        writer.log.append("heartbeat", interval=600)

    assert Verdict.PASS is item(told(writer), "cam-1").verdict


def test_nothing_after_the_end_of_the_period_is_told(folder: Path, told: Told, writing: ModuleType) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1")])
        end = writer.clock.wall + timedelta(hours=1)
        writer.clock.advance(days=1)
        writer.run([writing.Said(camera="cam-1", verdict="fail"), writing.Said(camera="cam-2")])
        report = told(writer, until=end)

    assert [("cam-1", Verdict.PASS)] == [(item.camera, item.verdict) for item in report.items]
    assert (1, 1) == (len(report.runs), len(report.over_time))
    assert end == report.period_to


def test_what_was_judged_before_the_period_and_not_in_it_is_unknown(
    folder: Path, told: Told, writing: ModuleType
) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1"), writing.Said(camera="cam-2")])
        writer.clock.advance(days=1)
        start = writer.clock.wall
        writer.run([writing.Said(camera="cam-2")], limited=True, left_out=["cam-1"])
        report = told(writer, since=start)

    assert (Verdict.UNKNOWN, True) == (item(report, "cam-1").verdict, item(report, "cam-1").stale)
    assert Verdict.PASS is item(report, "cam-2").verdict
    assert (1, 1) == (len(report.runs), len(report.over_time))


def test_what_went_out_of_sight_before_the_period_is_told_and_not_counted(
    folder: Path, told: Told, writing: ModuleType
) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1"), writing.Said(camera="cam-2")])
        writer.run([writing.Said(camera="cam-2")])
        writer.clock.advance(days=1)
        start = writer.clock.wall
        writer.run([writing.Said(camera="cam-2")])
        report = told(writer, since=start)

    assert ["cam-2"] == [item.camera for item in report.items]
    assert ["cam-1"] == absences(report, "left-out")


def test_what_goes_out_of_sight_within_the_period_is_still_counted(
    folder: Path, told: Told, writing: ModuleType
) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1"), writing.Said(camera="cam-2")])
        writer.clock.advance(days=1)
        start = writer.clock.wall
        writer.run([writing.Said(camera="cam-2")])
        report = told(writer, since=start)

    assert {"cam-1": Verdict.UNKNOWN, "cam-2": Verdict.PASS} == {item.camera: item.verdict for item in report.items}


def test_records_that_were_not_verified_are_not_told(folder: Path, writing: ModuleType) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1")])
        size = writer.log.size
        writer.run([writing.Said(camera="cam-1", verdict="fail")])
    story = read_story(folder, size=size, since=None, until=None)

    assert [Verdict.PASS] == [item.verdict for item in standing(story)]


def test_a_target_that_answers_again_in_the_same_run_is_not_unreachable() -> None:
    silent = {"event": "device.unreachable", "run": "run-1", "target": "t-1", "why": "unreachable"}
    again = {"event": "observe", "run": "run-1", "target": "t-1"}

    assert ["t-1"] == [told.record.target for told in follow([silent]).unreachable]
    assert [] == list(follow([silent, again]).unreachable)


def test_a_narrowed_run_withdraws_no_exception_and_renews_no_pack(
    folder: Path, told: Told, writing: ModuleType
) -> None:
    both = [writing.Said(camera="cam-1"), writing.Said(camera="cam-2", site="busan", rule="sending-off")]
    with writing.LogWriter(folder) as writer:
        run = writer.run(both, ends=False)
        writer.log.append(
            "exception.granted", run=run, exception="exc-1", camera="cam-1", pack=writing.PACK, rule="saving-off"
        )
        writer.log.append("run.ended", run=run, verdicts={"pass": 4}, exit=0)
        writer.run(both[1:], limited=True, left_out=["cam-1"])
        report = told(writer)

    assert [True] == [exception.granted for exception in report.exceptions]
    assert ["Saving is switched off", "Sending is switched off"] == [one.title for one in report.obligations]


@pytest.mark.parametrize(("reason", "why"), [("login-refused", "login-refused"), ("rung-unknown", "not-stated")])
def test_what_an_old_record_lacks_is_found_in_its_reason(reason: str, why: str) -> None:
    (found,) = standing(follow([verify("cam-1", "r-1", "unknown", "", "run-1") | {"reason_code": reason}]))

    assert (reason, why) == (found.reason, found.why)


@pytest.mark.parametrize(("codes", "worst"), [((0, 3), 3), ((3, 2), 2), ((2, 1, 3), 1), ((0, 0), 0)])
def test_the_verdict_on_top_is_that_of_the_log_that_fared_worst(codes: tuple[int, ...], worst: int) -> None:
    logs = [
        Integrity(
            verdict="", exit_code=code, caveat="", origin=f"o-{code}", size=0, root="", signed_size=0, checkpoint=""
        )
        for code in codes
    ]

    assert worst == worst_integrity(logs).exit_code


def test_a_camera_without_a_policy_is_told(folder: Path, told: Told, writing: ModuleType) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1")], without_policy=["lobby-1"])
        report = told(writer)

    assert ["lobby-1"] == absences(report, "no-policy")
    assert {"cam-1": Verdict.PASS, "lobby-1": Verdict.NOT_APPLICABLE} == {
        camera.id: camera.verdict for camera in report.cameras
    }


def test_what_stood_in_the_way_is_told_until_a_whole_run_sees_it_gone(
    folder: Path, told: Told, writing: ModuleType
) -> None:
    seen = writing.Said(camera="cam-1", controls=(("storage.edge.off", "t-1/1", "unknown"),))
    with writing.LogWriter(folder) as writer:
        since = writer.clock.wall
        writer.run([seen], unreachable=["t-1"], plugins=["acme"], findings=[("unclaimed-channel", "rec/9")])
        writer.clock.advance(days=1)
        writer.run([seen], unreachable=["t-1"], plugins=["acme"], findings=[("unclaimed-channel", "rec/9")])
        before = told(writer)
        writer.run([seen])
        after = told(writer)

    kinds = {"unreachable": "t-1", "plugin-failed": "acme", "unclaimed-channel": "rec/9"}
    assert {(kind, subject, since) for kind, subject in kinds.items()} == {
        (absence.kind, absence.subject, absence.since) for absence in before.absences
    }
    assert () == after.absences
    assert () == after.findings


def test_a_list_of_stores_that_is_not_complete_is_a_store_nobody_saw(
    folder: Path, told: Told, writing: ModuleType
) -> None:
    with writing.LogWriter(folder) as writer:
        run = writer.run([writing.Said(camera="cam-1", verdict="unknown", why="list-incomplete")], ends=False)
        writer.log.append(
            "verify", run=run, camera="cam-1", pack=writing.PACK, rule="saving-off", control="deletion.periodic",
            endpoint="t-1/1", verdict="unknown", why="list-incomplete", reason_code="list-incomplete", final=False,
        )  # fmt: skip
        report = told(writer)

    assert ["t-1/1"] == absences(report, "store-unseen")


# --- pure: any records in any words -------------------------------------------------------------------------

AT = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
VERDICTS = st.sampled_from(["pass", "fail", "unknown", "conflict", "not_applicable", "exempt", ""])
QUALIFIERS = st.sampled_from(["direct", "fallback", "exception", "waived", ""])
RECORDS = st.lists(
    st.tuples(st.sampled_from(["cam-1", "cam-2", "cam-3"]), st.sampled_from(["r-1", "r-2"]), VERDICTS, QUALIFIERS),
    max_size=12,
)


def verify(camera: str, rule: str, verdict: str, qualifier: str, run: str) -> dict[str, Any]:
    record = {"event": "verify", "camera": camera, "rule": rule, "pack": "p", "verdict": verdict, "final": True}
    return record | {"run": run} | ({"qualifier": qualifier} if qualifier else {})


def follow(records: list[dict[str, Any]]) -> Story:
    story = Story()
    for seq, record in enumerate(records):
        story.follow({"seq": seq, "ts": (AT + timedelta(seconds=seq)).isoformat(), **record})
    return story


def standing(story: Story) -> list[Item]:
    return [item for _, items in stand(story, "o", None, silent=False)[0] for item in items]


@given(st.lists(RECORDS, min_size=1, max_size=4))
def test_only_a_verdict_of_the_newest_run_that_says_pass_in_known_words_is_one(runs: list[Any]) -> None:
    records: list[dict[str, Any]] = []
    for number, said in enumerate(runs):
        records.append({"event": "run.planned", "run": f"run-{number}", "pairs": len(said)})
        records += [verify(*one, f"run-{number}") for one in said]
        records.append({"event": "run.ended", "run": f"run-{number}", "exit": 0})
    items = standing(follow(records))
    newest = {(camera, rule): (verdict, qualifier) for camera, rule, verdict, qualifier in runs[-1]}
    expected = {
        key for key, (verdict, qualifier) in newest.items()
        if verdict == "pass" and qualifier in ("direct", "fallback", "exception")
    }  # fmt: skip

    assert expected == {(item.camera, item.rule) for item in items if item.verdict is Verdict.PASS}
    counts = count(items)
    every = Counter(item.verdict for item in items)
    assert (len(items), every[Verdict.PASS]) == (sum(every.values()), counts.passed)
    assert len(items) == counts.judged + counts.not_applicable


@given(st.lists(RECORDS, min_size=1, max_size=4))
def test_the_count_kept_along_the_way_is_the_count_at_the_end(runs: list[Any]) -> None:
    records: list[dict[str, Any]] = []
    for number, said in enumerate(runs):
        records.append({"event": "run.planned", "run": f"run-{number}", "pairs": len(said)})
        records += [verify(*one, f"run-{number}") for one in said]
        records.append({"event": "run.ended", "run": f"run-{number}", "exit": 0})
    story = follow(records)

    assert count(standing(story)) == story.verdicts.counts == story.points[-1].counts


@given(RECORDS, st.integers(0, 2**32))
def test_the_order_of_cameras_within_a_run_is_no_matter(said: list[Any], seed: int) -> None:
    said = list({(camera, rule): (camera, rule, *rest) for camera, rule, *rest in said}.values())
    mixed = Random(seed).sample(said, len(said))
    one, other = (standing(follow([verify(*entry, "run-1") for entry in order])) for order in (said, mixed))

    def told(items: list[Item]) -> set[tuple[object, ...]]:
        return {(item.camera, item.rule, item.verdict, item.qualifier, item.reason, item.why) for item in items}

    assert told(one) == told(other)


@pytest.mark.parametrize("controls_first", [True, False])
def test_controls_are_told_under_their_rule_whichever_comes_first(controls_first: bool) -> None:
    rule = verify("cam-1", "r-1", "fail", "", "run-1")
    under = [rule | {"control": f"storage.{name}.off", "endpoint": "t-1/1", "final": False} for name in ("vms", "edge")]
    (found,) = standing(follow([*under, rule] if controls_first else [rule, *under]))

    assert ["storage.edge.off", "storage.vms.off"] == [part.control for part in found.parts]


def test_controls_of_an_older_run_are_not_told_under_a_newer_verdict() -> None:
    control = verify("cam-1", "r-1", "fail", "", "run-1") | {"control": "storage.edge.off", "final": False}
    (found,) = standing(follow([control, verify("cam-1", "r-1", "pass", "direct", "run-2")]))

    assert () == found.parts


def test_controls_of_a_newer_run_are_told_under_its_own_verdict() -> None:
    control = verify("cam-1", "r-1", "fail", "", "run-2") | {"control": "storage.edge.off", "final": False}
    older, newer = verify("cam-1", "r-1", "pass", "direct", "run-1"), verify("cam-1", "r-1", "fail", "", "run-2")

    assert [()] == [found.parts for found in standing(follow([older, control]))]
    assert [1] == [len(found.parts) for found in standing(follow([older, control, newer]))]


@pytest.mark.parametrize(
    "broken",
    [
        {"verdict": 7},
        {"camera": None},
        {"final": "yes"},
        {"facts": "none"},
        {"exposure_from": "yesterday"},
        {"ts": "2026-11-01T03:00:00"},
        {"seq": "3"},
        {"event": 5},
    ],
)
def test_a_record_that_does_not_hold_what_it_must_is_counted_and_left_out(broken: dict[str, Any]) -> None:
    story = Story()
    story.follow({"seq": 0, "ts": AT.isoformat(), **verify("cam-1", "r-1", "pass", "direct", "run-1"), **broken})

    assert (1, []) == (story.not_understood, standing(story))


def test_fields_of_a_newer_version_are_passed_over() -> None:
    newer = verify("cam-1", "r-1", "pass", "direct", "run-1") | {"mood": "good", "reason_code": "solar-eclipse"}
    (found,) = standing(follow([newer, {"event": "moon.risen", "phase": 3}]))

    assert (Verdict.PASS, "solar-eclipse") == (found.verdict, found.reason)
    assert "solar-eclipse" in found.reason_told


def test_an_absence_says_what_and_what_to_do(folder: Path, told: Told, writing: ModuleType) -> None:
    with writing.LogWriter(folder) as writer:
        writer.run([writing.Said(camera="cam-1"), writing.Said(camera="cam-2")], without_policy=["lobby-1"])
        writer.run([writing.Said(camera="cam-2")])
        report = told(writer)

    assert report.absences
    assert all(isinstance(one, Absence) and one.told and one.next_step for one in report.absences)
