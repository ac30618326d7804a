"""Every lever on recording: jobs of each kind, receivers, targets, exports, deletions; and lists that break off."""

from __future__ import annotations

from typing import Any

import pytest

from vmsguard.errors import NotSupported
from vmsguard.model.changes import Change
from vmsguard.model.fact_values import ExternalDestination, PushDestination, RecordingJob
from vmsguard.model.facts import Fact, FactKey, Items, Known
from vmsguard.model.vocabulary import Layer, Role, Why
from vmsguard.simulator import dispatch
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.faults import invalid_argument, not_supported
from vmsguard.simulator.personas import PERSONAS, Persona
from vmsguard.simulator.services import recording

STORED, RUNTIME = Layer.STORED, Layer.RUNTIME
SEGMENT = (
    "<trc:Results><trc:Segment><trc:StartTime>2026-11-22T00:00:00Z</trc:StartTime><trc:EndTime>2026-11-22T01:00:00Z"
    "</trc:EndTime><trc:MediaType>Video</trc:MediaType></trc:Segment><trc:HasMoreResults>false</trc:HasMoreResults>"
    "</trc:Results>"
)
EMPTY = (
    "<tse:RecordingInformation><tt:RecordingToken>recording-1</tt:RecordingToken><tt:Source><tt:SourceId>urn:a"
    "</tt:SourceId><tt:Name>n</tt:Name><tt:Location/><tt:Description/><tt:Address>urn:b</tt:Address></tt:Source>"
    "<tt:Content>c</tt:Content>{0}<tt:RecordingStatus>{1}</tt:RecordingStatus></tse:RecordingInformation>"
)


def tracks_at(moment: str) -> str:
    """Both of its tracks, whose two ends are this moment."""
    return "".join(
        f"<tt:Track><tt:TrackToken>{token}</tt:TrackToken><tt:TrackType>Video</tt:TrackType><tt:Description/>"
        f"<tt:DataFrom>{moment}</tt:DataFrom><tt:DataTo>{moment}</tt:DataTo></tt:Track>"
        for token in ("VIDEO001", "META001")
    )


TRACKS = tracks_at("1970-01-01T00:00:00Z")
MOMENT = tracks_at("2026-11-22T00:00:00Z")


class Lacks(Persona):
    """Answers that it does not have some operations."""

    def __init__(self, name: str, *operations: str) -> None:
        self.name = name  # type: ignore[misc]
        self._operations = operations

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if name in self._operations:
            raise not_supported()
        return operation.handle(call)


class Says(Persona):
    """Gives one operation's answer in its own words."""

    def __init__(self, name: str, operation: str, told: str) -> None:
        self.name = name  # type: ignore[misc]
        self._operation, self._told = operation, told

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        return self._told if name == self._operation else operation.handle(call)


_GONE = {"DeleteTrack": "NoTrack", "DeleteRecording": "NoRecording", "DeleteStorageConfiguration": "NoConfig"}


class DeletesThenComplains(Persona):
    """Deletes what it is asked to, and says that there is no such thing."""

    name = "deletes-then-complains"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        told = operation.handle(call)
        if name in _GONE:
            raise invalid_argument(_GONE[name])
        return told


class OnlyTracks(Persona):
    name = "only-tracks"

    def shape(self, device: Device) -> None:
        device.dynamic_tracks, device.dynamic_recordings = True, False


class OnlyRecordings(Persona):
    name = "only-recordings"

    def shape(self, device: Device) -> None:
        device.dynamic_tracks, device.dynamic_recordings = False, True


@pytest.fixture(autouse=True)
def _personas(monkeypatch: pytest.MonkeyPatch) -> None:
    for persona in (
        Lacks("no-job-mode", "SetRecordingJobMode"),
        Lacks("no-job-levers", "SetRecordingJobMode", "SetRecordingJobConfiguration"),
        Says("still-written", "GetRecordingInformation", EMPTY.format(TRACKS, "Recording")),
        Says("hidden-segments", "GetRecordingInformation", EMPTY.format(TRACKS, "Stopped")),
        Says("momentary", "GetRecordingInformation", EMPTY.format(MOMENT, "Stopped")),
        DeletesThenComplains(),
        OnlyTracks(),
        OnlyRecordings(),
    ):
        monkeypatch.setitem(PERSONAS, persona.name, persona)


def told(facts: dict[FactKey, Fact], name: str, layer: Layer = RUNTIME) -> Any:
    (found,) = [fact.reading for key, fact in facts.items() if (key.name, key.layer) == (name, layer)]
    return found


