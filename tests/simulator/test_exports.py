"""Exports run by themselves, and what is deleted meanwhile is there until they end."""

from __future__ import annotations

import pytest

JOB = "<trc:JobToken>job-1</trc:JobToken>"
RECORDING = "<trc:RecordingToken>recording-1</trc:RecordingToken>"
OPERATION = "<trc:OperationToken>export-1</trc:OperationToken>"
EXPORTING = {"id": "cam", "recordings": {"active": False, "export_seconds": 60}}


async def told(caller) -> list[str]:
    return (await caller.ask("cam", "trc:GetRecordings")).texts(".//tt:RecordingToken")


async def test_a_deletion_waits_for_the_export(run, clock) -> None:
    async with run(EXPORTING) as caller:
        assert (await caller.ask("cam", "trc:DeleteRecording", RECORDING)).fault == ()
        seen = [(await told(caller), caller.simulator.camera("cam").truth.footage)]
        clock.forward(61)
        seen.append((await told(caller), caller.simulator.camera("cam").truth.footage))
        assert seen == [(["recording-1"], 1), ([], 0)]


@pytest.mark.parametrize("begun_by", ["ExportRecordedData", "ExportRecordedSegments"])
async def test_stopping_the_export_lets_the_deletion_happen(run, begun_by) -> None:
    async with run(EXPORTING) as caller:
        caller.simulator.camera("cam").state.exports[0].begun_by = begun_by
        for track in ("VIDEO001", "META001"):
            await caller.ask("cam", "trc:DeleteTrack", f"{RECORDING}<trc:TrackToken>{track}</trc:TrackToken>")
        assert caller.simulator.camera("cam").truth.footage == 1
        (other,) = {"ExportRecordedData", "ExportRecordedSegments"} - {begun_by}
        assert (await caller.ask("cam", f"trc:Stop{other}", OPERATION)).fault[0] == "Sender"
        assert caller.simulator.camera("cam").truth.exports == ("export-1",)
        await caller.ask("cam", f"trc:Stop{begun_by}", OPERATION)
        truth = caller.simulator.camera("cam").truth
        assert (truth.exports, truth.footage) == ((), 0)


async def test_progress_follows_the_clock(run, clock) -> None:
    async with run(EXPORTING) as caller:
        clock.forward(15)
        state = await caller.ask("cam", "trc:GetExportRecordedDataState", OPERATION)
        assert state.text("trc:Progress") == "0.250"
        clock.forward(50)
        assert (await caller.ask("cam", "trc:GetExportRecordedDataState", OPERATION)).fault[0] == "Sender"


async def test_segments_are_listed_as_far_as_there_is_data(run) -> None:
    asked = (
        "<trc:Time><tt:From>2026-11-22T00:30:00Z</tt:From><tt:Until>2026-11-22T02:00:00Z</tt:Until></trc:Time>"
        + RECORDING
    )
    async with run(EXPORTING) as caller:
        answer = await caller.ask("cam", "trc:ListRecordedSegments", asked)
        assert answer.texts(".//trc:StartTime") == ["2026-11-22T00:30:00.000Z", "2026-11-22T01:30:00.000Z"] * 2
        assert answer.text(".//trc:HasMoreResults") == "false"


async def test_a_camera_without_exports_says_so(run) -> None:
    async with run({"id": "cam"}) as caller:
        own = await caller.ask("cam", "trc:GetServiceCapabilities")
        assert own.entry[0].get("SupportedExportFileFormats") is None
        answer = await caller.ask("cam", "trc:GetExportRecordedDataState", OPERATION)
        assert answer.fault == ("Receiver", "ActionNotSupported", "NotImplemented")
