"""What records is the same whether it is asked for one recording or for all, and is cheap for one among many."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmsguard.simulator.device_state import Device, Job, Profile, Receiver
from vmsguard.simulator.fleet_build import build_devices
from vmsguard.simulator.fleet_file import Fleet
from vmsguard.simulator.footage import advance, advance_recording
from vmsguard.simulator.job_state import recording_runs, running_recordings

NOW = datetime(2026, 11, 22, 3, 0, 0, tzinfo=UTC)
ANSWERING = "rtsp://127.0.0.1:9000/profile-1"


class CountingWorld:
    """Surroundings in which one address answers, and every look at an address is counted."""

    def __init__(self) -> None:
        self.moment = NOW
        self.looks = 0

    def now(self) -> datetime:
        return self.moment

    def answers(self, media_uri: str) -> bool:
        self.looks += 1
        return media_uri == ANSWERING

    def announce(self, *told: object) -> None:
        """Nobody listens."""


def recorder(channels: int) -> Device:
    fleet = {
        "groups": [{"id": "cam-{n}", "count": channels, "recorder": "nvr"}],
        "recorders": [{"id": "nvr"}],
    }
    ports = iter(range(20000, 30000))
    device = build_devices(Fleet.from_value(fleet), NOW, 1, lambda: next(ports), 80)["nvr"]
    for receiver in device.configuration.receivers:
        receiver.media_uri = ANSWERING
    return device


NUMBERS = st.sampled_from(["1", "2", "3"])
JOBS = st.builds(
    lambda recording, mode, source, from_receiver, priority: Job(
        "job", f"recording-{recording}", mode, source, from_receiver, priority
    ),
    NUMBERS,
    st.sampled_from(["Active", "Idle"]),
    NUMBERS,
    st.booleans(),
    st.integers(0, 2),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(JOBS, max_size=8), st.booleans(), st.sampled_from(["AlwaysConnect", "NeverConnect"]))
def test_all_at_once_agrees_with_one_by_one(jobs, complete, mode) -> None:
    device, world = recorder(3), CountingWorld()
    device.configuration.jobs = jobs
    device.configuration.profiles = [
        Profile("1", "1", video_source="source", video_encoder="encoder" if complete else ""),
        Profile("2", "2", video_source="source", video_encoder="encoder"),
    ]
    device.configuration.receivers = [Receiver("1", ANSWERING, mode), Receiver("2", "rtsp://127.0.0.1:1/gone")]
    expected = {job.recording for job in jobs if recording_runs(device, job.recording, world)}
    assert expected == running_recordings(device, world)


@pytest.mark.parametrize("retention", [0, 3600])
def test_a_recording_advanced_alone_is_as_it_is_advanced_with_all(retention) -> None:
    world, device = CountingWorld(), recorder(3)
    for recording in device.configuration.recordings:
        recording.retention_seconds = retention
        recording.tracks.clear()
    alone = copy.deepcopy(device)
    world.moment += timedelta(hours=2)
    advance(device, world)
    for recording in alone.configuration.recordings:
        advance_recording(alone, recording, world)
    assert (device.configuration, device.footage) == (alone.configuration, alone.footage)


@pytest.mark.parametrize("channels", [5, 50])
def test_all_recordings_look_at_each_camera_once(channels) -> None:
    world, device = CountingWorld(), recorder(channels)
    advance(device, world)
    assert channels == world.looks


@pytest.mark.parametrize("channels", [5, 50])
def test_one_recording_looks_at_one_camera(channels) -> None:
    world, device = CountingWorld(), recorder(channels)
    advance_recording(device, device.configuration.recordings[-1], world)
    assert world.looks == 1