def items(facts: dict[FactKey, Fact], name: str, layer: Layer = RUNTIME) -> Items[Any]:
    reading = told(facts, name, layer)
    assert isinstance(reading, Known)
    return reading.value


def active(facts: dict[FactKey, Fact], layer: Layer) -> dict[str, bool | None]:
    return {job.id: job.active for job in items(facts, "recording.jobs", layer).values}


def stop(job: str, target: str = "cam", channel: str = "source-1") -> Change:
    return Change("recording.stop", target, channel, {"job": job})


def purge(session: Any) -> Change:
    now = session.driver.ctx.clock.now().isoformat()
    return Change("footage.purge", "cam", "source-1", {"cutoff": now, "recordings": ""})


# -- jobs


async def test_the_next_job_takes_over_and_only_all_of_them_stop_recording(simulate: Any) -> None:
    async with simulate(recordings={"jobs": 3}) as simulated:
        seen = []
        for job in ("job-1", "job-1-2", "job-1-3"):
            async with simulated.session(write=True) as session:
                await session.change(stop(job))
            async with simulated.session() as session:
                facts = await session.read()
            runs = [name for name, on in active(facts, RUNTIME).items() if on]
            left = [name for name, on in active(facts, STORED).items() if on]
            seen.append((runs, left, simulated.simulator.camera("cam").truth.records))
        assert seen == [
            (["job-1-2"], ["job-1-2", "job-1-3"], True),
            (["job-1-3"], ["job-1-3"], True),
            ([], [], False),
        ]


@pytest.mark.parametrize("trigger", ["schedule", "event"])
async def test_a_job_that_waits_is_off_now_and_still_set_to_record(simulate: Any, trigger: str) -> None:
    async with simulate(recordings={"triggers": [trigger]}) as simulated:
        async with simulated.session(write=True) as session:
            facts = await session.read()
            expected = [RecordingJob("job-1", on, trigger, "recording-1") for on in (True, False)]
            assert [items(facts, "recording.jobs", layer).values[0] for layer in (STORED, RUNTIME)] == expected
            await session.change(stop("job-1"))
        async with simulated.session() as session:
            facts = await session.read()
        assert [active(facts, layer) for layer in Layer] == [{"job-1": False}] * 2
        simulated.simulator.camera("cam").state.schedules["schedule-1"] = True
        simulated.simulator.camera("cam").state.configuration.jobs[0].triggered = True
        assert simulated.simulator.camera("cam").truth.records is False


async def test_without_a_mode_to_set_the_configuration_is_sent_back_idle_and_otherwise_as_read(simulate: Any) -> None:
    async with simulate(persona="no-job-mode", recordings={"triggers": ["schedule"]}) as simulated:
        before = simulated.simulator.camera("cam").state.configuration.jobs[0]
        kept = (before.schedule, before.source, [track.token for track in before.tracks], before.priority)
        async with simulated.session(write=True) as session:
            assert (await session.change(stop("job-1"))).reported == "accepted"
        job = simulated.simulator.camera("cam").state.configuration.jobs[0]
        assert job.mode == "Idle"
        assert (job.schedule, job.source, [track.token for track in job.tracks], job.priority) == kept


async def test_a_camera_that_lacks_both_ways_says_so(simulate: Any) -> None:
    async with simulate(persona="no-job-levers") as simulated, simulated.session(write=True) as session:
        with pytest.raises(NotSupported):
            await session.change(stop("job-1"))


async def test_a_recorder_that_cannot_idle_its_jobs_is_kept_from_connecting(simulate: Any) -> None:
    async with simulate(recorder={"persona": "no-job-levers"}) as simulated:
        async with simulated.session("nvr", Role.RECORDER, write=True) as session:
            assert (await session.change(stop("job-1", "nvr", "recording-1"))).reported == "accepted"
        recorder = simulated.simulator.camera("nvr")
        assert (recorder.truth.jobs, recorder.truth.records) == ({"job-1": "Active"}, False)
        async with simulated.session("nvr", Role.RECORDER) as session:
            facts = await session.read()
        # Mode is a wish that nothing can reach: the receiver's setting persists, too.
        assert [active(facts, layer) for layer in Layer] == [{"job-1": False}] * 2


async def test_a_receiver_that_another_job_uses_is_left_alone(simulate: Any) -> None:
    async with simulate(recorder={"persona": "no-job-levers"}) as simulated:
        have = simulated.simulator.camera("nvr").state.configuration
        have.jobs.append(type(have.jobs[0])("job-2", "recording-1", "Active", "receiver-1", from_receiver=True))
        async with simulated.session("nvr", Role.RECORDER, write=True) as session:
            with pytest.raises(NotSupported):
                await session.change(stop("job-1", "nvr", "recording-1"))
        assert [receiver.mode for receiver in have.receivers] == ["AlwaysConnect"]


