"""Several packs on one camera: each judged alone, off beats on, and what nobody can have both ways is a conflict."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from vmsguard.engine.across_packs import empty_window
from vmsguard.model.fact_values import RecordingJob, RetentionSetting
from vmsguard.model.inventory import Endpoint
from vmsguard.model.pack import ExceptionGate, ExceptionType, FromException, Rung
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Mode, Role, Severity, Verdict

DAY = timedelta(days=1)
CONFLICT, PASS, FAIL, UNKNOWN = Verdict.CONFLICT, Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN


def span(months: int = 0, days: float = 0) -> Span:
    return Span(months=months, exact=days * DAY)


@pytest.mark.parametrize(
    ("least", "most", "empty"),
    [
        (span(days=30), span(days=30), False),
        (span(days=31), span(days=30), True),
        (span(months=1), span(months=1), False),
        (span(months=1), span(days=31), False),
        (span(months=1), span(days=30), True),
        (span(days=28), span(months=1), False),
        (span(days=29), span(months=1), True),
        (span(months=12), span(days=30), True),
        (span(months=12), span(months=13), False),
        (span(months=1, days=1), span(months=1), True),
    ],
)
def test_a_window_is_empty_where_the_longest_minimum_may_exceed_the_shortest_maximum(
    least: Span, most: Span, empty: bool
) -> None:
    assert empty is empty_window(least, most)


def kept(world: Any, days: float) -> Any:
    """A device that states how long it keeps footage, and holds none."""
    world.listed("recording.retention", RetentionSetting("sd", int(days * 86400)))
    return world.absent("footage.files").footage()


def least(words: Any, days: float, **more: Any) -> Any:
    rule = words.rule(words.require("retention.min", min=span(days=days)), name="least", **more)
    return words.pack(rule, name="keeper")


def most(words: Any, days: float, **more: Any) -> Any:
    rule = words.rule(words.require("retention.max", max=span(days=days)), name="most", **more)
    return words.pack(rule, name="limiter")


def off(words: Any, **more: Any) -> Any:
    return words.pack(words.rule(words.require("storage.edge.off"), name="off", **more), name="stopper")


def rules(world: Any) -> dict[str, Verdict]:
    return {one.rule: one.verdict for one in world.evaluate().results if one.level == "rule"}


@pytest.mark.parametrize("order", [1, -1])
def test_an_empty_retention_window_is_a_conflict_of_both_rules_with_both_clauses(
    world: Any, words: Any, order: int
) -> None:
    kept(world, 90)
    for one in (least(words, 365), most(words, 30))[::order]:
        world.assign(one)
    keeper, limiter = world.rule("least"), world.rule("most")
    assert (CONFLICT, CONFLICT) == (keeper.verdict, limiter.verdict)
    assert (Severity.CRITICAL, Severity.CRITICAL) == (keeper.severity, limiter.severity)
    assert keeper.reason.startswith("conflict: limiter/most (law 1) asks that footage is kept for 30 days at most")
    assert limiter.reason.startswith("conflict: keeper/least (law 1) asks that ")
    assert "365 days at least" in limiter.reason
    camera = world.evaluate().results[-1]
    assert ("", CONFLICT, Severity.CRITICAL) == (camera.rule, camera.verdict, camera.severity)


def test_the_controls_concerned_are_in_conflict_and_say_what_they_were_alone(world: Any, words: Any) -> None:
    kept(world, 90).assign(least(words, 365)).assign(most(words, 30))
    told = {one.control: one for one in world.evaluate().results if one.level == "control"}
    assert {CONFLICT} == {one.verdict for one in told.values()}
    assert ["judged alone: fail, kept-too-short"] == [
        left.rpartition(":")[0] for left in told["retention.min"].left if left.startswith("judged alone")
    ]


def test_a_window_that_is_not_empty_is_no_conflict(world: Any, words: Any) -> None:
    kept(world, 20).assign(least(words, 10)).assign(most(words, 30))
    assert {"least": PASS, "most": PASS} == rules(world)


def test_the_window_runs_from_the_longest_minimum_to_the_shortest_maximum(world: Any, words: Any) -> None:
    kept(world, 20).assign(least(words, 10)).assign(most(words, 30))
    week = words.rule(words.require("retention.max", max=span(days=7)), name="week")
    world.assign(words.pack(week, name="short"))
    assert {"least": CONFLICT, "most": PASS, "week": CONFLICT} == rules(world)


def test_nothing_is_written_for_a_conflict_not_even_for_a_third_rule_that_shares_the_change(
    world: Any, words: Any
) -> None:
    kept(world, 90).assign(least(words, 40)).assign(most(words, 30))
    assert [Mode.PROPOSE] == [planned.mode for planned in world.plan().changes]
    month = words.rule(words.require("retention.max", max=span(days=60)), name="month")
    world.assign(words.pack(month, name="third"))
    assert {"least": CONFLICT, "most": CONFLICT, "month": FAIL} == rules(world)
    (planned,) = world.plan().changes
    assert ("retention.set", Mode.PROPOSE) == (planned.change.verb, planned.mode)
    assert (
        "conflict: keeper/least (law 1) asks to keep what limiter/most (law 1) asks not to keep",
    ) == planned.blockers


@pytest.mark.parametrize("mode", list(Mode))
def test_keeping_conflicts_with_storing_nothing_in_whatever_mode_the_keeper_is(
    world: Any, words: Any, mode: Mode
) -> None:
    kept(world.recording(), 90).assign(least(words, 30), mode).assign(off(words))
    assert {"least": CONFLICT, "off": CONFLICT} == rules(world)
    (planned,) = world.plan().changes
    assert ("recording.stop", Mode.PROPOSE) == (planned.change.verb, planned.mode)
    assert any("keeper/least" in why and "stopper/off" in why for why in planned.blockers)


def test_keeping_conflicts_with_deleting_every_day(world: Any, words: Any) -> None:
    kept(world, 90).stores("footage")
    daily = words.rule(words.require("deletion.periodic", max_gap=DAY), name="daily")
    world.assign(least(words, 30)).assign(words.pack(daily, name="purger"))
    assert {"least": CONFLICT, "daily": CONFLICT} == rules(world)


def test_what_is_proven_absent_conflicts_with_nothing(world: Any, words: Any) -> None:
    kept(world, 90).absent("recording.jobs").assign(least(words, 30)).assign(off(words))
    assert {"least": PASS, "off": Verdict.NOT_APPLICABLE} == rules(world)


def test_what_may_not_be_there_makes_a_pass_unknown_and_leaves_a_failure(world: Any, words: Any) -> None:
    world.recording(active=False).unknown("recording.retention").assign(least(words, 30)).assign(off(words))
    assert {"least": UNKNOWN, "off": UNKNOWN} == rules(world)
    assert world.rule("off").reason.startswith("may-conflict: keeper/least")
    world.recording()
    assert {"least": UNKNOWN, "off": FAIL} == rules(world)
    assert [Mode.PROPOSE] == [planned.mode for planned in world.plan().changes]


def test_nobody_knows_of_a_conflict_while_an_attribute_is_not_set(world: Any, words: Any) -> None:
    kept(world.recording(), 90)
    keeper = least(words, 30, select=words.test("operator", "public-institution"))
    world.assign(keeper).assign(off(words))
    assert {"least": UNKNOWN, "off": FAIL} == rules(world)
    world.camera("cam-1", operator="private")
    assert {"least": Verdict.NOT_APPLICABLE, "off": FAIL} == rules(world)


def test_a_conflict_is_of_its_endpoint(world: Any, words: Any) -> None:
    world.camera("cam-1", Endpoint("t-1", "ch1", Role.DEVICE), Endpoint("zm", "3", Role.RECORDER))
    world.recording().listed("recording.retention", RetentionSetting("zm", 90 * 86400), target="zm", channel="3")
    world.absent("recording.retention").assign(least(words, 30)).assign(off(words))
    assert {"least": PASS, "off": FAIL} == rules(world)


def test_what_is_not_in_force_yet_conflicts_with_nothing(world: Any, words: Any) -> None:
    later = least(words, 365)
    law = replace(later.sources["law"], since=date(2027, 5, 14))
    kept(world, 90).assign(replace(later, sources={"law": law})).assign(most(words, 30))
    assert {"least": Verdict.NOT_APPLICABLE, "most": FAIL} == rules(world)
    assert [Mode.ENFORCE] == [planned.mode for planned in world.plan().changes]
    world.now = world.now.replace(year=2027)
    assert {"least": CONFLICT, "most": CONFLICT} == rules(world)


def order_to_keep(world: Any, **more: Any) -> Any:
    return world.paper("must-keep", **more)


def test_an_order_to_keep_conflicts_with_storing_nothing_and_binds_only_whom_it_names(world: Any, words: Any) -> None:
    order_to_keep(world.recording(), cameras=("cam-2",)).assign(off(words))
    assert {"off": FAIL} == rules(world)
    order_to_keep(world, cameras=("cam-1",), expires=date(2026, 11, 22))
    assert {"off": FAIL} == rules(world)
    order_to_keep(world, cameras=("cam-1",))
    assert {"off": CONFLICT} == rules(world)
    assert world.rule("off").reason.startswith("conflict: document d-2 asks that footage is kept by order")
    assert [Mode.PROPOSE] == [planned.mode for planned in world.plan().changes]


STORE = ExceptionType(
    id="store",
    lifts=("storage.edge.off",),
    requires=("retention",),
    max_duration=span(days=180),
)


def excepted(words: Any) -> Any:
    rung = Rung(
        ExceptionGate("store"),
        (words.require("retention.max", max=Span(), pending={"max": FromException("retention")}),),
    )
    saving = words.rule(words.require("storage.edge.off"), name="saving", otherwise=(rung,))
    return words.pack(saving, name="lenient", exception_types={"store": STORE})


def allow(world: Any, days: float) -> Any:
    return world.grant(pack="lenient", rule="saving", type="store", retention=span(days=days))


def test_a_ladder_that_allows_storage_does_not_allow_it_to_another_pack(world: Any, words: Any) -> None:
    allow(kept(world.recording(), 5), 7).assign(excepted(words)).assign(off(words))
    assert {"saving": PASS, "off": FAIL} == rules(world)
    (planned,) = world.plan().changes
    assert ("recording.stop", Mode.ENFORCE) == (planned.change.verb, planned.mode)
    assert ["stopper"] == [cause.pack for cause in planned.causes]


def test_edge_case_32_an_exception_for_one_pack_leaves_another_untouched(world: Any, words: Any) -> None:
    kept(world.recording(), 5).assign(excepted(words))
    twin = words.rule(words.require("storage.edge.off"), name="saving")
    world.assign(words.pack(twin, name="strict"))
    before = [one for one in world.evaluate().results if one.pack == "strict"]
    allow(world, 7)
    after = world.evaluate()
    assert before == [one for one in after.results if one.pack == "strict"]
    lenient = next(one for one in after.results if one.level == "rule" and one.pack == "lenient")
    assert (PASS, "ex-1") == (lenient.verdict, lenient.exception)


def test_the_retention_of_an_exception_in_use_counts_and_what_it_lifts_does_not(world: Any, words: Any) -> None:
    kept(world.recording(), 5).assign(excepted(words)).assign(least(words, 4))
    assert {"saving": CONFLICT, "least": CONFLICT} == rules(world), "storage is off, and has to be kept"
    allow(world, 7)
    assert {"saving": PASS, "least": PASS} == rules(world), "stored under the exception, for 4 to 7 days"
    world.grants.clear()
    allow(kept(world, 2), 3)
    assert {"saving": CONFLICT, "least": CONFLICT} == rules(world), "3 days at most, 4 at least"


def test_edge_case_28_keeping_against_off_is_a_conflict_with_both_clauses_and_no_write(world: Any, words: Any) -> None:
    kept(world.recording(), 400).assign(least(words, 365)).assign(off(words))
    assert {"least": CONFLICT, "off": CONFLICT} == rules(world)
    both = world.rule("least").reason + world.rule("off").reason
    assert both.count("(law 1)") == 2
    assert () == world.plan().enforceable


def test_off_beats_on_in_the_furthest_mode_of_any_rule_that_asks(world: Any, words: Any) -> None:
    world.listed("recording.jobs", RecordingJob("j1", True))
    world.assign(off(words), Mode.PROPOSE)
    assert [Mode.PROPOSE] == [planned.mode for planned in world.plan().changes]
    again = words.rule(words.require("storage.edge.off"), name="again")
    world.assign(words.pack(again, name="other"), Mode.ENFORCE)
    (planned,) = world.plan().changes
    assert (Mode.ENFORCE, {"stopper", "other"}) == (planned.mode, {cause.pack for cause in planned.causes})
