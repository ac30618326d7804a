"""How far a device's clock is off, in the whole seconds it tells: equal clocks are equal at any fraction of one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vmsguard_onvif.device_clock import whole_seconds_off
from vmsguard_onvif.facts.access import clock_skew
from vmsguard_onvif.observed import WholeView
from vmsguard_onvif.session import Session

from vmsguard.model.facts import Known
from vmsguard.model.inventory import Target
from vmsguard.model.vocabulary import Layer, Role

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@settings(deadline=None, derandomize=True)
@given(
    skew=st.integers(-10_000_000, 10_000_000),
    fraction=st.integers(0, 999_999),
    way=st.integers(0, 200_000),
    share=st.floats(0, 1),
)
def test_a_skew_of_whole_seconds_is_told_as_such_save_where_the_way_there_hides_it(
    skew: int, fraction: int, way: int, share: float
) -> None:
    asked = NOON + timedelta(microseconds=fraction)
    answered = asked + timedelta(microseconds=round(way * share))
    told = (answered + timedelta(seconds=skew)).replace(microsecond=0)
    doubt = timedelta(microseconds=way / 2)
    found = whole_seconds_off(told - (asked + doubt), doubt)
    # What takes a fifth of a second at most can hide the border between two seconds, and no more.
    assert found == skew or (skew != 0 and abs(found - skew) == 1)


@settings(deadline=None, derandomize=True)
@given(seconds=st.floats(-1e6, 1e6), doubt=st.floats(0, 120))
def test_a_slow_answer_makes_no_wrong_clock_right(seconds: float, doubt: float) -> None:
    found = whole_seconds_off(timedelta(seconds=seconds), timedelta(seconds=doubt))
    assert abs(found - seconds) <= 1.5 + 1e-3


@pytest.mark.parametrize(
    ("after", "until", "told", "expected"),
    [
        (0.0, 0.0, NOON, 0),
        (0.7, 0.72, NOON, 0),
        (0.999, 0.999, NOON, 0),
        (0.95, 1.05, NOON + timedelta(seconds=1), 0),
        (0.4, 0.5, NOON + timedelta(minutes=90), 5400),
        (0.4, 0.5, NOON - timedelta(minutes=90), -5400),
    ],
)
async def test_the_fact_is_told_by_what_asking_took(
    monkeypatch: pytest.MonkeyPatch, after: float, until: float, told: datetime, expected: int
) -> None:
    times = iter([NOON + timedelta(seconds=after), NOON + timedelta(seconds=until)])
    context: Any = SimpleNamespace(clock=SimpleNamespace(now=lambda: next(times)), login=None)
    session = Session(Target(id="cam", site="test", role=Role.DEVICE, driver="onvif", url="http://cam/"), context)

    async def read(*_: Any, **__: Any) -> datetime:
        return told

    monkeypatch.setattr(session, "read", read)
    await session.synchronise(authenticate=False)
    view: Any = SimpleNamespace(session=session)
    assert await clock_skew(WholeView(readings=view, accounts=())) == {Layer.RUNTIME: Known(expected)}
