from __future__ import annotations

import pytest

from vmsguard.agent.jetstream.server_check import Reliance, judge_server

ALWAYS = {"jetstream": {"config": {"sync_always": True, "sync_interval": 120000000000}}}
LAZY = {"jetstream": {"config": {"sync_interval": 120000000000}}}


@pytest.mark.parametrize(
    ("version", "varz", "reliance", "why"),
    [
        ("2.15.1", ALWAYS, Reliance.RELIABLE, ""),
        ("2.10.23", ALWAYS, Reliance.RELIABLE, ""),
        ("2.10.22", ALWAYS, Reliance.UNFIT, "older than 2.10.23: a crash could lose its streams"),
        ("2.9.10", None, Reliance.UNFIT, "older than 2.10.23: a crash could lose its streams"),
        ("2.15.1", LAZY, Reliance.UNFIT, "it acknowledges before a message is on disk"),
        ("2.15.1", {"jetstream": {}}, Reliance.UNFIT, "JetStream is off"),
        ("2.15.1", {}, Reliance.UNFIT, "JetStream is off"),
        ("2.15.1", None, Reliance.UNKNOWN, "whether it writes through before it acknowledges was not seen"),
        ("2.11.0-RC.3", ALWAYS, Reliance.RELIABLE, ""),
        ("two", ALWAYS, Reliance.UNKNOWN, "its version cannot be read"),
    ],
)
def test_what_a_server_may_be_relied_on_for(version, varz, reliance, why) -> None:
    found = judge_server(version, varz)
    assert (reliance, why) == (found.reliance, found.why)
    assert bool(found.next_step) == (reliance is not Reliance.RELIABLE)


def test_sync_that_is_merely_true_like_is_not_always() -> None:
    assert Reliance.UNFIT is judge_server("2.15.1", {"jetstream": {"config": {"sync_always": 1}}}).reliance
