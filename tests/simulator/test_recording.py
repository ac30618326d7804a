"""Recordings grow with the clock while a job runs, and every lever on them does what its specification says."""

from __future__ import annotations

from datetime import timedelta

import pytest

JOB = "<trc:JobToken>job-1</trc:JobToken>"
RECORDING = "<trc:RecordingToken>recording-1</trc:RecordingToken>"
VIDEO = f"{RECORDING}<trc:TrackToken>VIDEO001</trc:TrackToken>"
META = f"{RECORDING}<trc:TrackToken>META001</trc:TrackToken>"
INFORMATION = "<tse:RecordingToken>recording-1</tse:RecordingToken>"


def configuration(retention: str) -> str:
    return (
        f"{RECORDING}<trc:RecordingConfiguration><tt:Source><tt:SourceId>urn:x</tt:SourceId><tt:Name>n</tt:Name>"
        "<tt:Location/><tt:Description/><tt:Address>urn:y</tt:Address></tt:Source><tt:Content>c</tt:Content>"
        f"<tt:MaximumRetentionTime>{retention}</tt:MaximumRetentionTime></trc:RecordingConfiguration>"
    )


async def latest(caller) -> list[str]:
    return (await caller.ask("cam", "tse:GetRecordingInformation", INFORMATION)).texts(".//tt:LatestRecording")


async def test_footage_grows_while_the_job_is_active(run, clock) -> None:
    async with run({"id": "cam"}) as caller:
        before = await latest(caller)
        clock.forward(10)
        assert (before, await latest(caller)) == (["2026-11-22T03:00:00.000Z"], ["2026-11-22T03:00:10.000Z"])


async def test_an_idle_job_stands_still_and_says_so(run, clock) -> None:
    async with run({"id": "cam"}) as caller:
        clock.forward(5)
        await caller.ask("cam", "trc:SetRecordingJobMode", f"{JOB}<trc:Mode>Idle</trc:Mode>")
        clock.forward(60)
        assert await latest(caller) == ["2026-11-22T03:00:05.000Z"]
        state = await caller.ask("cam", "trc:GetRecordingJobState", JOB)
        assert set(state.texts(".//tt:State")) == {"Idle"}
        assert (await caller.ask("cam", "trc:GetRecordingJobs")).text(".//tt:Mode") == "Idle"
        assert not caller.simulator.camera("cam").truth.records


async def test_the_next_job_takes_over_when_the_first_is_idled(run) -> None:
    async with run({"id": "cam", "recordings": {"jobs": 2}}) as caller:
        await caller.ask("cam", "trc:SetRecordingJobMode", f"{JOB}<trc:Mode>Idle</trc:Mode>")
        state = await caller.ask("cam", "trc:GetRecordingJobState", "<trc:JobToken>job-1-2</trc:JobToken>")
        assert set(state.texts(".//tt:State")) == {"Active"}
        assert caller.simulator.camera("cam").truth.records


async def test_a_deleted_job_is_gone_and_records_no_more(run) -> None:
    async with run({"id": "cam"}) as caller:
        await caller.ask("cam", "trc:DeleteRecordingJob", JOB)
        assert (await caller.ask("cam", "trc:GetRecordingJobs")).texts(".//tt:JobToken") == []
        assert not caller.simulator.camera("cam").truth.records


async def test_a_deleted_track_starts_again_while_the_job_runs(run, clock) -> None:
    async with run({"id": "cam"}) as caller:
        clock.forward(30)
        await caller.ask("cam", "trc:DeleteTrack", VIDEO)
        clock.forward(5)
        answer = await caller.ask("cam", "tse:GetRecordingInformation", INFORMATION)
        by_track = dict(zip(answer.texts(".//tt:TrackToken"), answer.texts(".//tt:DataFrom"), strict=True))
        assert by_track == {"META001": "2026-11-19T03:00:00.000Z", "VIDEO001": "2026-11-22T03:00:30.000Z"}


async def test_deleted_tracks_of_a_stopped_job_leave_nothing(run) -> None:
    async with run({"id": "cam"}) as caller:
        await caller.ask("cam", "trc:SetRecordingJobMode", f"{JOB}<trc:Mode>Idle</trc:Mode>")
        await caller.ask("cam", "trc:DeleteTrack", VIDEO)
        await caller.ask("cam", "trc:DeleteTrack", META)
        assert (await caller.ask("cam", "trc:GetRecordings")).texts(".//tt:TrackToken") == []
        assert await latest(caller) == []
        assert caller.simulator.camera("cam").truth.footage == 0


