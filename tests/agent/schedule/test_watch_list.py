"""Each target is named about once an interval, none is forgotten, and what is not due is not looked at."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from vmsguard.agent.schedule.watch_list import WatchList

NAMES = st.sets(st.sampled_from([f"t-{n}" for n in range(12)]))


def test_every_target_has_its_turn_once_in_an_interval_and_not_all_at_once() -> None:
    watches = WatchList(300.0, "seed")
    watches.keep([f"t-{n}" for n in range(100)], 0.0)
    turns = [(second, name) for second in range(1, 301) for name in watches.due(float(second))]
    assert {f"t-{n}": 1 for n in range(100)} == Counter(name for _, name in turns)
    assert max(Counter(second for second, _ in turns).values()) < 10


def test_the_longest_waiting_comes_first_and_again_an_interval_from_now() -> None:
    watches = WatchList(60.0, "seed")
    watches.keep(["a", "b", "c"], 0.0)
    order = [name for second in range(61) for name in watches.due(float(second))]
    assert order == list(watches.due(1000.0))
    assert [] == list(watches.due(1059.9))
    assert sorted(order) == sorted(watches.due(1060.0))


@given(st.lists(st.tuples(NAMES, st.integers(0, 200)), min_size=1, max_size=8))
def test_who_stays_keeps_its_turn_and_who_left_is_named_no_more(steps: list[tuple[set[str], int]]) -> None:
    watches, now, last = WatchList(100.0, "seed"), 0.0, dict[str, float]()
    for names, passed in steps:
        watches.keep(sorted(names), now)
        last = {name: last.get(name, now) for name in names}
        now += passed
        for name in watches.due(now):
            assert name in names
            last[name] = now
        assert all(now - at <= 100.0 for at in last.values())
