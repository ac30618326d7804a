from __future__ import annotations

from vmsguard_onvif.namespaces import MEDIA, MEDIA2
from vmsguard_onvif.replies.media import Profile
from vmsguard_onvif.replies.recording import Job, JobSource, Receiver, Recording
from vmsguard_onvif.topology import CameraTopology, RecorderTopology


def profile(token: str, source: str, analytics: str = "", service: str = MEDIA) -> Profile:
    return Profile(token, service, source, True, analytics, ())


def job(token: str, recording: str, *sources: JobSource) -> Job:
    return Job(token, recording, True, "continuous", sources)


TWO = CameraTopology.of(["visible", "thermal"], [profile("p1", "visible", "a1"), profile("p2", "thermal")])
R1, R2 = Recording("R1", "PT0S", ()), Recording("R2", "PT0S", ())


def test_both_media_services_list_one_profile_once() -> None:
    found = CameraTopology.of(["v"], [profile("p", "v"), profile("p", "v", service=MEDIA2)])
    assert [(entry.token, entry.service) for entry in found.of_channel("v")] == [("p", MEDIA)]


def test_sources_only_profiles_name_are_channels_too() -> None:
    assert CameraTopology.of([], [profile("p", "v")]).channels == ("v",)


def test_a_job_belongs_to_the_source_of_its_profile() -> None:
    mine = job("J", "R1", JobSource("profile", "p2"))
    assert TWO.jobs([mine]) == {"visible": [], "thermal": [mine]}


def test_a_job_nobody_can_attribute_belongs_to_every_channel() -> None:
    stray = job("J", "R1", JobSource("profile", "gone"))
    assert TWO.jobs([stray]) == {"visible": [stray], "thermal": [stray]}
    assert TWO.recordings([R1], [stray]) == {"visible": [R1], "thermal": [R1]}


def test_a_recording_follows_its_writers_or_else_the_source_it_names() -> None:
    named = Recording("R2", "PT0S", (), source_id="visible")
    assert TWO.recordings([R1, named], [job("J", "R1", JobSource("profile", "p2"))]) == {
        "visible": [named],
        "thermal": [R1],
    }


def test_a_configuration_in_no_profile_belongs_to_every_channel() -> None:
    assert TWO.analytics(["a1", "a2"]) == {"visible": ["a1", "a2"], "thermal": ["a2"]}


def test_a_recorder_has_a_channel_per_recording_and_per_idle_receiver() -> None:
    fed, idle = Receiver("rx1", "AlwaysConnect", "rtsp://a/1"), Receiver("rx2", "NeverConnect", "rtsp://b/1")
    found = RecorderTopology.of([R1, R2], [job("J", "R1", JobSource("receiver", "rx1"))], [fed, idle])
    assert found.channels == ("R1", "R2", "rx2")
    assert found.receiver_of == {"R1": fed, "rx2": idle}
    assert found.stored == {"R1", "R2"}


def test_one_receiver_may_feed_two_recordings() -> None:
    fed = Receiver("rx1", "AlwaysConnect", "rtsp://a/1")
    source = JobSource("receiver", "rx1")
    found = RecorderTopology.of([R1, R2], [job("J1", "R1", source), job("J2", "R2", source)], [fed])
    assert found.receiver_of == {"R1": fed, "R2": fed}