async def test_a_restarted_job_makes_its_tracks_anew(run, clock) -> None:
    async with run({"id": "cam"}) as caller:
        await caller.ask("cam", "trc:SetRecordingJobMode", f"{JOB}<trc:Mode>Idle</trc:Mode>")
        await caller.ask("cam", "trc:DeleteTrack", VIDEO)
        clock.forward(60)
        await caller.ask("cam", "trc:SetRecordingJobMode", f"{JOB}<trc:Mode>Active</trc:Mode>")
        answer = await caller.ask("cam", "tse:GetRecordingInformation", INFORMATION)
        assert "2026-11-22T03:01:00.000Z" in answer.texts(".//tt:DataFrom")


async def test_a_deleted_recording_takes_its_jobs_along(run) -> None:
    async with run({"id": "cam", "channels": 2}) as caller:
        await caller.ask("cam", "trc:DeleteRecording", RECORDING)
        assert (await caller.ask("cam", "trc:GetRecordings")).texts(".//tt:RecordingToken") == ["recording-2"]
        assert (await caller.ask("cam", "trc:GetRecordingJobs")).texts(".//tt:JobToken") == ["job-2"]


async def test_retention_deletes_what_is_older(run, clock) -> None:
    async with run({"id": "cam"}) as caller:
        await caller.ask("cam", "trc:SetRecordingConfiguration", configuration("PT1H"))
        assert caller.simulator.camera("cam").truth.footage_from == clock.now().replace(hour=2)
        answer = await caller.ask("cam", "trc:GetRecordingConfiguration", RECORDING)
        assert answer.text(".//tt:MaximumRetentionTime") == "PT1H"


async def test_a_target_is_taken_and_dropped_with_the_configuration(run) -> None:
    target = (
        "<tt:Target><tt:Storage>storage-1</tt:Storage><tt:Format>MP4</tt:Format><tt:Prefix>a/b</tt:Prefix>"
        "<tt:SegmentDuration>PT30S</tt:SegmentDuration><tt:StorageStrategy>{}</tt:StorageStrategy></tt:Target>"
    )
    end = "</trc:RecordingConfiguration>"
    async with run({"id": "cam", "storages": ["nfs://192.0.2.1/a"]}) as caller:
        asked = configuration("PT1H").replace(end, target.format("Both") + end)
        await caller.ask("cam", "trc:SetRecordingConfiguration", asked)
        answer = await caller.ask("cam", "trc:GetRecordings")
        assert [child.text for child in answer.entry.find(".//{*}Target")] == [
            "storage-1",
            "MP4",
            "a/b",
            "PT30S",
            "Both",
        ]
        wrong = configuration("PT1H").replace(end, target.format("Elsewhere") + end)
        refused = await caller.ask("cam", "trc:SetRecordingConfiguration", wrong)
        assert refused.fault == ("Sender", "InvalidArgVal", "BadConfiguration")
        await caller.ask("cam", "trc:SetRecordingConfiguration", configuration("PT1H"))
        assert (await caller.ask("cam", "trc:GetRecordings")).texts(".//tt:Target") == []


async def test_a_retention_of_zero_is_unlimited(run, clock) -> None:
    async with run({"id": "cam"}) as caller:
        await caller.ask("cam", "trc:SetRecordingConfiguration", configuration("PT0S"))
        clock.forward(86400 * 400)
        assert caller.simulator.camera("cam").truth.footage_from.year == 2026


async def test_all_footage_of_a_stopped_job_expires(run, clock) -> None:
    async with run({"id": "cam", "recordings": {"active": False, "retention_seconds": 60}}) as caller:
        clock.forward(61)
        assert caller.simulator.camera("cam").truth.footage == 0


async def test_the_summary_of_an_empty_device_counts_no_time(run) -> None:
    async with run({"id": "cam", "recordings": {"active": False, "history_hours": 0}}) as caller:
        answer = await caller.ask("cam", "tse:GetRecordingSummary")
        assert answer.text(".//tt:DataUntil") == "1970-01-01T00:00:00.000Z"