async def test_idle_jobs_beside_a_recording_that_is_written_are_no_proof(simulate: Any) -> None:
    async with simulate(persona="still-written", recordings={"active": False}) as simulated:
        async with simulated.session() as session:
            facts = await session.read()
        assert items(facts, "recording.jobs").complete is False
        assert items(facts, "recording.jobs", STORED).complete is True


# -- targets


@pytest.mark.parametrize(("strategy", "uploads"), [("", True), ("External", True), ("Both", True), ("Local", False)])
async def test_a_target_is_in_use_unless_its_strategy_is_local(simulate: Any, strategy: str, uploads: bool) -> None:
    storages = [{"uri": "nfs://nas.example.org/a", "used": True, "strategy": strategy}]
    async with simulate(storages=storages) as simulated, simulated.session() as session:
        facts = await session.read()
        for layer in Layer:
            assert items(facts, "storage.external", layer).values == (
                ExternalDestination("storage:storage-1", "nfs", uploads),
            )
            pushed = [push for push in items(facts, "push.destinations", layer).values if push.kind == "upload"]
            assert pushed == ([PushDestination("upload:recording-1", "upload", True)] if uploads else [])


async def test_a_destination_goes_with_every_target_that_names_it(simulate: Any) -> None:
    storages = [{"uri": "nfs://nas.example.org/a", "used": True, "strategy": "Local"}]
    async with simulate(channels=2, storages=storages) as simulated:
        async with simulated.session(write=True) as session:
            change = Change("storage.external.remove", "cam", "*", {"destination": "storage:storage-1"})
            assert (await session.change(change)).reported == "accepted"
        have = simulated.simulator.camera("cam").state.configuration
        assert (have.storages, [recording.target_storage for recording in have.recordings]) == ([], ["", ""])


@pytest.mark.parametrize("onboard", [True, False])
async def test_a_camera_that_only_records_elsewhere_has_no_store_of_its_own(
    simulate: Any, monkeypatch: pytest.MonkeyPatch, onboard: bool
) -> None:
    plain = recording.SERVICE.capabilities
    if not onboard:
        monkeypatch.setitem(
            recording.SERVICE.__dict__,
            "capabilities",
            lambda device: plain(device).replace("DynamicTracks=", 'OnboardStorage="false" DynamicTracks='),
        )
    async with simulate(storages=["nfs://nas.example.org/a"]) as simulated, simulated.session() as session:
        found = items(await session.read(), "stores")
    assert [store.id for store in found.values] == [*(["onboard"] if onboard else []), "storage:storage-1"]


async def test_a_destination_that_somebody_else_deleted_is_no_failure(simulate: Any) -> None:
    async with simulate(persona="deletes-then-complains", storages=["nfs://nas.example.org/a"]) as simulated:
        change = Change("storage.external.remove", "cam", "*", {"destination": "storage:storage-1"})
        async with simulated.session(write=True) as session:
            assert (await session.change(change)).reported == "accepted"
            assert (await session.change(change)).reported == "already"


# -- exports


async def test_a_camera_that_names_no_export_format_may_export_by_its_own_pages(simulate: Any) -> None:
    for setup, proof in (
        ({}, "the Recording service names no format to export"),
        ({"recordings": None}, "GetServices lists no Recording service"),
    ):
        async with simulate(**setup) as simulated, simulated.session() as session:
            facts = await session.read()
        readings = [told(facts, "export.jobs", layer) for layer in Layer]
        assert [(reading.why, reading.detail.partition(";")[0]) for reading in readings] == [
            (Why.UNSUPPORTED_UNPROVEN, proof)
        ] * 2


async def test_running_exports_cannot_be_listed(simulate: Any) -> None:
    async with simulate(recordings={"export_seconds": 60}) as simulated, simulated.session() as session:
        found = items(await session.read(), "export.jobs")
        assert (found.values, found.complete) == ((), False)


async def test_without_codes_missing_exports_prove_nothing(simulate: Any) -> None:
    async with simulate(persona="faults-without-subcode") as simulated, simulated.session() as session:
        assert told(await session.read(), "export.jobs").why is Why.UNSUPPORTED_UNPROVEN


