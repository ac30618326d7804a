from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.model.facts import Fact, FactKey, Known, Reading, Unknown
from vmsguard.model.ledger import WitnessMemory
from vmsguard.model.manifest import WitnessPoint
from vmsguard.model.vocabulary import Basis, Why
from vmsguard.witness import Concluded, MemoryKey, Sighting, conclude, memory_key, point_name

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
BEFORE = NOW - timedelta(minutes=5)
RTSP = WitnessPoint(kind="rtsp", proves="stream.answers", channel="0", port=554, path="/live")
SECOND = WitnessPoint(kind="rtsp", proves="stream.answers", channel="0", port=554, path="/sub")
FILES = WitnessPoint(kind="file", proves="footage.grows", channel="3", path="3")

YES, NO = Sighting(True), Sighting(False)
NOTHING = Sighting(None, None, "rtsp 401", Why.AUTH)


def remembers(point: WitnessPoint, positive_at: datetime | None, proves: str = "") -> dict[MemoryKey, WitnessMemory]:
    memory = WitnessMemory(
        target="t-1",
        channel=point.channel,
        proves=proves or point.proves,
        point=point_name(point),
        answered=positive_at is not None,
        at=BEFORE,
        positive_at=positive_at,
    )
    return {memory_key(memory): memory}


def concluded(*seen: tuple[WitnessPoint, Sighting], memories=None, alive: bool = True) -> Concluded:
    return conclude("t-1", seen, memories or {}, host_is_alive=alive, at=NOW)


def reading(found: Concluded, name: str) -> Reading:
    (fact,) = [fact for fact in found.facts if fact.key.name == name]
    return fact.reading


def test_a_positive_counts_without_any_memory() -> None:
    found = concluded((RTSP, YES), alive=False)
    assert found.facts[0] == Fact(
        FactKey("t-1", "0", "stream.answers"), Known(True), Basis.OBSERVED, NOW, "witness rtsp"
    )


def test_a_definitive_negative_counts_after_a_positive_of_the_same_probe() -> None:
    found = concluded((RTSP, NO), memories=remembers(RTSP, BEFORE))
    assert (found.facts[0].reading, found.facts[0].basis) == (Known(False), Basis.OBSERVED)


@pytest.mark.parametrize(
    ("sighting", "memories", "alive", "why"),
    [
        (NO, {}, True, Why.NOT_READ),
        (NO, remembers(RTSP, None), True, Why.NOT_READ),
        (NO, remembers(SECOND, BEFORE), True, Why.NOT_READ),
        (NO, remembers(RTSP, BEFORE), False, Why.UNREACHABLE),
        (NOTHING, remembers(RTSP, BEFORE), True, Why.AUTH),
    ],
    ids=["never looked", "never positive", "another probe", "host is gone", "not definitive"],
)
def test_any_other_negative_proves_nothing(sighting, memories, alive, why) -> None:
    fact = concluded((RTSP, sighting), memories=memories, alive=alive).facts[0]
    assert isinstance(fact.reading, Unknown)
    assert (fact.reading.why, fact.basis) == (why, Basis.ATTESTED)


def test_one_probe_that_answers_outweighs_all_that_do_not() -> None:
    memories = remembers(RTSP, BEFORE) | remembers(SECOND, BEFORE)
    assert reading(concluded((RTSP, NO), (SECOND, YES), memories=memories), "stream.answers") == Known(True)


def test_one_probe_in_doubt_keeps_the_fact_unknown() -> None:
    memories = remembers(RTSP, BEFORE)
    assert isinstance(reading(concluded((RTSP, NO), (SECOND, NO), memories=memories), "stream.answers"), Unknown)


