from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from vmsguard.model.clock import SystemClock
from vmsguard.model.inventory import Limits, Target
from vmsguard.model.manifest import WitnessPoint
from vmsguard.model.vocabulary import Role, Why
from vmsguard.net.login import Login
from vmsguard.witness import Sighting, look

LOGIN = Login("secret://test", "admin", "s3cret-Pa55")


PATIENT, SOON = 60.0, 0.3
"""Seconds to wait for what answers, longer than any machine stands still, and for what is silent."""


def target(port: int, deadline: float = PATIENT, **options: str) -> Target:
    return Target(
        id="t-1",
        site="s",
        role=Role.DEVICE,
        driver="d",
        url=f"http://127.0.0.1:{port}/onvif",
        limits=Limits(deadline_seconds=deadline),
        options=options,
    )


class Answers:
    """Says the same to everybody, and remembers what it was asked."""

    def __init__(self, answer: bytes = b"") -> None:
        self.answer = answer
        self.asked: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answer)
        await writer.drain()


Snapshot = Callable[..., Awaitable[tuple[Sighting, list[bytes]]]]


@pytest.fixture
def snapshot(listen) -> Snapshot:
    async def ask(
        answer: bytes, *, login: Login | None = None, deadline: float = PATIENT
    ) -> tuple[Sighting, list[bytes]]:
        server = Answers(answer)
        async with listen(server) as port:
            point = WitnessPoint(kind="http", proves="snapshot.answers", path="/snap.jpg?ch=1")
            return await look(point, target(port, deadline), clock=SystemClock(), login=login), server.asked

    return ask


async def test_a_picture_is_seen_by_its_headers_alone(snapshot) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 1000000000\r\n\r\n\xff\xd8"
    sighting, asked = await snapshot(head)
    assert (sighting.answered, sighting.detail, len(asked)) == (True, "http 200", 1)
    assert asked[0].startswith(b"GET /snap.jpg?ch=1 HTTP/1.1\r\n")


def empty(status: str, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", "Content-Length: 0", *headers, "", ""]).encode()


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "501 No"])
async def test_not_here_is_a_definitive_no(snapshot, status: str) -> None:
    assert (await snapshot(empty(status)))[0].answered is False


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (empty("401 No"), Why.AUTH),
        (empty("403 No"), Why.AUTH),
        (empty("500 Oh"), Why.FAULT),
        (empty("503 Busy"), Why.FAULT),
        (empty("200 OK", "Content-Type: text/html"), Why.PROTOCOL),
        (empty("200 OK"), Why.PROTOCOL),
        (empty("302 Found", "Location: /login"), Why.PROTOCOL),
        (b"SSH-2.0\r\n\r\n", Why.PROTOCOL),
        (b"", Why.UNREACHABLE),
    ],
    ids=["401", "403", "500", "503", "a page", "no type", "redirect", "not http", "silence"],
)
async def test_anything_else_proves_nothing(snapshot, answer: bytes, why: Why) -> None:
    sighting, _ = await snapshot(answer, deadline=PATIENT if answer else SOON)
    assert (sighting.answered, sighting.why) == (None, why)


async def test_a_login_is_not_given_to_a_basic_challenge(snapshot) -> None:
    sighting, asked = await snapshot(empty("401 No", 'WWW-Authenticate: Basic realm="x"'), login=LOGIN)
    assert (sighting.answered, len(asked), b"Authorization" in asked[0]) == (None, 1, False)


@pytest.mark.parametrize("kind", ["tcp", "rtsp", "http"])
async def test_a_closed_port_is_a_definitive_no(listen, kind: str) -> None:
    async with listen(Answers()) as port:
        pass
    point = WitnessPoint(kind=kind, proves="stream.answers", path="/x")
    sighting = await look(point, target(port), clock=SystemClock())
    assert (sighting.answered, sighting.detail) == (False, "connection refused")


async def test_an_open_port_is_seen_on_a_port_of_its_own(listen) -> None:
    async with listen(Answers()) as port:
        point = WitnessPoint(kind="tcp", proves="stream.answers", host="127.0.0.1", port=port)
        assert (await look(point, target(1), clock=SystemClock())).answered is True


@pytest.mark.parametrize("kind", ["tcp", "rtsp", "http"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "evil.example"])
async def test_another_host_is_never_gone_to(listen, kind: str, host: str) -> None:
    server = Answers(empty("200 OK", "Content-Type: image/png"))
    async with listen(server) as port:
        point = WitnessPoint(kind=kind, proves="stream.answers", host=host, port=port, path="/x")
        sighting = await look(point, target(port), clock=SystemClock())
    assert (sighting.answered, server.asked) == (None, [])


async def test_a_snapshot_is_asked_of_the_enrolled_port_alone(listen) -> None:
    server = Answers(empty("200 OK", "Content-Type: image/png"))
    async with listen(server) as port:
        point = WitnessPoint(kind="http", proves="snapshot.answers", port=port, path="/x")
        sighting = await look(point, target(1), clock=SystemClock())
    assert (sighting.answered, server.asked) == (None, [])


async def test_files_are_looked_at_below_the_storage_path(tmp_path) -> None:
    (tmp_path / "3").mkdir()
    (tmp_path / "3" / "a").write_bytes(b"x")
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    point = WitnessPoint(kind="file", proves="footage.grows", path="3", interval_seconds=7)
    enrolled = target(1, storage_path=str(tmp_path))
    sighting = await look(point, enrolled, clock=SystemClock(), sleep=sleep)
    assert (sighting.answered, sighting.files, slept) == (False, 1, [7])


@pytest.mark.parametrize("kind", ["fact", "icmp"])
async def test_a_kind_that_is_no_look_proves_nothing(kind: str) -> None:
    point = WitnessPoint(kind=kind, proves="stream.answers")
    assert (await look(point, target(1), clock=SystemClock())).answered is None


async def test_a_target_that_cannot_be_spoken_to_is_not_looked_at() -> None:
    broken = msgspec.structs.replace(target(1), url="http://u:p@127.0.0.1/")
    point = WitnessPoint(kind="http", proves="snapshot.answers")
    assert (await look(point, broken, clock=SystemClock())).answered is None
