from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vmsguard_zoneminder.purge_selection import select
from vmsguard_zoneminder.rows import Event

from vmsguard.model.held_window import HeldWindow

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CUTOFF = NOW - timedelta(hours=24)
KOREA = timedelta(hours=9)


def event(id_: int, begun: datetime, offset: timedelta = timedelta(0), *, archived: bool = False) -> Event:
    start = (begun + offset).strftime("%Y-%m-%d %H:%M:%S")
    return Event(id=id_, monitor_id=1, start_date_time=start, end_date_time=start, archived=archived)


def test_events_that_began_before_the_cutoff_go_and_archived_ones_stay() -> None:
    events = [
        event(1, CUTOFF - timedelta(seconds=1), KOREA),
        event(2, CUTOFF, KOREA),
        event(3, CUTOFF - timedelta(hours=1), KOREA, archived=True),
    ]

    chosen = select(events, cutoff=CUTOFF, named=(), offset=KOREA, now=NOW)

    assert ((1,), (3,), ()) == (chosen.delete, chosen.locked, chosen.undecided)


def test_an_event_still_open_goes_when_it_began_before_the_cutoff() -> None:
    begun = Event(id=1, monitor_id=1, start_date_time="2026-11-21 11:59:59", end_date_time=None)

    assert (1,) == select([begun], cutoff=CUTOFF, named=(), offset=timedelta(0), now=NOW).delete


def test_only_named_events_go_and_only_those_not_known_to_be_newer() -> None:
    events = [event(1, CUTOFF - timedelta(hours=1)), event(2, CUTOFF - timedelta(hours=1)), event(3, NOW)]

    assert (2,) == select(events, cutoff=CUTOFF, named={"2", "3"}, offset=timedelta(0), now=NOW).delete


def test_in_an_unknown_zone_both_extremes_must_agree() -> None:
    events = [
        event(1, CUTOFF - timedelta(hours=13)),
        event(2, CUTOFF - timedelta(hours=11)),
        event(3, CUTOFF + timedelta(hours=15)),
    ]

    chosen = select(events, cutoff=CUTOFF, named=(), offset=None, now=NOW)

    assert ((1,), (2,)) == (chosen.delete, chosen.undecided)


def test_in_an_unknown_zone_a_name_decides() -> None:
    events = [event(1, CUTOFF), event(2, CUTOFF)]

    chosen = select(events, cutoff=CUTOFF, named={"2"}, offset=None, now=NOW)

    assert ((2,), ()) == (chosen.delete, chosen.undecided)


def test_all_that_is_listed_is_older_than_a_cutoff_that_is_not_past() -> None:
    assert (1,) == select([event(1, NOW)], cutoff=NOW, named=(), offset=None, now=NOW).delete


def test_an_event_without_a_time_is_undecided() -> None:
    nameless = Event(id=1, monitor_id=1)

    assert (1,) == select([nameless], cutoff=CUTOFF, named=(), offset=KOREA, now=NOW).undecided


@given(
    ages=st.lists(st.integers(0, 96 * 60), max_size=20),
    quarters=st.integers(-48, 56),
    known=st.booleans(),
)
def test_nothing_newer_than_the_cutoff_is_ever_deleted(ages: list[int], quarters: int, known: bool) -> None:
    offset = timedelta(minutes=15 * quarters)
    begun = {number: NOW - timedelta(minutes=age) for number, age in enumerate(ages)}
    events = [event(number, moment, offset) for number, moment in begun.items()]

    chosen = select(events, cutoff=CUTOFF, named=(), offset=offset if known else None, now=NOW)

    assert all(begun[number] < CUTOFF for number in chosen.delete)
    assert {number for number, moment in begun.items() if moment < CUTOFF} <= {*chosen.delete, *chosen.undecided}


@pytest.mark.parametrize("archived", [True, False])
def test_each_event_has_one_fate(archived: bool) -> None:
    events = [event(number, CUTOFF - timedelta(hours=number), archived=archived) for number in range(40)]

    chosen = select(events, cutoff=CUTOFF, named=(), offset=None, now=NOW)

    told = [*chosen.delete, *chosen.locked, *chosen.undecided]
    assert sorted(set(told)) == sorted(told)


def spanning(id_: int, begun: datetime, minutes: int, offset: timedelta = timedelta(0)) -> Event:
    told = [(at + offset).strftime("%Y-%m-%d %H:%M:%S") for at in (begun, begun + timedelta(minutes=minutes))]
    return Event(id=id_, monitor_id=1, start_date_time=told[0], end_date_time=told[1])


TODAY = NOW - timedelta(hours=6)
WINDOW = HeldWindow(TODAY, TODAY + timedelta(minutes=30))


def test_edge_case_29_events_that_a_held_window_touches_stay_whole_and_the_rest_goes() -> None:
    events = [
        spanning(1, TODAY - timedelta(minutes=10), 9, KOREA),
        spanning(2, TODAY - timedelta(minutes=10), 11, KOREA),
        spanning(3, TODAY + timedelta(minutes=5), 5, KOREA),
        spanning(4, TODAY + timedelta(minutes=29), 60, KOREA),
        spanning(5, TODAY + timedelta(minutes=31), 5, KOREA),
    ]

    chosen = select(events, cutoff=NOW, named=(), offset=KOREA, now=NOW, held=(WINDOW,))

    assert ((1, 5), (2, 3, 4)) == (chosen.delete, chosen.held)


def test_a_held_event_stays_although_it_is_named() -> None:
    chosen = select([spanning(3, TODAY, 5)], cutoff=NOW, named={"3"}, offset=timedelta(0), now=NOW, held=(WINDOW,))

    assert ((), (3,)) == (chosen.delete, chosen.held)


def test_an_event_that_may_lie_in_a_held_window_in_some_zone_stays() -> None:
    near, far = spanning(1, TODAY - timedelta(hours=11), 5), spanning(2, TODAY - timedelta(hours=15), 5)

    chosen = select([near, far], cutoff=NOW, named=(), offset=None, now=NOW, held=(WINDOW,))

    assert ((2,), (1,)) == (chosen.delete, chosen.held)


def test_an_event_from_before_the_clocks_may_have_changed_stays_an_hour_around_the_window() -> None:
    long_ago = NOW - timedelta(days=30)
    window = HeldWindow(long_ago, long_ago + timedelta(minutes=30))
    events = [spanning(1, long_ago + timedelta(minutes=60), 5), spanning(2, long_ago + timedelta(minutes=120), 5)]

    chosen = select(events, cutoff=NOW, named=(), offset=timedelta(0), now=NOW, held=(window,))

    assert ((2,), (1,)) == (chosen.delete, chosen.held)


def test_an_event_still_open_or_without_a_time_stays_while_something_is_held() -> None:
    opened = Event(id=1, monitor_id=1, start_date_time="2026-11-22 05:00:00", end_date_time=None)
    undated = Event(id=2, monitor_id=1, start_date_time=None, end_date_time=None)

    chosen = select([opened, undated], cutoff=NOW, named=(), offset=timedelta(0), now=NOW, held=(WINDOW,))

    assert (1, 2) == chosen.held
