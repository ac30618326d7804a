from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.engine.assigned import AssignedRules
from vmsguard.engine.compile import compile_assigned
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.pack import AttributeTest, Citation, Profile, Source
from vmsguard.model.results import Upcoming
from vmsguard.model.vocabulary import Force, Mode, Verdict

STARTS = date(2027, 5, 14)
FORMER, LATER = Citation("former", "3"), Citation("later", "8")


@pytest.fixture
def dated(words):
    """A pack with one rule, ``off``, under a text that ended on 1 June 2026 and one that begins in May 2027."""

    def make(*cites, name="p", zone="Asia/Seoul", **more):
        rule = words.rule(words.require("storage.edge.off"), name="off", cites=cites)
        found = words.pack(rule, name=name, **more)
        former = Source(
            id="former", title="former", force=Force.ORDINANCE, since=date(2020, 1, 1), until=date(2026, 6, 1)
        )
        later = Source(id="later", title="later", force=Force.LAW, since=STARTS)
        sources = {**found.sources, "former": former, "later": later}
        return replace(found, sources=sources, timezone=zone)

    return make


def test_edge_case_7_a_clause_to_come_is_upcoming_and_never_a_failure(world, dated):
    world.assign(dated(LATER)).recording(True)
    evaluation = world.evaluate()
    told = world.rule("off")
    assert Verdict.NOT_APPLICABLE is told.verdict
    assert "upcoming: in force from 2027-05-14; today it would be fail" == told.reason
    assert (Force.LAW, "later 8") == (told.force, told.clause)
    assert (Upcoming("cam-1", "p", "off", STARTS, Verdict.FAIL),) == evaluation.upcoming
    assert ["rule", "camera"] == [one.level for one in evaluation.results]


def test_what_is_upcoming_asks_for_no_change_and_counts_for_no_neighbour(world, dated):
    world.assign(dated(LATER)).recording(True)
    evaluation = world.evaluate()
    assert ((), False) == (evaluation.demands, evaluation.enforced)
    world.now = datetime(2027, 5, 14, 12, tzinfo=UTC)
    evaluation = world.evaluate()
    assert (1, True) == (len(evaluation.demands), evaluation.enforced)


def test_edge_case_7_a_past_date_has_the_clauses_of_that_date(world, dated):
    world.assign(dated(FORMER, LATER)).recording(True)
    world.now = datetime(2026, 5, 1, tzinfo=UTC)
    told = world.rule("off")
    assert (Verdict.FAIL, Force.ORDINANCE, "former 3") == (told.verdict, told.force, told.clause)
    (control,) = (one for one in world.evaluate().results if one.control)
    assert (Force.ORDINANCE, "former 3") == (control.force, control.clause)
    world.now = datetime(2026, 11, 22, tzinfo=UTC)
    assert world.rule("off").reason.startswith("upcoming: in force from 2027-05-14")


def test_a_rule_whose_texts_have_all_ended_is_lapsed(world, dated):
    world.assign(dated(FORMER)).recording(True)
    told = world.rule("off")
    assert (Verdict.NOT_APPLICABLE, "lapsed: not in force since 2026-06-01") == (told.verdict, told.reason)
    assert () == world.evaluate().upcoming


def test_one_text_in_force_is_enough_and_gives_the_force(world, dated):
    world.assign(dated(FORMER, Citation("advice", "R2"), LATER)).recording(True)
    told = world.rule("off")
    assert (Verdict.FAIL, Force.RECOMMENDATION, "advice R2") == (told.verdict, told.force, told.clause)


def test_what_the_profile_cites_counts_too(world, dated, words):
    profile = Profile(id="wide", select=words.pack().select, cites={"off": (Citation("law", "1"),)})
    world.assign(dated(LATER, profiles={"wide": profile}), profile="wide").recording(True)
    assert (Verdict.FAIL, "law 1") == (world.rule("off").verdict, world.rule("off").clause)


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Asia/Seoul", datetime(2027, 5, 13, 15, tzinfo=UTC)),
        ("UTC", datetime(2027, 5, 14, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2027, 5, 14, 7, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_midnight_in_the_zone_of_the_pack(world, dated, zone, first):
    world.assign(dated(LATER, zone=zone)).recording(True)
    verdicts = []
    for world.now in (first - timedelta(microseconds=1), first):
        verdicts.append(world.rule("off").verdict)
    assert [Verdict.NOT_APPLICABLE, Verdict.FAIL] == verdicts


@pytest.mark.parametrize(("zone", "hours"), [("Asia/Seoul", 15), ("", 24)])
def test_a_pack_may_count_its_days_where_the_site_is_and_else_in_utc(dated, zone, hours):
    assigned = AssignedRules(pack=dated(LATER, zone="site"), profile="", mode=Mode.AUDIT, assignment="a", zone=zone)
    eras = compile_assigned(assigned, CORE_CONTROLS, CORE_FACTS).eras
    assert datetime(2027, 5, 13, tzinfo=UTC) + timedelta(hours=hours) == eras[0].starts


def test_midnight_that_the_clock_leaves_out_is_the_change_of_the_clock(dated):
    """Edge case 1: in Cairo the day of 24 April 2026 begins at one o'clock."""
    pack = dated(LATER, zone="Africa/Cairo")
    pack = replace(pack, sources={**pack.sources, "later": replace(pack.sources["later"], since=date(2026, 4, 24))})
    assigned = AssignedRules(pack=pack, profile="", mode=Mode.AUDIT, assignment="a")
    starts = compile_assigned(assigned, CORE_CONTROLS, CORE_FACTS).eras[0].starts
    local = starts.astimezone(ZoneInfo("Africa/Cairo"))
    assert (date(2026, 4, 24), 1) == (local.date(), local.hour)
    assert date(2026, 4, 23) == (starts - timedelta(microseconds=1)).astimezone(ZoneInfo("Africa/Cairo")).date()


def test_attributes_are_not_missed_for_what_is_not_in_force(world, dated):
    world.assign(dated(LATER, select=AttributeTest("country", ("KR",))))
    assert () == world.evaluate().missing_attributes
    world.now = datetime(2027, 6, 1, tzinfo=UTC)
    assert ("country",) == world.evaluate().missing_attributes


ADVICE = "advice R2 [recommendation]"
"""Of another force than the rule's: named last, with its force."""


def test_a_rule_in_force_in_two_eras_is_told_with_the_clauses_of_each(world, dated):
    world.assign(dated(Citation("advice", "R2"), FORMER, LATER)).recording(True)
    told = {}
    for year in (2026, 2027, 2028, 2026, 2028):
        world.now = datetime(year, 5, 1, tzinfo=UTC) if year < 2028 else datetime(2028, 1, 1, tzinfo=UTC)
        found = world.evaluate()
        (control,) = (one for one in found.results if one.control)
        told.setdefault(year, set()).add((world.rule("off").clause, world.rule("off").force, control.clause))
    assert told == {
        2026: {(f"former 3; {ADVICE}", Force.ORDINANCE, f"former 3; {ADVICE}")},
        2027: {("advice R2", Force.RECOMMENDATION, "advice R2")},
        2028: {(f"later 8; {ADVICE}", Force.LAW, f"later 8; {ADVICE}")},
    }
