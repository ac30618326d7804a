"""A remembered look stands only while the settings read now say what it saw."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from vmsguard.model.fact_values import RecordingJob, StreamService
from vmsguard.model.facts import Fact, FactKey, Items, Known, Reading, Unknown
from vmsguard.model.inventory import Inventory, Target
from vmsguard.model.manifest import WitnessPoint
from vmsguard.model.snapshot import TargetSeen
from vmsguard.model.vocabulary import Basis, Why
from vmsguard.run.equipment import Equipment
from vmsguard.run.observe import TargetObservation
from vmsguard.run.sightings import Seen, expected_answer, look_for_ourselves
from vmsguard.witness.sighting import Sighting, proves_nothing

WANTED = frozenset({"stream.answers", "footage.files", "footage.grows", "footage.recordings"})
A = WitnessPoint(kind="rtsp", proves="stream.answers", channel="1", port=554, path="/a")
B = WitnessPoint(kind="rtsp", proves="stream.answers", channel="1", port=554, path="/b")
ON, OFF, UNSAID = (Known(Items((StreamService("rtsp", "rtsp", state),))) for state in (True, False, None))


@pytest.fixture
def eyes(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Path to what is seen there; every look is kept under ``looked``."""
    seen: dict[str, Any] = {"looked": []}

    async def look(point: WitnessPoint, target: Target, **told: Any) -> Sighting:
        seen["looked"].append(point.path)
        sighting: Sighting = seen[point.path]
        return sighting

    monkeypatch.setattr("vmsguard.run.looking.look", look)
    return seen


class Site:
    """One target, looked at run after run."""

    def __init__(self, equipment: Equipment, target: Target, eyes: dict[str, Any]) -> None:
        self.equipment, self.target, self.eyes = equipment, target, eyes
        self.others: dict[str, Reading] = {}
        """What the settings of channels say that nobody names a probe of."""

    async def look(self, reading: Reading, *points: WitnessPoint) -> Any:
        """What ``stream.answers`` reads after a run in which the settings read so."""
        seen = await self.see(reading, *points)
        found = [fact.reading for fact in seen.facts if fact.key.name == "stream.answers"]
        return found[0].value if found and isinstance(found[0], Known) else None

    async def see(
        self,
        reading: Reading,
        *points: WitnessPoint,
        before: Seen | None = None,
        again: bool = False,
        wanted: frozenset[str] = WANTED,
    ) -> Seen:
        told = {FactKey("a", channel, "stream.services"): of for channel, of in {"1": reading, **self.others}.items()}
        facts = {key: Fact(key, of, Basis.READ_BACK, self.equipment.clock.now()) for key, of in told.items()}
        observation = TargetObservation(seen=TargetSeen(target="a"), facts=facts, points=points or (A,))
        self.eyes["looked"].clear()
        seen: Seen = await look_for_ourselves(
            Inventory({"a": self.target}, {}),
            {"a": observation},
            wanted,
            self.equipment,
            again=frozenset({"a"}) if again else frozenset(),
            before=before,
        )
        self.equipment.state.remember_sightings(seen.fresh)
        return seen


@pytest.fixture
def there(equipment: Equipment, make_target: Any, eyes: dict[str, Any]) -> Site:
    return Site(equipment, make_target("a"), eyes)


async def test_a_stream_is_looked_at_once_per_change_and_not_per_run(there: Site) -> None:
    there.eyes["/a"] = Sighting(True)
    assert True is await there.look(ON)
    there.eyes["/a"] = Sighting(False)
    assert (False, ["/a"]) == (await there.look(OFF), there.eyes["looked"])
    assert (False, []) == (await there.look(OFF), there.eyes["looked"])


@pytest.mark.parametrize(
    "reading",
    [
        Unknown(Why.FAULT),
        UNSAID,
        Known(Items((StreamService("rtsp", "rtsp", False),), complete=False)),
    ],
    ids=["unknown", "item-does-not-say", "incomplete-list"],
)
async def test_settings_that_do_not_say_call_for_a_new_look(there: Site, reading: Reading) -> None:
    there.eyes["/a"] = Sighting(True)
    await there.look(ON)
    there.eyes["/a"] = Sighting(False)
    await there.look(OFF)
    there.eyes["/a"] = Sighting(True)
    assert (True, ["/a"]) == (await there.look(reading), there.eyes["looked"])


