"""What must never slip in these packs: advice told as law, a future duty held against somebody, use and readiness."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from vmsguard.model.fact_values import AnalyticsFunction, RetentionSetting
from vmsguard.model.inventory import Endpoint
from vmsguard.model.pack import Pack
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Force, Role, Verdict
from vmsguard.policy.builtin import builtin_folder
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_packs

KOLKATA = ZoneInfo("Asia/Kolkata")
BEGINS = datetime(2027, 5, 14, tzinfo=KOLKATA)
DAY = 86400


@pytest.fixture(scope="module")
def packs() -> dict[str, Pack]:
    return dict(load_packs([builtin_folder()], Catalogue.core()))


def kept(world: Any, days: int, **attributes: Any) -> Any:
    world.camera(**attributes).listed("recording.retention", RetentionSetting("sd", days * DAY))
    return world.footage()


def thirty_days(words: Any) -> Pack:
    rule = words.rule(words.require("retention.max", max=Span(exact=timedelta(days=30))), name="most")
    return words.pack(rule, name="limiter")


def test_india_asks_nothing_of_anybody_before_its_day(world: Any, words: Any, packs: dict[str, Pack]) -> None:
    kept(world, 90, country="IN").assign(packs["in-dpdp"]).assign(thirty_days(words))
    world.now = BEGINS - timedelta(seconds=1)

    found = world.rule("kept-for-a-year")
    assert (Verdict.NOT_APPLICABLE, Verdict.FAIL) == (found.verdict, world.verdict("most"))
    assert ["retention.set"] == [planned.change.verb for planned in world.plan().enforceable]
    assert found.reason.startswith("upcoming: in force from 2027-05-14; today it would be fail")


def test_edge_case_28_india_against_thirty_days_is_a_conflict_from_its_day_on(
    world: Any, words: Any, packs: dict[str, Pack]
) -> None:
    kept(world, 90, country="IN").assign(packs["in-dpdp"]).assign(thirty_days(words))
    world.now = BEGINS

    keeper, limiter = world.rule("kept-for-a-year"), world.rule("most")
    assert (Verdict.CONFLICT, Verdict.CONFLICT) == (keeper.verdict, limiter.verdict)
    assert "in-dpdp/kept-for-a-year (dpdp-rules 6(1)(e), 8(3) (D5)" in limiter.reason
    assert () == world.plan().enforceable


@pytest.mark.parametrize(("rule", "force"), [("thirty-days", Force.GUIDANCE), ("secured", Force.LAW)])
def test_edge_case_36_keeping_for_longer_than_the_guideline_advises_is_told_as_guidance(
    world: Any, packs: dict[str, Pack], rule: str, force: Force
) -> None:
    kept(world, 60, country="KR", mobility="fixed", space="public").known("access.anonymous", True)
    world.assign(packs["kr-pipa-fixed-video"])

    found = world.rule(rule)
    assert (Verdict.FAIL, force) == (found.verdict, found.force)


def test_edge_case_36_the_moratorium_is_never_told_as_law(world: Any, packs: dict[str, Pack]) -> None:
    world.camera(country="KR", operator="public-institution", space="public")
    world.listed("analytics.functions", AnalyticsFunction("f", "module", "F", "face-identification", True))
    world.assign(packs["kr-nhrck-frt-moratorium-2023"], profile="literal")

    told = {one.rule: one.force for one in world.evaluate().results if one.level == "rule"}
    assert {"gate-consent"} == {rule for rule, force in told.items() if force is Force.LAW}
    assert {Force.RECOMMENDATION} == {told["no-remote-identification"], told["no-introduction"]}


@pytest.mark.parametrize("enabled", [True, False])
def test_what_is_switched_off_is_not_used_and_has_been_introduced(
    world: Any, packs: dict[str, Pack], enabled: bool
) -> None:
    world.camera(country="KR", operator="public-institution", space="public")
    world.listed("analytics.functions", AnalyticsFunction("f", "module", "F", "face-identification", enabled))
    world.assign(packs["kr-nhrck-frt-moratorium-2023"], profile="literal")

    def of(control: str) -> Verdict:
        (found,) = (one for one in world.evaluate().results if one.level == "control" and one.control == control)
        return found.verdict

    assert (Verdict.FAIL if enabled else Verdict.PASS) is of("analytics.face.identify.off")
    assert Verdict.FAIL is of("analytics.face.identify.not_installed")


def test_what_a_recorder_does_with_faces_counts_in_china_as_what_the_camera_does(
    world: Any, packs: dict[str, Pack]
) -> None:
    world.camera("cam-1", Endpoint("t-1", "ch1", Role.DEVICE), Endpoint("nvr", "ch1", Role.RECORDER), country="CN")
    world.listed("analytics.functions")
    world.listed(
        "analytics.functions",
        AnalyticsFunction("f", "module", "F", "face-identification", True),
        target="nvr",
    )
    world.assign(packs["cn-frt-2025"])

    assert Verdict.UNKNOWN is world.verdict("people-are-told")
    assert not world.rule("people-are-told").reason.startswith("when-")