async def test_what_is_deleted_during_an_export_is_still_there(simulate: Any) -> None:
    async with simulate(recordings={"active": False, "export_seconds": 60}) as simulated:
        async with simulated.session(write=True) as session:
            await session.change(purge(session))
        async with simulated.session() as session:
            recordings = items(await session.read(), "footage.recordings").values
        assert [recording.empty for recording in recordings] == [False]
        assert simulated.simulator.camera("cam").truth.footage == 1


@pytest.mark.parametrize("exporting", [True, False])
async def test_a_recording_called_empty_is_not_while_its_segments_are_listed(simulate: Any, exporting: bool) -> None:
    setup = {"active": False, "export_seconds": 60 if exporting else None}
    async with simulate(persona="hidden-segments", recordings=setup) as simulated, simulated.session() as session:
        found = items(await session.read(), "footage.recordings")
        # Without the capability nothing is asked, and what Search says is all there is.
        assert ([recording.empty for recording in found.values], found.complete) == ([not exporting], not exporting)


# -- deletion


@pytest.mark.parametrize(("persona", "recordings"), [("only-tracks", 1), ("only-recordings", 0)])
async def test_what_can_be_deleted_is_deleted(simulate: Any, persona: str, recordings: int) -> None:
    async with simulate(persona=persona, recordings={"active": False}) as simulated:
        async with simulated.session(write=True) as session:
            assert (await session.change(purge(session))).reported == "accepted"
        camera = simulated.simulator.camera("cam")
        assert (camera.truth.footage, len(camera.state.configuration.recordings)) == (0, recordings)


@pytest.mark.parametrize("tracks", [True, False])
async def test_what_is_gone_already_is_no_failure_of_its_deletion(simulate: Any, tracks: bool) -> None:
    async with simulate(persona="deletes-then-complains", recordings={"active": False}) as simulated:
        simulated.simulator.camera("cam").state.dynamic_tracks = tracks
        async with simulated.session(write=True) as session:
            assert (await session.change(purge(session))).reported == "accepted"
        assert simulated.simulator.camera("cam").truth.footage == 0


# -- lists that break off


def _broken_off(monkeypatch: pytest.MonkeyPatch, operation: str, share: float) -> None:
    whole = dispatch.response_envelope

    def cut(inner: str) -> bytes:
        body = whole(inner)
        return body[: int(len(body) * share)] if f":{operation}Response" in inner else body

    monkeypatch.setattr(dispatch, "response_envelope", cut)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.8, 0.9, 0.97, 0.999])
async def test_a_list_of_recordings_that_breaks_off_is_no_shorter_list(
    simulate: Any, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    async with simulate(channels=3) as simulated, simulated.session() as session:
        _broken_off(monkeypatch, "GetRecordings", share)
        facts = await session.read()
        for name in ("footage.recordings", "recording.retention"):
            readings = [fact.reading for key, fact in facts.items() if key.name == name]
            assert [reading.why for reading in readings] == [Why.PROTOCOL] * 3
        stored = [fact.reading for key, fact in facts.items() if key.name == "stores"]
        assert [reading.value.complete for reading in stored] == [False]


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9, 0.999])
async def test_a_list_of_jobs_that_breaks_off_is_no_shorter_list(
    simulate: Any, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    async with simulate(channels=3) as simulated, simulated.session() as session:
        _broken_off(monkeypatch, "GetRecordingJobs", share)
        facts = await session.read()
        readings = [fact.reading for key, fact in facts.items() if key.name == "recording.jobs"]
        assert [reading.why for reading in readings] == [Why.PROTOCOL] * 6


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        # Nothing else could tell; the list of segments tells either way.
        (None, ([True], False)),
        (False, ([True], True)),
        (True, ([False], False)),
    ],
)
async def test_a_recording_of_one_moment_may_hold_what_is_shorter_than_the_clock_tells(
    simulate: Any, listed: bool | None, expected: tuple[list[bool], bool]
) -> None:
    setup = {"active": False, "export_seconds": None if listed is None else 0, "history_hours": 1 if listed else 0}
    async with simulate(persona="momentary", recordings=setup) as simulated, simulated.session() as session:
        found = items(await session.read(), "footage.recordings")
        assert ([recording.empty for recording in found.values], found.complete) == expected


async def test_what_may_hold_footage_of_a_held_moment_is_left(simulate: Any) -> None:
    held = "2026-11-21T00:00:00Z/2026-11-23T00:00:00Z"
    setup = {"active": False}
    async with simulate(persona="momentary", recordings=setup) as simulated, simulated.session(write=True) as session:
        change = purge(session)
        kept = Change(change.verb, "cam", "source-1", {**change.arguments, "held": held})
        assert (await session.change(kept)).reported == "already"
        assert (await session.change(change)).reported == "accepted"
