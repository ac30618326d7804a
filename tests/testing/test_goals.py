from __future__ import annotations

from datetime import UTC, datetime

import pytest

from vmsguard.model import fact_values as v
from vmsguard.model.changes import Change
from vmsguard.model.facts import Absent, Fact, FactKey, Items, Known, Reading, Unknown
from vmsguard.model.vocabulary import Basis, Layer, Why
from vmsguard.testing.goals import pending, reached, standing

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OLD = datetime(2026, 11, 1, tzinfo=UTC)


def facts(name: str, *readings: Reading, channel: str = "0") -> dict[FactKey, Fact]:
    """One fact with a reading for each layer."""
    keys = [FactKey("t", channel, name, layer) for layer in Layer]
    return {key: Fact(key, told, Basis.READ_BACK, NOW) for key, told in zip(keys, readings, strict=False)}


def jobs(active: bool | None, *, complete: bool = True) -> Known:
    return Known(Items((v.RecordingJob("J1", active),), complete, "" if complete else "others"))


NO_JOBS = Known(Items(()))
STOP = Change("recording.stop", "t", "0", {"job": "J1"})


@pytest.mark.parametrize(
    ("runtime", "stored", "expected"),
    [
        (jobs(True), jobs(True), False),
        (jobs(False), jobs(True), False),
        (jobs(False), jobs(False), True),
        (NO_JOBS, NO_JOBS, True),
        (Absent("no such service"), jobs(False), True),
        (jobs(False), Unknown(Why.FAULT), None),
        (jobs(True), Unknown(Why.FAULT), False),
        (Known(Items((), False, "others")), NO_JOBS, None),
    ],
)
def test_a_goal_is_reached_when_every_layer_shows_it(runtime: Reading, stored: Reading, expected: bool | None) -> None:
    assert expected is reached(STOP, facts("recording.jobs", runtime, stored))


def test_a_goal_nobody_read_is_not_reached() -> None:
    assert reached(STOP, facts("recording.jobs", NO_JOBS, channel="1")) is None


def test_an_offender_in_two_layers_calls_for_one_change() -> None:
    assert pending("recording.stop", facts("recording.jobs", jobs(True), jobs(True)), NOW) == (STOP,)


@pytest.mark.parametrize("reading", [jobs(False), jobs(None), NO_JOBS, Absent("none"), Unknown(Why.FAULT)])
def test_nothing_is_called_for_without_an_offender(reading: Reading) -> None:
    assert pending("recording.stop", facts("recording.jobs", reading), NOW) == ()


def recording(**fields: object) -> Known:
    return Known(Items((v.StoredRecording(**{"id": "r", "store": "d", "start": OLD, "end": OLD, **fields}),)))


@pytest.mark.parametrize(
    ("fields", "count"),
    [({}, 1), ({"end": None}, 1), ({"empty": True}, 0), ({"open": True}, 0), ({"locked": True}, 0), ({"end": NOW}, 0)],
    ids=["finished", "no end told", "empty", "open", "locked", "after the cutoff"],
)
def test_a_purge_is_called_for_by_finished_footage_before_the_cutoff(fields: dict[str, object], count: int) -> None:
    told = facts("footage.recordings", recording(**fields))
    assert count == len(pending("footage.purge", told, NOW))
    purge = Change("footage.purge", "t", "0", {"cutoff": NOW.isoformat()})
    assert (count == 0) is reached(purge, told)


def test_retention_is_reached_at_its_seconds() -> None:
    told = facts("recording.retention", Known(Items((v.RetentionSetting("disk", None),))))
    (change,) = pending("retention.set", told, NOW)
    assert change.arguments == {"store": "disk", "seconds": "86400"}
    assert reached(change, told) is False
    after = facts("recording.retention", Known(Items((v.RetentionSetting("disk", 86400),))))
    assert reached(change, after) is True


def test_what_grows_by_itself_is_left_out_of_a_comparison() -> None:
    assert standing(recording(open=True, end=NOW)) == standing(recording(open=True, end=OLD))
    assert standing(recording(end=NOW)) != standing(recording(end=OLD))
