from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.fact_values import RecordingJob, StoredRecording
from vmsguard.model.facts import Absent, Fact, FactKey, Items, Known, Reading, Unknown
from vmsguard.model.vocabulary import WHOLE, Basis, Why
from vmsguard.run.believed import believed

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def fact(name: str, reading: Reading, *, target: str = "t", basis: Basis = Basis.READ_BACK) -> Fact:
    channel = WHOLE if CORE_FACTS[name].whole else "1"
    return Fact(FactKey(target, channel, name), reading, basis, NOW)


def taken(*facts: Fact) -> list[Fact]:
    return list(believed(facts, "t", CORE_FACTS))


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("recording.jobs", Known(Items((RecordingJob("j", False), RecordingJob("k", None)), False, "a page"))),
        ("footage.recordings", Known(Items((StoredRecording("r", "sd", NOW, None),)))),
        ("storage.encrypted", Known(True)),
        ("clock.skew_seconds", Known(3)),
        ("recording.jobs", Absent("said so")),
        ("recording.jobs", Unknown(Why.FAULT, "a fault")),
    ],
)
def test_what_is_as_declared_is_taken_as_it_is(name: str, reading: Reading) -> None:
    told = fact(name, reading)
    (found,) = taken(told)
    assert found is told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("storage.encrypted", 1),
        ("clock.skew_seconds", True),
        ("clock.skew_seconds", 3.0),
        ("recording.jobs", Items((RecordingJob("j", 0),))),  # type: ignore[arg-type]
        ("recording.jobs", Items([RecordingJob("j", False)])),  # type: ignore[arg-type]
        ("recording.jobs", Items((RecordingJob("j", False),), 1)),  # type: ignore[arg-type]
        ("recording.jobs", Items((("j", False),))),
        ("recording.jobs", (RecordingJob("j", False),)),
        ("footage.recordings", Items((StoredRecording("r", "sd", "2026-11-22", None),))),  # type: ignore[arg-type]
        ("footage.recordings", Items((StoredRecording(object(), "sd", NOW, None),))),  # type: ignore[arg-type]
    ],
)
def test_a_value_of_another_type_is_unknown(name: str, value: Any) -> None:
    (found,) = taken(fact(name, Known(value)))
    assert isinstance(found.reading, Unknown)
    assert Why.PLUGIN is found.reading.why


def test_a_driver_is_neither_its_own_witness_nor_anothers() -> None:
    ledger = fact("deletion.verified", Known(Items(())))
    foreign = fact("storage.encrypted", Known(True), target="other")
    (seen,) = taken(ledger, foreign, fact("storage.encrypted", Known(True), basis=Basis.OBSERVED))
    assert Basis.READ_BACK is seen.basis
