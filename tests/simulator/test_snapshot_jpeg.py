"""The snapshot is a picture: its segments are whole and in the order that a baseline JPEG has."""

from __future__ import annotations

from vmsguard.simulator.snapshot_jpeg import GREY


def test_the_segments_are_those_of_a_baseline_jpeg() -> None:
    markers, place = [], 2
    while GREY[place] == 0xFF and GREY[place + 1] != 0xDA:
        markers.append(GREY[place + 1])
        place += 2 + int.from_bytes(GREY[place + 2 : place + 4], "big")
    assert markers == [0xE0, 0xDB, 0xC0, 0xC4, 0xC4]
    assert (GREY[:2], GREY[-2:]) == (b"\xff\xd8", b"\xff\xd9")
