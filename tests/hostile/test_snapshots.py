"""What may lie behind a camera's snapshot address: a look at it reads headers, follows nothing and ends in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hostile_camera.http_tricks import CHUNKED, OK, SPACE, cut_body, drip, writes
from hostile_camera.login_tricks import challenges
from hostile_camera.ordinary import ordinary
from hostile_camera.server import Camera, Trick, says

from vmsguard.model.vocabulary import Why

PATH = "/onvif/device_service"
SECONDS, MEBIBYTES = 8.0, 32.0
PICTURE = OK + b"Content-Type: image/jpeg\r\n"

CASES: Mapping[str, tuple[Trick, bool | None, Why]] = {
    "a picture of two types": (says(b"", "200 OK", "Content-Type: image/jpeg"), None, Why.PROTOCOL),
    "a picture without end": (writes(PICTURE + b"\r\n", SPACE, times=1 << 14), True, Why.NOT_READ),
    "a picture of a petabyte": (
        writes(PICTURE + b"Content-Length: 999999999999999\r\n\r\n", SPACE, times=1 << 14),
        True,
        Why.NOT_READ,
    ),
    "a picture that drips": (drip(PICTURE + b"Content-Length: 9999\r\n\r\n"), True, Why.NOT_READ),
    "a packed picture": (writes(PICTURE + b"Content-Encoding: gzip\r\n\r\n", SPACE), True, Why.NOT_READ),
    "headers that drip": (drip(PICTURE + b"X-A: ", b"x"), None, Why.UNREACHABLE),
    "headers without end": (writes(PICTURE, b"X-A: 1\r\n" * 8192, times=1 << 10), None, Why.PROTOCOL),
    "interim replies without end": (
        writes(b"HTTP/1.1 100 Continue\r\n\r\n" * 2048, times=1 << 12),
        None,
        Why.UNREACHABLE,
    ),
    "a type of 8,000 characters": (
        writes(OK + b"Content-Type: image/" + b"x" * 8000 + b"\r\n\r\n"),
        True,
        Why.NOT_READ,
    ),
    "a type that is none": (writes(OK + b"Content-Type: \xff\xfeimage/jpeg\r\n\r\n"), None, Why.PROTOCOL),
    "a login page": (says(b"<html>", "200 OK", "Content-Type: text/html"), None, Why.PROTOCOL),
    "a redirect": (says(b"", "302 Found", "Location: http://127.0.0.1:{lure}/x.jpg"), None, Why.PROTOCOL),
    "a redirect to a file": (says(b"", "301 Moved", "Location: file:///etc/passwd"), None, Why.PROTOCOL),
    "a refresh": (
        says(b"", "404 Not Found", "Refresh: 0; url=http://127.0.0.1:{lure}/", "Link: <http://127.0.0.1:{lure}/>"),
        False,
        Why.NOT_READ,
    ),
    "a challenge each time": (challenges('Digest realm="r", nonce="n{n}", qop="auth"'), None, Why.AUTH),
    "Basic": (challenges('Basic realm="r"'), None, Why.AUTH),
    "Basic and a digest of its own": (
        challenges('Basic realm="r", Digest realm="r", nonce="n", algorithm=PLAIN'),
        None,
        Why.AUTH,
    ),
    "never answers": (writes(b"", pause=60.0), None, Why.UNREACHABLE),
    "resets": (cut_body(0.0), None, Why.PROTOCOL),
    "chunks of nothing": (writes(CHUNKED, b"0;" + b"x" * 65536, times=1 << 10), None, Why.PROTOCOL),
}


@pytest.mark.parametrize("name", CASES)
def test_the_look_is_bounded_and_proves_no_more_than_it_saw(scene: Any, name: str) -> None:
    trick, answered, why = CASES[name]

    async def lured(asked: Any, writer: Any) -> None:
        write = writer.write
        writer.write = lambda data: write(bytes(data).replace(b"{lure}", str(scene.lure.port).encode()))
        await trick(asked, writer)

    camera = scene.opened(Camera({"": lured}, ordinary))
    outcome = scene.meet(f"{camera.origin}{PATH}")
    looks = [
        look.sighting for look in outcome.judged.seen.looked if (look.target, look.point.kind) == ("t-hostile", "http")
    ]
    assert [(answered, why)] == [(sighting.answered, sighting.why) for sighting in looks], looks
    assert (True, True) == (SECONDS > outcome.seconds, MEBIBYTES > outcome.mebibytes)
    assert (0, [], scene.ordinary_verdicts) == (scene.lure.connections, scene.sent_in_clear(), outcome.honest)
    pictures = [asked for asked in camera.asked if asked.path == "/snap.jpg"]
    # One digest at most, and a picture is asked for again only where the connection was lost.
    assert (True, True) == (1 <= len(pictures) <= 2, 1 >= sum("authorization" in asked.headers for asked in pictures))
