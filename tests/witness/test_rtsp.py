from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from vmsguard.model.vocabulary import Why
from vmsguard.witness.place import Place
from vmsguard.witness.rtsp import look_rtsp, meaning

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Start = Callable[..., Awaitable[Place]]

PATIENT, SOON = 60.0, 0.3
"""Seconds to wait for what answers, longer than any machine stands still, and for what never ends."""


@pytest.fixture
async def start(listen) -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        async def begin(serve: Serve, deadline: float = PATIENT) -> Place:
            return Place("127.0.0.1", await stack.enter_async_context(listen(serve)), deadline)

        yield begin


class Camera:
    """Answers each method with its status, and remembers what it was asked."""

    def __init__(self, **statuses: str) -> None:
        self.statuses = statuses
        self.asked: list[str] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            method, url, _ = head.decode().split(" ", 2)
            self.asked.append(f"{method} {url}")
            number = head.decode().partition("CSeq: ")[2].partition("\r")[0]
            writer.write(f"RTSP/1.0 {self.statuses.get(method, '200 OK')}\r\nCSeq: {number}\r\n\r\n".encode())


async def test_a_described_stream_is_seen_and_never_played(start: Start) -> None:
    camera = Camera()
    place = await start(camera)
    sighting = await look_rtsp(place, "/live?ch=1")
    assert (True, "rtsp 200") == (sighting.answered, sighting.detail)
    url = f"rtsp://127.0.0.1:{place.port}/live?ch=1"
    assert camera.asked == [f"OPTIONS {url}", f"DESCRIBE {url}"]


async def test_without_a_path_only_options_are_asked(start: Start) -> None:
    camera = Camera()
    sighting = await look_rtsp(await start(camera), "")
    assert (sighting.answered, len(camera.asked)) == (True, 1)


async def test_describe_decides_when_options_are_refused(start: Start) -> None:
    camera = Camera(OPTIONS="501 Not Implemented")
    assert (await look_rtsp(await start(camera), "live")).answered is True


@pytest.mark.parametrize("status", [404, 410, 454, 455, 501])
def test_definitive_refusals_are_no(status: int) -> None:
    assert meaning(status).answered is False


@pytest.mark.parametrize("status", [400, 401, 403, 407, 408, 451, 453, 461, 500, 502, 503, 504, 302, 100, 0])
def test_everything_else_proves_nothing(status: int) -> None:
    assert meaning(status).answered is None


async def test_a_login_proves_nothing_and_says_so(start: Start) -> None:
    sighting = await look_rtsp(await start(Camera(DESCRIBE="401 Unauthorized")), "live")
    assert (sighting.answered, sighting.why, sighting.detail) == (None, Why.AUTH, "rtsp 401")


async def test_a_closed_port_is_a_definitive_no(listen) -> None:
    async with listen(Camera()) as port:
        pass
    sighting = await look_rtsp(Place("127.0.0.1", port, PATIENT), "live")
    assert (sighting.answered, sighting.detail) == (False, "connection refused")


def says(answer: bytes, *, close: bool = True) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        if close:
            writer.close()

    return serve


async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"RTSP/1.0 200 OK\r\nX: ")
    while not writer.transport.is_closing():
        writer.write(b"x")
        await asyncio.sleep(0.01)


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


PROVES_NOTHING = {
    "silence": (silent, Why.UNREACHABLE),
    "a slow loris": (drips, Why.UNREACHABLE),
    "a hang-up": (says(b""), Why.UNREACHABLE),
    "half an answer": (says(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n"), Why.UNREACHABLE),
    "an endless head": (says(b"RTSP/1.0 200 OK\r\n" + b"X: y\r\n" * 20000), Why.PROTOCOL),
    "another protocol": (says(b"HTTP/1.0 404 Not Found\r\n\r\n" * 2), Why.PROTOCOL),
    "a body without an end": (says(b"RTSP/1.0 200 OK\r\nContent-Length: 999999999\r\n\r\n"), Why.PROTOCOL),
    "a body that poses as the next answer": (
        says(b"RTSP/1.0 200 OK\r\nContent-Length: 21\r\n\r\nRTSP/1.0 404 Gone\r\n\r\n"),
        Why.UNREACHABLE,
    ),
}


@pytest.mark.parametrize(("serve", "why"), PROVES_NOTHING.values(), ids=PROVES_NOTHING.keys())
async def test_a_broken_answer_proves_nothing_in_bounded_time(start: Start, serve: Serve, why: Why) -> None:
    place = await start(serve, SOON if serve in (silent, drips) else PATIENT)
    async with asyncio.timeout(PATIENT):
        sighting = await look_rtsp(place, "live")
    assert (sighting.answered, sighting.why) == (None, why)


@pytest.mark.parametrize("path", ["a b", "x\r\nPLAY rtsp://y", "\x00"])
async def test_a_path_cannot_carry_another_request(start: Start, path: str) -> None:
    camera = Camera()
    sighting = await look_rtsp(await start(camera), path)
    assert (sighting.answered, camera.asked) == (None, [])


@pytest.mark.parametrize(
    ("path", "status", "without_login"),
    [
        ("/live", "200 OK", True),
        ("/live", "401 Unauthorized", False),
        ("/live", "407 Proxy Authentication Required", False),
        ("/live", "403 Forbidden", None),
        ("/live", "404 Not Found", None),
        ("/live", "453 Not Enough Bandwidth", None),
        ("/live", "503 Service Unavailable", None),
        ("", "200 OK", None),
        ("/", "200 OK", True),
        ("/", "401 Unauthorized", None),
    ],
)
async def test_what_an_answer_says_of_who_may_see_the_stream(
    start: Start, path: str, status: str, without_login: bool | None
) -> None:
    """Who is asked for a login where no stream lies was not refused a stream."""
    sighting = await look_rtsp(await start(Camera(DESCRIBE=status)), path)
    assert without_login is sighting.without_login
