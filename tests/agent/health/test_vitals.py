from __future__ import annotations

from vmsguard.agent.health.vitals import Vitals
from vmsguard.errors import EvidenceError


def broken() -> None:
    raise EvidenceError("no room on the disk", hint="make some")


def test_a_loop_that_has_not_begun_is_not_alive(clock) -> None:
    vitals = Vitals(clock=clock)
    assert not vitals.alive
    assert {"loop": "it has not gone round yet"} == vitals.troubles()
    vitals.tick()
    assert vitals.alive
    assert {} == vitals.troubles()


def test_a_loop_that_stands_still_is_stuck(clock) -> None:
    vitals = Vitals(clock=clock, longest_round=60)
    vitals.tick()
    clock.forward(seconds=60)
    assert vitals.alive
    clock.forward(seconds=1)
    assert not vitals.alive
    assert {"loop": "it has not gone round lately"} == vitals.troubles()


def test_what_cannot_be_written_makes_it_unready_and_not_dead(clock) -> None:
    vitals = Vitals(clock=clock, checks={"evidence": broken, "state": lambda: None})
    vitals.tick()
    assert vitals.alive
    assert {"evidence": "no room on the disk"} == vitals.troubles()


def test_a_check_that_breaks_has_shown_nothing(clock) -> None:
    vitals = Vitals(clock=clock, checks={"state": lambda: {}["password=hunter2"]})
    vitals.tick()
    assert {"state": "KeyError"} == vitals.troubles()


def test_an_agent_that_stops_takes_no_more_work(clock) -> None:
    vitals = Vitals(clock=clock, stopping=True)
    vitals.tick()
    assert {"stopping": "it was told to stop"} == vitals.troubles()