async def test_a_probe_that_never_succeeded_stays_a_doubt_when_it_is_remembered(there: Site) -> None:
    there.eyes["/a"] = Sighting(True)
    there.eyes["/b"] = Sighting(False)
    await there.look(ON, A, B)
    there.eyes["/a"] = Sighting(False)
    assert None is await there.look(OFF, A, B)
    assert None is await there.look(OFF, A, B)


async def test_a_doubt_weighs_more_than_a_no_and_less_than_a_yes(there: Site) -> None:
    there.eyes["/a"] = there.eyes["/b"] = Sighting(True)
    await there.look(ON, A, B)
    there.eyes["/a"] = Sighting(False)
    there.eyes["/b"] = proves_nothing("silence")
    assert None is await there.look(OFF, A, B)
    assert None is await there.look(OFF, B, A)
    there.eyes["/b"] = Sighting(True)
    assert True is await there.look(OFF, A, B)


async def test_what_was_seen_at_another_host_was_not_seen_here(there: Site) -> None:
    there.eyes["/a"] = Sighting(True)
    await there.look(ON)
    there.target = replace(there.target, url="http://192.0.2.99/")
    there.eyes["/a"] = Sighting(False)
    assert None is await there.look(OFF)


def test_event_driven_recording_that_does_not_say_lets_nothing_be_expected() -> None:
    key = FactKey("a", "1", "recording.jobs")
    jobs = Items((RecordingJob("j", False), RecordingJob("k", None)))
    facts = {key: Fact(key, Known(jobs), Basis.READ_BACK, None)}  # type: ignore[arg-type]
    assert None is expected_answer("footage.grows", "a", "1", facts)


async def test_files_are_counted_in_every_run_and_once_in_each(there: Site) -> None:
    folder = WitnessPoint(kind="file", proves="footage.files", channel="1", path="/1")
    there.eyes["/1"] = Sighting(False, 0)
    await there.look(OFF, folder)
    await there.look(OFF, folder)
    assert ["/1"] == there.eyes["looked"]


async def test_within_a_run_what_was_not_touched_is_not_looked_at_again(there: Site) -> None:
    there.eyes["/a"] = proves_nothing("silence")
    first = await there.see(UNSAID)
    second = await there.see(UNSAID, before=first)
    assert ([], first.facts) == (there.eyes["looked"], second.facts)
    await there.see(UNSAID, before=second, again=True)
    assert ["/a"] == there.eyes["looked"]


async def test_a_port_that_closed_speaks_for_a_path_that_was_never_asked(there: Site) -> None:
    """Once it is silent a device no longer names the path it served."""
    port = WitnessPoint(kind="tcp", proves="stream.answers", channel="1", port=554, path="")
    there.eyes["/a"] = there.eyes[""] = Sighting(True)
    await there.look(ON, A, port)
    there.eyes["/b"] = there.eyes[""] = Sighting(False)
    assert False is await there.look(OFF, B, port)
    assert (False, []) == (await there.look(OFF, B, port), there.eyes["looked"])


async def test_a_remembered_look_keeps_its_time(there: Site) -> None:
    there.eyes["/a"] = Sighting(True, without_login=False)
    first = await there.see(ON, wanted=WITH_LOGIN)
    there.equipment.clock.seconds += 3600  # type: ignore[attr-defined]
    assert {"stream.answers", "stream.open_to_all"} == {fact.key.name for fact in first.facts}
    assert first.facts == (await there.see(ON, wanted=WITH_LOGIN)).facts


LOGIN = frozenset({"stream.open_to_all"})
WITH_LOGIN = WANTED | LOGIN
ASKED, OPEN = Sighting(None, None, "rtsp 401", Why.AUTH, False), Sighting(True, without_login=True)
GONE = Sighting(False, detail="connection refused")


async def asks(there: Site, reading: Reading, *points: WitnessPoint) -> tuple[Reading | None, int]:
    """What is known of RTSP without a login after a run that wants nothing else, and how many looks it took."""
    seen = await there.see(reading, *points, wanted=LOGIN)
    found = [fact.reading for fact in seen.facts if fact.key == FactKey("a", "*", "stream.open_to_all")]
    assert len(found) <= 1
    return (found[0] if found else None), len(there.eyes["looked"])


async def test_who_wants_to_know_of_the_login_alone_looks_once(there: Site) -> None:
    there.eyes["/a"] = ASKED
    assert (Known(False), 1) == await asks(there, ON)
    assert (Known(False), 0) == await asks(there, ON)