def test_channels_are_judged_apart() -> None:
    other = WitnessPoint(kind="rtsp", proves="stream.answers", channel="1", port=554, path="/live")
    found = concluded((RTSP, NO), (other, YES), memories=remembers(RTSP, BEFORE))
    told = [(fact.key.channel, fact.reading) for fact in found.facts if fact.key.name == "stream.answers"]
    assert [("0", Known(False)), ("1", Known(True))] == told


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([True], Known(True)),
        ([False], Known(False)),
        ([False, False], Known(False)),
        ([False, True], Known(True)),
        ([None, True], Known(True)),
        ([None], Unknown(Why.AUTH, "rtsp 403")),
        ([False, None], Unknown(Why.AUTH, "rtsp 403")),
    ],
)
def test_one_stream_without_a_login_opens_the_target(said: list[bool | None], expected: Reading) -> None:
    seen = [
        (
            WitnessPoint(kind="rtsp", proves="stream.answers", channel=str(number), port=554, path="/live"),
            Sighting(None, None, "rtsp 403", Why.AUTH, without_login),
        )
        for number, without_login in enumerate(said)
    ]
    for order in (seen, seen[::-1]):
        found = concluded(*order)
        (fact,) = [fact for fact in found.facts if fact.key.name == "stream.open_to_all"]
        assert (FactKey("t-1", "*", "stream.open_to_all"), expected) == (fact.key, fact.reading)
        assert (fact.basis is Basis.OBSERVED) is isinstance(expected, Known)
        kept = {memory.channel: memory.answered for memory in found.memories if memory.proves == fact.key.name}
        assert {str(number): yes for number, yes in enumerate(said) if yes is not None} == kept


def test_files_prove_growth_and_number() -> None:
    found = concluded((FILES, Sighting(True, 12)))
    assert [("footage.grows", Known(True)), ("footage.files", Known(12))] == [
        (fact.key.name, fact.reading) for fact in found.facts
    ]


def test_no_files_count_only_after_there_were_some() -> None:
    gone = (FILES, Sighting(False, 0))
    assert isinstance(reading(concluded(gone), "footage.files"), Unknown)
    memories = remembers(FILES, BEFORE, "footage.files")
    assert reading(concluded(gone, memories=memories), "footage.files") == Known(0)


def test_some_files_that_stand_still_are_a_number_and_no_proof_of_rest() -> None:
    found = concluded((FILES, Sighting(False, 5)))
    assert reading(found, "footage.files") == Known(5)
    assert isinstance(reading(found, "footage.grows"), Unknown)


def test_what_was_seen_is_remembered_with_the_last_positive() -> None:
    (memory,) = concluded((RTSP, NO), memories=remembers(RTSP, BEFORE)).memories
    assert (memory.answered, memory.at, memory.positive_at) == (False, NOW, BEFORE)
    (memory,) = concluded((RTSP, YES), memories=remembers(RTSP, BEFORE)).memories
    assert (memory.answered, memory.at, memory.positive_at) == (True, NOW, NOW)


def test_what_proves_nothing_leaves_the_memory_as_it_was() -> None:
    assert concluded((RTSP, NOTHING), memories=remembers(RTSP, BEFORE)).memories == ()


def test_a_login_in_a_path_is_not_remembered() -> None:
    point = WitnessPoint(kind="rtsp", proves="stream.answers", port=554, path="/live?user=a&password=s3cret")
    assert "s3cret" not in point_name(point)


sightings = st.sampled_from([YES, NO, NOTHING])


@given(first=sightings, second=sightings, known=st.booleans(), known_too=st.booleans(), alive=st.booleans())
def test_seeing_less_never_turns_unknown_into_gone(first, second, known, known_too, alive) -> None:
    memories = remembers(RTSP, BEFORE if known else None) | remembers(SECOND, BEFORE if known_too else None)
    full = reading(concluded((RTSP, first), (SECOND, second), memories=memories, alive=alive), "stream.answers")
    blind = reading(concluded((RTSP, first), (SECOND, NOTHING), memories=memories, alive=alive), "stream.answers")
    assert blind == full or isinstance(blind, Unknown)
    assert (full == Known(False)) is (alive and known and known_too and first is NO and second is NO)
