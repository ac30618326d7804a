"""The witness on HTTP: what the protocol says over the wire, and that nobody can wear it out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from vmsguard.errors import EvidenceError, UsageError
from vmsguard.evidence.anchor.add_checkpoint import MAX_BODY
from vmsguard.evidence.anchor.witness_server import Limits, is_loopback, parse_listen, serving
from vmsguard.evidence.anchor.witness_state import origin_hash

Serve = Callable[..., Awaitable[str]]
Site = Any
Start = Callable[..., Any]


async def ask(method: str, url: str, body: bytes | None = None) -> tuple[int, str, bytes]:
    async with aiohttp.ClientSession() as session, session.request(method, url, data=body) as response:
        return response.status, response.headers.get("Content-Type", ""), await response.read()


async def test_each_answer_goes_over_the_wire_as_it_is(open_witness: Start, site: Site, serve_witness: Serve) -> None:
    witness, _ = open_witness()
    url = await serve_witness(witness)
    add = f"{url}/add-checkpoint"

    first = await ask("POST", add, site.request(0, 5))
    conflict = await ask("POST", add, site.request(0, 9))
    wrong = await ask("POST", add, site.fork(2).request(5, 9))
    shown = await ask("GET", f"{url}/{origin_hash(site.key.name)}/checkpoint")

    assert (200, "text/plain; charset=utf-8") == first[:2]
    assert first[2].startswith("\N{EM DASH} example.org/witness ".encode())
    assert (409, "text/x.tlog.size", b"5\n") == conflict
    assert 422 == wrong[0]
    assert shown[2].endswith(first[2])
    assert 404 == (await ask("GET", f"{url}/{origin_hash('example.org/b')}/checkpoint"))[0]
    assert [404, 404, 405] == [(await ask("GET", url + path))[0] for path in ("/", "/log", "/add-checkpoint")]


async def test_every_answer_is_told_in_the_log(
    open_witness: Start, site: Site, serve_witness: Serve, told: Any
) -> None:
    witness, _ = open_witness()
    url = await serve_witness(witness)

    await ask("POST", f"{url}/add-checkpoint", site.request(0, 5))
    await ask("POST", f"{url}/add-checkpoint", b"nonsense")

    line = {"event": "witness.answered", "level": "info", "asked": "POST"}
    assert [
        line | {"status": 200, "origin": site.key.name, "size": 5},
        line | {"status": 400, "origin": "", "size": 0},
    ] == told.lines


async def test_a_large_body_is_not_taken(open_witness: Start, serve_witness: Serve) -> None:
    witness, _ = open_witness()
    url = await serve_witness(witness)

    async def endless() -> Any:
        for _ in range(100):
            yield bytes(MAX_BODY // 10)

    async with aiohttp.ClientSession() as session:
        try:
            async with session.post(f"{url}/add-checkpoint", data=endless()) as response:
                status = response.status
        except aiohttp.ClientConnectionError:
            status = 413  # closed while we were still sending, which says the same

    assert 413 == status


async def test_a_dripping_body_is_not_waited_for(open_witness: Start, serve_witness: Serve) -> None:
    witness, _ = open_witness()
    url = await serve_witness(witness, Limits(body_seconds=0.05))
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    writer.write(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 100\r\n\r\nold 0")

    line = await asyncio.wait_for(reader.readline(), 60)
    writer.close()

    assert b"HTTP/1.1 408 Request Timeout\r\n" == line


async def test_a_dripping_header_is_not_waited_for(open_witness: Start, serve_witness: Serve) -> None:
    witness, _ = open_witness()
    url = await serve_witness(witness, Limits(connection_seconds=0.05))
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    writer.write(b"POST /add-che")

    assert b"" == await asyncio.wait_for(reader.read(), 60), "closed without a word"
    writer.close()


async def test_connections_beyond_the_limit_are_refused_and_a_closed_one_makes_room(
    open_witness: Start, site: Site, serve_witness: Serve
) -> None:
    witness, _ = open_witness()
    url = await serve_witness(witness, Limits(connections=2))
    port = int(url.rpartition(":")[2])
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    await asyncio.sleep(0)

    with pytest.raises(aiohttp.ClientConnectionError):
        await ask("POST", f"{url}/add-checkpoint", site.request(0, 5))
    for _, writer in held:
        writer.close()
        await writer.wait_closed()
    status = 0
    for _ in range(100):  # the server hears of the end in its own time
        try:
            status = (await ask("POST", f"{url}/add-checkpoint", site.request(0, 5)))[0]
            break
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.01)

    assert 200 == status


async def test_forks_at_once_over_http_have_one_winner(open_witness: Start, site: Site, serve_witness: Serve) -> None:
    witness, state = open_witness()
    url = await serve_witness(witness)
    bodies = [site.request(0, 5), *(site.fork(turn).request(0, 5) for turn in range(4))]

    answers = await asyncio.gather(*(ask("POST", f"{url}/add-checkpoint", body) for body in bodies))

    assert [200, 409, 409, 409, 409] == sorted(status for status, _, _ in answers)
    assert 5 == state.newest(site.key.name).head.size


async def test_a_taken_port_is_an_error_that_says_so(open_witness: Start, serve_witness: Serve, told: Any) -> None:
    witness, _ = open_witness()
    url = await serve_witness(witness)

    with pytest.raises(EvidenceError, match="cannot listen on 127"):
        async with serving(witness, "127.0.0.1", int(url.rpartition(":")[2]), told):
            pass


@pytest.mark.parametrize(
    ("text", "expected"),
    [("127.0.0.1:8750", ("127.0.0.1", 8750)), ("[::1]:0", ("::1", 0)), ("localhost:80", ("localhost", 80))],
)
def test_where_to_listen(text: str, expected: tuple[str, int]) -> None:
    assert expected == parse_listen(text)


@pytest.mark.parametrize("text", ["", "8750", ":8750", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536"])
def test_where_nobody_can_listen(text: str) -> None:
    with pytest.raises(UsageError, match="expected HOST:PORT"):
        parse_listen(text)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("0.0.0.0", False), ("::", False), ("192.0.2.1", False)],
)
def test_what_only_this_machine_reaches(host: str, expected: bool) -> None:
    assert expected == is_loopback(host)