async def test_who_wants_to_know_of_the_answer_too_looks_until_it_is_known(there: Site) -> None:
    there.eyes["/a"] = ASKED
    for _ in range(2):
        await there.see(ON, wanted=WITH_LOGIN)
        assert ["/a"] == there.eyes["looked"]
    there.eyes["/a"] = Sighting(True, without_login=False)
    await there.see(ON, wanted=WITH_LOGIN)
    await there.see(ON, wanted=WITH_LOGIN)
    assert [] == there.eyes["looked"]


async def test_who_wants_to_know_of_the_answer_alone_is_content_with_it(there: Site) -> None:
    there.eyes["/a"] = Sighting(True)
    assert [(True, ["/a"]), (True, [])] == [(await there.look(ON), [*there.eyes["looked"]]) for _ in range(2)]


async def test_a_look_from_before_anybody_asked_for_the_login_is_taken_again(there: Site) -> None:
    there.eyes["/a"] = Sighting(True)
    await there.look(ON)
    there.eyes["/a"] = Sighting(True, without_login=False)
    assert (Known(False), 1) == await asks(there, ON)
    assert (Known(False), 0) == await asks(there, ON)


async def test_a_stream_that_is_open_to_all_is_looked_at_until_it_is_not(there: Site) -> None:
    there.eyes["/a"] = OPEN
    assert [(Known(True), 1)] * 2 == [await asks(there, ON), await asks(there, ON)]
    there.eyes["/a"] = ASKED
    assert [(Known(False), 1), (Known(False), 0)] == [await asks(there, ON), await asks(there, ON)]


async def test_rtsp_that_was_gone_is_looked_at_when_it_is_back(there: Site) -> None:
    there.eyes["/a"] = ASKED
    await asks(there, ON)
    there.eyes["/a"] = GONE
    assert [1, 0] == [(await asks(there, OFF))[1], (await asks(there, OFF))[1]]
    there.eyes["/a"] = OPEN
    there.equipment.clock.seconds += 60  # type: ignore[attr-defined]
    assert (Known(True), 1) == await asks(there, ON)


async def test_after_it_was_gone_a_login_is_remembered_again(there: Site) -> None:
    there.eyes["/a"] = GONE
    await asks(there, OFF)
    there.eyes["/a"] = ASKED
    there.equipment.clock.seconds += 60  # type: ignore[attr-defined]
    assert [(Known(False), 1), (Known(False), 0)] == [await asks(there, ON), await asks(there, ON)]


async def test_settings_that_do_not_say_call_for_a_new_look_at_the_login(there: Site) -> None:
    there.eyes["/a"] = ASKED
    assert [(Known(False), 1)] * 2 == [await asks(there, UNSAID), await asks(there, UNSAID)]


async def test_one_open_stream_opens_the_target_and_one_unseen_keeps_it_in_doubt(there: Site) -> None:
    other = replace(B, channel="2")
    there.eyes["/a"], there.eyes["/b"] = ASKED, OPEN
    assert (Known(True), 2) == await asks(there, ON, A, other)
    there.eyes["/b"] = proves_nothing("no complete answer in time", Why.UNREACHABLE)
    told, _ = await asks(there, ON, A, other)
    assert Unknown(Why.UNREACHABLE, "no complete answer in time") == told


@pytest.mark.parametrize(
    ("other", "doubted"),
    [(ON, True), (UNSAID, True), (Unknown(Why.FAULT), True), (OFF, False), (Known(Items(())), False)],
)
async def test_a_channel_that_names_no_stream_keeps_the_target_in_doubt_if_it_may_have_one(
    there: Site, other: Reading, doubted: bool
) -> None:
    there.others["2"] = other
    there.eyes["/a"] = ASKED
    told, _ = await asks(there, ON)
    doubt = Unknown(Why.NOT_READ, "channel 2 may have RTSP and names no stream to ask for")
    assert (doubt if doubted else Known(False)) == told
    there.eyes["/a"] = OPEN
    assert Known(True) == (await asks(there, UNSAID))[0]


async def test_a_port_alone_says_nothing_of_the_login(there: Site) -> None:
    port = WitnessPoint(kind="tcp", proves="stream.answers", channel="1", port=554, path="")
    assert (None, 0) == await asks(there, ON, port)
