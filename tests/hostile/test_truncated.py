"""A reply that is cut off is no shorter reply: what it would have said is unknown, wherever the cut is."""

from __future__ import annotations

from typing import Any

import pytest
from hostile_camera.ordinary import REPLIES, ordinary, response
from hostile_camera.server import Camera, says

from vmsguard.model.vocabulary import Why

CUTS = range(1, 20)
FACTS = {"GetRecordings": "footage.recordings", "GetRecordingJobs": "recording.jobs"}


@pytest.mark.parametrize("operation", FACTS)
@pytest.mark.parametrize("twentieths", CUTS)
def test_a_list_cut_off_is_unknown_and_not_shorter(scene: Any, operation: str, twentieths: int) -> None:
    whole = response(operation, REPLIES[operation][1])
    cut = whole[: len(whole) * twentieths // 20]
    camera = scene.opened(Camera({operation: says(cut)}, ordinary))
    outcome = scene.meet(f"{camera.origin}/onvif/device_service")
    assert (None, 1) == (outcome.seen.why, camera.times(operation))
    assert {FACTS[operation]: {Why.PROTOCOL}} == outcome.unknown(FACTS[operation])
    assert [] == outcome.known(FACTS[operation])


@pytest.mark.parametrize("operation", FACTS)
def test_a_list_whose_connection_breaks_is_unknown(scene: Any, operation: str) -> None:
    whole = response(operation, REPLIES[operation][1])

    async def breaks(asked: Any, writer: Any) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(whole) + whole[: len(whole) // 2])
        await writer.drain()
        writer.transport.abort()

    camera = scene.opened(Camera({operation: breaks}, ordinary))
    outcome = scene.meet(f"{camera.origin}/onvif/device_service")
    # A read is asked once more when its connection was lost, and no oftener.
    assert 2 == camera.times(operation)
    assert {FACTS[operation]: {Why.UNREACHABLE}} == outcome.unknown(FACTS[operation])
