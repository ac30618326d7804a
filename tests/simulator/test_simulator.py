"""A fleet as a whole: recorders that pull, state that persists, counts and digests that tests rely on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest

from vmsguard.errors import ConfigError, UsageError
from vmsguard.model.clock import SystemClock

IDLE = "<trc:JobToken>job-1</trc:JobToken><trc:Mode>Idle</trc:Mode>"
RTSP_OFF = (
    "<tds:NetworkProtocols><tt:Name>RTSP</tt:Name><tt:Enabled>false</tt:Enabled><tt:Port>554</tt:Port>"
    "</tds:NetworkProtocols>"
)
PULLED = {"id": "cam-{n}", "count": 2, "rtsp": True, "recorder": "nvr"}
TRACK = "<trc:RecordingToken>recording-1</trc:RecordingToken><trc:TrackToken>VIDEO001</trc:TrackToken>"


def segments(path: Path, recording: str) -> list[str]:
    return sorted(file.name for file in (path / recording).glob("*"))


async def grown(path: Path, recording: str, known: list[str]) -> bool:
    """True once there are more files than were known; False after two seconds."""
    for _ in range(40):
        if len(segments(path, recording)) > len(known):
            return True
        await asyncio.sleep(0.05)
    return False


async def test_a_recorder_tells_where_each_channel_comes_from(run) -> None:
    async with run(PULLED, recorders=({"id": "nvr"},)) as caller:
        ports = [caller.simulator.rtsp_port(f"cam-{number}") for number in (1, 2)]
        uris = [f"rtsp://127.0.0.1:{port}/profile-1" for port in ports]
        assert (await caller.ask("nvr", "trv:GetReceivers")).texts(".//tt:MediaUri") == uris
        assert (await caller.ask("nvr", "trc:GetRecordings")).texts(".//tt:Address") == uris


async def test_a_recorder_stops_growing_when_the_camera_stops_streaming(run, clock) -> None:
    async with run(PULLED, recorders=({"id": "nvr"},)) as caller:
        clock.forward(10)
        await caller.ask("cam-1", "tds:SetNetworkProtocols", RTSP_OFF)
        stopped = clock.now()
        clock.forward(10)
        ends = [footage.end for footage in footage_of(caller, "nvr")]
        assert ends == [stopped, clock.now()]
        state = await caller.ask("nvr", "trc:GetRecordingJobState", "<trc:JobToken>job-1</trc:JobToken>")
        assert set(state.texts(".//tt:State")) == {"Error"}


def footage_of(caller, device: str) -> list:
    caller.simulator.digest(device)
    return list(caller.simulator.camera(device).state.footage.values())


async def test_a_receiver_that_never_connects_idles_its_job(run) -> None:
    asked = "<trv:ReceiverToken>receiver-1</trv:ReceiverToken>"
    async with run(PULLED, recorders=({"id": "nvr"},)) as caller:
        assert (await caller.ask("nvr", "trv:GetReceiverState", asked)).text(".//tt:State") == "Connected"
        await caller.ask("nvr", "trv:SetReceiverMode", f"{asked}<trv:Mode>NeverConnect</trv:Mode>")
        assert (await caller.ask("nvr", "trv:GetReceiverState", asked)).text(".//tt:State") == "NotConnected"
        state = await caller.ask("nvr", "trc:GetRecordingJobState", "<trc:JobToken>job-1</trc:JobToken>")
        assert set(state.texts(".//tt:State")) == {"Idle"}


async def test_a_recorder_writes_files_only_of_what_it_records(run, tmp_path) -> None:
    recorder = {"id": "nvr", "storage_path": str(tmp_path)}
    async with run(PULLED, recorders=(recorder,), clock=SystemClock()) as caller:
        caller.clock = SystemClock()
        assert await grown(tmp_path, "recording-1", segments(tmp_path, "recording-1"))
        await caller.ask("nvr", "trc:SetRecordingJobMode", IDLE)
        still = segments(tmp_path, "recording-1")
        assert await grown(tmp_path, "recording-2", segments(tmp_path, "recording-2"))
        assert segments(tmp_path, "recording-1") == still


async def test_deleting_a_track_removes_its_files(run, tmp_path) -> None:
    recorder = {"id": "nvr", "storage_path": str(tmp_path)}
    async with run(PULLED, recorders=(recorder,)) as caller:
        assert len(segments(tmp_path, "recording-1")) >= 4
        await caller.ask("nvr", "trc:SetRecordingJobMode", IDLE)
        await caller.ask("nvr", "trc:DeleteTrack", TRACK)
        assert segments(tmp_path, "recording-1") == []
        assert len(segments(tmp_path, "recording-2")) >= 4
        assert caller.simulator.camera("nvr").truth.segments == len(segments(tmp_path, "recording-2"))


async def test_a_storage_path_that_cannot_be_written_is_an_error_at_the_start(run, tmp_path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(UsageError, match="nvr"):
        async with run(PULLED, recorders=({"id": "nvr", "storage_path": str(blocked)},)):
            pass


async def test_reads_leave_the_digest_and_growth_does_not_count(run, clock) -> None:
    async with run(PULLED, recorders=({"id": "nvr"},)) as caller:
        before = caller.simulator.digest()
        for operation in ("trc:GetRecordings", "trc:GetRecordingJobs", "tds:GetUsers", "tse:GetRecordingSummary"):
            await caller.ask("nvr", operation)
            clock.forward(60)
        assert (caller.simulator.digest(), caller.simulator.writes) == (before, 0)
        assert caller.simulator.requests("nvr") == 4


@pytest.mark.parametrize(("operation", "inner"), [("trc:SetRecordingJobMode", IDLE), ("trc:DeleteTrack", TRACK)])
async def test_writes_change_the_digest_and_count(run, operation, inner) -> None:
    async with run({"id": "cam"}, {"id": "other"}) as caller:
        before = caller.simulator.digest("cam"), caller.simulator.digest("other")
        await caller.ask("cam", operation, inner)
        assert caller.simulator.digest("cam") != before[0]
        assert caller.simulator.digest("other") == before[1]
        assert (caller.simulator.writes_of("cam"), caller.simulator.writes) == (1, 1)


async def test_a_refused_write_counts_as_received(run) -> None:
    async with run({"id": "cam"}) as caller:
        await caller.ask("cam", "trc:SetRecordingJobMode", IDLE, header="")
        assert (caller.simulator.writes_of("cam"), caller.simulator.camera("cam").truth.records) == (1, True)


async def test_the_same_seed_gives_the_same_devices(run) -> None:
    serials = []
    for seed in (1, 1, 2):
        async with run({"id": "cam"}, seed=seed) as caller:
            serials.append((await caller.ask("cam", "tds:GetDeviceInformation")).text("tds:SerialNumber"))
    assert serials[0] == serials[1] != serials[2]


async def test_a_restart_continues_on_the_same_ports_with_the_same_state(run, clock, tmp_path) -> None:
    state = tmp_path / "state.json"
    async with run({"id": "cam", "rtsp": True}, state_file=state) as caller:
        await caller.ask("cam", "trc:SetRecordingJobMode", IDLE)
        seen = caller.simulator.url("cam"), caller.simulator.rtsp_port("cam"), caller.simulator.digest()
    clock.forward(3600)
    async with run({"id": "cam", "rtsp": True}, state_file=state) as caller:
        again = caller.simulator.url("cam"), caller.simulator.rtsp_port("cam"), caller.simulator.digest()
        assert again == seen
        assert caller.simulator.camera("cam").truth.streams


async def test_the_state_of_another_fleet_is_refused_and_kept(run, tmp_path) -> None:
    state = tmp_path / "state.json"
    async with run({"id": "cam"}, state_file=state):
        pass
    saved = state.read_bytes()
    with pytest.raises(ConfigError, match="another fleet"):
        async with run({"id": "other"}, state_file=state):
            pass
    assert state.read_bytes() == saved


async def test_a_broken_state_file_is_refused(run, tmp_path) -> None:
    state = tmp_path / "state.json"
    state.write_text("{")
    with pytest.raises(ConfigError, match="no simulator state"):
        async with run({"id": "cam"}, state_file=state):
            pass


async def test_a_rebooting_device_is_away_for_its_time(run, clock) -> None:
    async with run({"id": "cam", "rtsp": True, "reboot_seconds": 5}) as caller:
        assert (await caller.ask("cam", "tds:SystemReboot")).status == 200
        assert not caller.simulator.camera("cam").truth.streams
        with pytest.raises(aiohttp.ClientError):
            await caller.ask("cam", "tds:GetSystemDateAndTime")
        clock.forward(5)
        assert (await caller.ask("cam", "tds:GetSystemDateAndTime")).status == 200
        assert caller.simulator.camera("cam").truth.streams


async def test_an_unknown_device_or_path_is_not_found(run) -> None:
    async with run({"id": "cam"}) as caller:
        url = caller.simulator.url("cam")
        for wrong in (url.replace("/cam/", "/nobody/"), url.replace("/onvif/", "/other/"), url + "/more"):
            async with caller.http.post(wrong, data=b"") as reply:
                assert reply.status == 404


async def test_two_thousand_cameras_start_in_seconds(run) -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    async with run({"id": "cam-{n:04}", "count": 2000}) as caller:
        assert loop.time() - started < 10
        assert (await caller.ask("cam-2000", "tds:GetDeviceInformation")).status == 200
