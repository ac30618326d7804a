"""What may lie behind a camera's RTSP port: a look at it ends in time, holds little and proves no more than it saw."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Mapping
from typing import Any

import pytest
from hostile_camera.ordinary import ordinary
from hostile_camera.server import Camera, RawServer

from vmsguard.model.vocabulary import Why

PATH = "/onvif/device_service"
OK = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n"
MEGABYTE = b"x" * 1_000_000
HELD = 60.0
"""Seconds that the connection stays: one closed over what was not read is reset, and may take the answer along."""


def sends(*chunks: bytes, times: int = 1, pause: float = 0.0) -> Any:
    """The chunks at once, without waiting to be asked; the last of them that often."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        *first, last = chunks
        for chunk in itertools.chain(first, itertools.repeat(last, times)):
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(pause)

    return serve


def answers(reply: bytes) -> Any:
    """The same to every request."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(reply)
            await writer.drain()

    return serve


CASES: Mapping[str, tuple[Any, Why]] = {
    "a header without end": (sends(OK + b"X-A: ", b"x", times=10_000, pause=0.2), Why.UNREACHABLE),
    "a header of 10 MB": (sends(OK + b"X-A: ", MEGABYTE, times=10), Why.PROTOCOL),
    "headers without end": (sends(OK, b"X-A: 1\r\n", times=1_000_000), Why.PROTOCOL),
    "never answers": (sends(b"", pause=60.0), Why.UNREACHABLE),
    "closes at once": (sends(b""), Why.UNREACHABLE),
    "interleaved frames": (sends(b"$\x00\x05\xb4" + bytes(1460), times=100_000), Why.PROTOCOL),
    "interleaved frames before the answer": (
        sends(b"$\x00\x00\x04abcd" + OK + b"\r\n", OK + b"\r\n", pause=HELD),
        Why.PROTOCOL,
    ),
    "HTTP": (sends(b"HTTP/1.1 200 OK\r\n\r\n" * 2, pause=HELD), Why.PROTOCOL),
    "a body of 10 MB": (sends(OK + b"Content-Length: 10000000\r\n\r\n", MEGABYTE, times=10), Why.PROTOCOL),
    "a length of 5,000 digits": (sends(OK + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n"), Why.UNREACHABLE),
    "a status of 5,000 digits": (sends(b"RTSP/1.0 " + b"2" * 5_000 + b"\r\n\r\n", pause=HELD), Why.PROTOCOL),
    "interim replies without end": (
        sends(b"RTSP/1.0 100 Continue\r\nCSeq: 1\r\n\r\n" * 1_000, times=1_000),
        Why.PROTOCOL,
    ),
    "an answer before the question": (
        sends(OK + b"\r\nRTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n", pause=HELD),
        Why.PROTOCOL,
    ),
    "an answer from the future": (
        sends(OK + b"\r\nRTSP/1.0 404 Not Found\r\nCSeq: 999999999\r\n\r\n", pause=HELD),
        Why.PROTOCOL,
    ),
    "a redirect": (answers(b"RTSP/1.0 302 Moved\r\nLocation: rtsp://127.0.0.2:554/\r\n\r\n"), Why.FAULT),
    "Basic": (answers(b'RTSP/1.0 401 No\r\nWWW-Authenticate: Basic realm="r"\r\n\r\n'), Why.AUTH),
    "a digest of an algorithm nobody has": (
        answers(b'RTSP/1.0 401 No\r\nWWW-Authenticate: Digest realm="r", nonce="n", algorithm=PLAIN\r\n\r\n'),
        Why.AUTH,
    ),
    "a nonce of 15,000 characters": (
        answers(b'RTSP/1.0 401 No\r\nWWW-Authenticate: Digest realm="r", nonce="' + b"n" * 15_000 + b'"\r\n\r\n'),
        Why.AUTH,
    ),
    "a status that is not said": (answers(b"RTSP/1.0  OK\r\n\r\n"), Why.PROTOCOL),
    "a challenge of one long word": (
        answers(b"RTSP/1.0 401 No\r\nWWW-Authenticate: Digest " + b"a" * 16_000 + b"\r\n\r\n"),
        Why.AUTH,
    ),
    "a challenge that would write a header": (
        answers(b'RTSP/1.0 401 No\r\nWWW-Authenticate: Digest realm="a\nX: y", nonce="b\rc", opaque="\xff"\r\n\r\n'),
        Why.AUTH,
    ),
    "a challenge after each answer": (
        answers(b'RTSP/1.0 401 No\r\nWWW-Authenticate: Digest realm="r", nonce="n"\r\n\r\n'),
        Why.AUTH,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_look_is_bounded_and_proves_nothing(scene: Any, name: str) -> None:
    serve, why = CASES[name]
    server = scene.opened(RawServer(serve=serve))
    camera = scene.opened(Camera({}, ordinary))
    camera.rtsp = server.port
    outcome = scene.meet(f"{camera.origin}{PATH}", options={"rtsp_port": str(server.port)})
    looks = [look.sighting for look in outcome.judged.seen.looked if look.target == "t-hostile"]
    rtsp = [sighting for sighting in looks if sighting.detail != "connected"]
    assert server.connections >= 1
    assert {(None, why)} == {(sighting.answered, sighting.why) for sighting in rtsp if "http" not in sighting.detail}
    assert (True, True) == (outcome.seconds < 10.0, outcome.mebibytes < 32)
    assert scene.ordinary_verdicts == outcome.honest
    assert [] == scene.sent_in_clear()
    # One login at most, and never a line that the challenge wrote.
    assert (True, False) == (server.received.count(b"Authorization:") <= 1, b"\nX: y" in server.received)


def test_a_long_word_in_a_challenge_costs_no_square() -> None:
    from vmsguard.witness.rtsp_login import challenge_of

    begun = time.process_time()
    assert None is challenge_of("RTSP/1.0 401 No\r\nWWW-Authenticate: Digest " + "a" * 200_000 + "\r\n\r\n")
    assert 0.5 > time.process_time() - begun


SDP = b"v=0\r\no=- 0 0 IN IP4 127.0.0.2\r\nc=IN IP4 127.0.0.2\r\na=control:rtsp://127.0.0.2:{lure}/x\r\n"


@pytest.mark.parametrize(
    "described",
    [
        b"Content-Base: rtsp://127.0.0.1:{lure}/\r\nContent-Length: 9\r\n\r\n" + SDP,
        b"Content-Length: 90000000\r\n\r\n" + SDP + MEGABYTE * 4,
        b"Content-Length: 5\r\nSession: ../../x\r\nLocation: rtsp://127.0.0.1:{lure}/\r\n\r\n" + SDP,
        b"Content-Type: application/sdp\r\n\r\n" + b"a=" * 1_000_000,
    ],
    ids=["another base", "90 MB", "another place", "no length"],
)
def test_a_description_counts_by_its_status_and_is_not_read(scene: Any, described: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK + b"\r\n")
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"RTSP/1.0 200 OK\r\nCSeq: 2\r\n" + described.replace(b"{lure}", str(scene.lure.port).encode()))
        await writer.drain()

    server = scene.opened(RawServer(serve=serve))
    camera = scene.opened(Camera({}, ordinary))
    camera.rtsp = server.port
    outcome = scene.meet(f"{camera.origin}{PATH}", options={"rtsp_port": str(server.port)})
    looks = [look for look in outcome.judged.seen.looked if look.target == "t-hostile" and look.point.kind == "rtsp"]
    assert [(True, "rtsp 200", True)] == [
        (look.sighting.answered, look.sighting.detail, look.sighting.without_login) for look in looks
    ]
    assert (0, True, True) == (scene.lure.connections, outcome.seconds < 6.0, outcome.mebibytes < 48)
    assert [] == [method for method in (b"SETUP", b"PLAY") if method in server.received]
    assert scene.ordinary_verdicts == outcome.honest