async def test_a_profile_without_video_source_stops_the_job(run) -> None:
    async with run({"id": "cam"}) as caller:
        await caller.ask("cam", "trt:RemoveVideoSourceConfiguration", "<trt:ProfileToken>profile-1</trt:ProfileToken>")
        state = await caller.ask("cam", "trc:GetRecordingJobState", JOB)
        assert set(state.texts(".//tt:State")) == {"Error"}


async def test_a_search_session_tells_the_recordings_page_by_page(run) -> None:
    async with run({"id": "cam", "channels": 3}) as caller:
        found = await caller.ask(
            "cam", "tse:FindRecordings", "<tse:Scope/><tse:KeepAliveTime>PT10S</tse:KeepAliveTime>"
        )
        token = f"<tse:SearchToken>{found.text('tse:SearchToken')}</tse:SearchToken>"
        pages = []
        for _ in range(2):
            page = await caller.ask(
                "cam", "tse:GetRecordingSearchResults", f"{token}<tse:MaxResults>2</tse:MaxResults>"
            )
            pages.append((page.text(".//tt:SearchState"), page.texts(".//tt:RecordingToken")))
        assert pages == [("Searching", ["recording-1", "recording-2"]), ("Completed", ["recording-3"])]
        await caller.ask("cam", "tse:EndSearch", token)
        assert (await caller.ask("cam", "tse:EndSearch", token)).fault == ("Sender", "InvalidArgVal", "InvalidToken")


@pytest.mark.parametrize(
    ("operation", "inner", "fault"),
    [
        ("trc:SetRecordingJobMode", "<trc:JobToken>x</trc:JobToken><trc:Mode>Idle</trc:Mode>", "NoRecordingJob"),
        ("trc:SetRecordingJobMode", f"{JOB}<trc:Mode>Sleep</trc:Mode>", "BadMode"),
        ("trc:DeleteRecordingJob", "<trc:JobToken>x</trc:JobToken>", "NoRecordingJob"),
        ("trc:DeleteRecording", "<trc:RecordingToken>x</trc:RecordingToken>", "NoRecording"),
        ("trc:DeleteTrack", f"{RECORDING}<trc:TrackToken>x</trc:TrackToken>", "NoTrack"),
        ("tse:GetRecordingInformation", "<tse:RecordingToken>x</tse:RecordingToken>", "NoRecording"),
    ],
)
async def test_a_token_that_names_nothing_is_a_fault(run, operation, inner, fault) -> None:
    async with run({"id": "cam"}) as caller:
        before = caller.simulator.digest("cam")
        answer = await caller.ask("cam", operation, inner)
        assert (answer.status, answer.fault) == (400, ("Sender", "InvalidArgVal", fault))
        assert caller.simulator.digest("cam") == before


@pytest.mark.parametrize("retention", ["1 day", "P1Y", "PT", "-PT1H"])
async def test_a_retention_that_is_no_fixed_time_is_refused(run, retention) -> None:
    async with run({"id": "cam"}) as caller:
        answer = await caller.ask("cam", "trc:SetRecordingConfiguration", configuration(retention))
        assert answer.fault == ("Sender", "InvalidArgs")


async def test_a_read_of_something_else_leaves_footage_alone(run, clock) -> None:
    async with run({"id": "cam"}) as caller:
        footage = caller.simulator.camera("cam").state.footage
        clock.forward(10)
        await caller.ask("cam", "trc:GetRecordingJobState", JOB)
        assert {clock.now() - timedelta(seconds=10)} == {track.end for track in footage.values()}
        await caller.ask("cam", "tse:GetRecordingSummary")
        assert {clock.now()} == {track.end for track in footage.values()}


async def test_footage_begins_when_the_device_starts(run, clock) -> None:
    async with run({"id": "cam", "recordings": {"history_hours": 0}}) as caller:
        start = clock.now()
        clock.forward(60)
        assert caller.simulator.camera("cam").truth.footage_from == start


async def test_what_was_recorded_until_a_restart_is_kept(run, clock) -> None:
    async with run({"id": "cam"}) as caller:
        clock.forward(10)
        caller.simulator.reboot("cam")
        ends = {track.end for track in caller.simulator.camera("cam").state.footage.values()}
        assert {clock.now()} == ends
