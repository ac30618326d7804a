"""An exception states a month: what takes spans counts it on the calendar, what takes exact lengths its fewest days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from vmsguard.model.fact_values import RetentionSetting
from vmsguard.model.pack import ExceptionGate, ExceptionType, FromException, Rung
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Verdict

MONTH = Span(months=1)
KIND = ExceptionType(id="storage-inevitable", lifts=("storage.edge.off",), requires=("retention",), max_duration=MONTH)


@pytest.fixture
def judged(world, words):
    """The verdict of a rule whose rung takes its limit from an exception that states one month."""

    def under(control, **params):
        pending = {name: FromException("retention") for name, value in params.items() if not value}
        rung = Rung(ExceptionGate(KIND.id), (words.require(control, pending=pending, **params),))
        rule = words.rule(words.require("storage.edge.off"), name="saving-off", otherwise=(rung,))
        world.assign(words.pack(rule, name="thermal", exception_types={KIND.id: KIND}))
        world.recording().grant(retention=MONTH)
        return world

    return under


@pytest.mark.parametrize(("days", "verdict"), [(30, Verdict.PASS), (32, Verdict.FAIL)])
def test_footage_is_kept_for_a_month_of_its_own_day(judged, words, days: int, verdict: Verdict) -> None:
    """From 23 October, when the oldest was taken, a month lasts 31 days."""
    world = judged("retention.max", max=Span()).listed("recording.retention", RetentionSetting("sd", 28 * 86400))

    assert verdict is world.footage(words.now - timedelta(days=days)).verdict()


@pytest.mark.parametrize(("days", "verdict"), [(27, Verdict.PASS), (29, Verdict.FAIL)])
def test_a_gap_is_never_longer_than_the_shortest_month(judged, words, days: int, verdict: Verdict) -> None:
    world = judged("deletion.periodic", scope="all", max_gap=timedelta(0)).stores("footage")
    world.footage(words.now - timedelta(hours=1))

    assert verdict is world.deleted(words.now - timedelta(days=days)).verdict()


@pytest.mark.parametrize(("days", "verdict"), [(30, Verdict.PASS), (31, Verdict.FAIL)])
def test_an_exception_of_a_month_lasts_the_month_it_begins_in(judged, words, days: int, verdict: Verdict) -> None:
    """From 12 November to 12 December there are 30 days."""
    starts = words.now - timedelta(days=10)
    world = judged("retention.max", max=Span()).listed("recording.retention", RetentionSetting("sd", 60)).footage()
    world.grants.clear()

    assert verdict is world.grant(retention=MONTH, starts=starts, expires=starts + timedelta(days=days)).verdict()
