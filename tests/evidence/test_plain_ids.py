"""Ids that devices choose: technical ones are written, and whatever could name a person is a pseudonym."""

from __future__ import annotations

import hmac
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.evidence.plain_ids import plain_argument, plain_change, plain_id, plain_place


def pseudonym(text: str) -> str:
    return f"hmac-sha256:{hmac.digest(b'key', text.encode('utf-8', 'surrogatepass'), 'sha256').hex()[:32]}"


@pytest.mark.parametrize(
    "told",
    [
        "*",
        "",
        "0",
        "3",
        "000",
        "ch-2",
        "VideoSource_1",
        "VideoSourceToken",
        "VideoSourceConfigurationToken0",
        "source-config-1",
        "Profile_000",
        "MainStream",
        "profile_1_h264",
        "0_c22_s1",
        "RecordingJob_0",
        "recording-1",
        "RecordJobToken01",
        "LineDetector-2",
        "rule:analytics-1/FaceRecognition-1",
        "module:VideoAnalyticsToken/CellMotionEngine",
        "rtsp",
        "multicast:metadata-1",
        "storage-1",
        "footage",
    ],
)
def test_technical_ids_stay(told: str) -> None:
    assert told == plain_id(told, pseudonym)


@pytest.mark.parametrize(
    "told",
    [
        "Kim",
        "FindKimMinsu",
        "camera of Kim",
        "Minsu-camera-1",
        "12가3456",
        "12-3456",
        "BMW 1234",
        "88213",
        "face-10482",
        "010-1234-5678",
        "김민수",
        "2026-11-22",
        "192.168.0.10",
        "5f0c2d3e-7a1b-4c55-9f0e-0a1b2c3d4e5f",
        "admin:secret",
        "source-1\n",
        "source-1\x00",
        "video" * 20,
        "hmac-sha256:" + "0" * 31 + "g",
    ],
)
def test_what_could_name_a_person_is_a_pseudonym(told: str) -> None:
    assert pseudonym(told) == plain_id(told, pseudonym)


def test_a_place_keeps_the_operators_own_id() -> None:
    hidden = pseudonym("Lobby of Kim")
    assert "t-kim-1" == plain_place("t-kim-1", pseudonym)
    assert "t-kim-1/source-1" == plain_place("t-kim-1/source-1", pseudonym)
    assert f"t-kim-1/{hidden}" == plain_place("t-kim-1/Lobby of Kim", pseudonym)
    assert pseudonym("Kim/1") == plain_place("Kim/1", pseudonym)


def test_a_change_keeps_what_is_ours_and_hides_what_the_device_chose() -> None:
    kim, both = pseudonym("Kim"), pseudonym("job=a,b=c,Kim")
    cases = {
        "t-1/1:recording.stop(job=job-1)": "t-1/1:recording.stop(job=job-1)",
        "t-1/*:footage.purge(recordings=)": "t-1/*:footage.purge(recordings=)",
        "t-1/1:retention.set(seconds=86400,store=footage)": "t-1/1:retention.set(seconds=86400,store=footage)",
        "t-1/Kim:recording.stop(job=job-1)": f"t-1/{kim}:recording.stop(job=job-1)",
        "t-1/1:recording.stop(job=Kim)": f"t-1/1:recording.stop(job={kim})",
        "t-1/1:recording.stop(job=a,b=c,Kim)": f"t-1/1:recording.stop({both})",
        "t-1/a:b(c):recording.stop(job=Kim)": f"t-1/a:b(c):recording.stop(job={kim})",
        "Kim": kim,
    }
    assert cases == {change: plain_change(change, pseudonym) for change in cases}


def test_numbers_of_ours_have_as_many_digits_as_they_need() -> None:
    assert "86400" == plain_argument("seconds", "86400", pseudonym)
    assert pseudonym("86400") == plain_argument("job", "86400", pseudonym)


ANYTHING = st.text() | st.from_regex(r"[A-Za-z0-9_.:/ ()=,*-]{0,80}", fullmatch=True)


@given(ANYTHING)
def test_what_was_made_plain_stays_as_it_is(told: str) -> None:
    # An intent that a crash left open is closed under the id that was read from the log.
    for plain in (plain_id, plain_place, plain_change):
        once = plain(told, pseudonym)
        assert once == plain(once, pseudonym)


@given(ANYTHING, ANYTHING)
def test_different_changes_stay_different(one: str, other: str) -> None:
    assert (one == other) == (plain_change(one, pseudonym) == plain_change(other, pseudonym))


@pytest.mark.parametrize("part", ["line", "login", "1", "in", "on", "a", "hdd", "-", "a1", "plates"])
def test_no_id_makes_the_look_slow(part: str) -> None:
    begun = time.process_time()
    for length in range(50, 65):
        plain_id((part * 64)[: length - 1] + "!", pseudonym)
    assert time.process_time() - begun < 1
