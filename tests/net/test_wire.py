"""Keyed digests of what went over the wire: they match the bytes as they travelled, and only with the key."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.errors import DeviceFault, Unreachable
from vmsguard.model.changes import Permit
from vmsguard.model.vocabulary import Effect
from vmsguard.net.wire import Exchange, WireDigests

KEY = b"a key of the log"
PERMIT = Permit("run", "change", 1, datetime(2036, 1, 1, tzinfo=UTC))
READ = {"effect": Effect.READ, "operation": "GetThing"}
WRITE = {"effect": Effect.WRITE, "operation": "SetThing", "permit": PERMIT}


def keyed() -> hmac.HMAC:
    return hmac.new(KEY, digestmod="sha256")


def digest(data: bytes, key: bytes = KEY) -> str:
    return "hmac-sha256:" + hmac.digest(key, data, "sha256").hex()[:32]


def framed(*bodies: bytes) -> bytes:
    return b"".join(len(body).to_bytes(8, "big") + body for body in bodies)


def says(*bodies: bytes, status: str = "200 OK", headers: str = ""):
    left = list(bodies)

    async def answer(asked, writer) -> None:
        body = left.pop(0)
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body)

    return answer


async def test_every_reply_of_a_session_is_in_one_digest_in_order(start_server, connect) -> None:
    server = await start_server(says(b"first", b"", b"third"))
    client = connect(server.url, keyed_hash=keyed)
    for _ in range(3):
        await client.request("GET", "/", **READ)
    assert (digest(framed(b"first", b"", b"third")), 10) == (client.wire.replies, client.wire.reply_bytes)
    assert [] == client.wire.exchanges


async def test_a_faulty_answer_is_a_reply_too(start_server, connect) -> None:
    server = await start_server(says(b"no", status="500 No"))
    client = connect(server.url, keyed_hash=keyed)
    with pytest.raises(DeviceFault):
        await client.request("GET", "/", **READ)
    assert digest(framed(b"no")) == client.wire.replies


async def test_a_session_without_a_key_digests_nothing(start_server, connect) -> None:
    server = await start_server(says(b"first"))
    client = connect(server.url)
    await client.request("GET", "/", **READ)
    assert client.wire is None


async def test_a_change_is_digested_as_it_travelled(start_server, connect) -> None:
    server = await start_server(says(b"told"))
    client = connect(server.url, keyed_hash=keyed, write_allowed=True)
    await client.request("POST", "/a?b=c", params={"pwd": "x&y"}, body=b"body", **WRITE)
    asked = server.asked[0]
    sent = f"{asked.method} {asked.path}\n".encode() + asked.body
    expected = Exchange("SetThing", digest(sent), len(sent), digest(b"told"), 4, 200)
    assert [expected] == client.wire.exchanges


async def test_a_request_without_an_answer_has_a_digest_of_what_was_sent_alone(start_server, connect) -> None:
    async def hangs_up(asked, writer) -> None:
        writer.transport.abort()

    server = await start_server(hangs_up)
    client = connect(server.url, keyed_hash=keyed, write_allowed=True)
    with pytest.raises(Unreachable):
        await client.request("POST", "/", body=b"body", **WRITE)
    assert [Exchange("SetThing", digest(b"POST /\nbody"), 11, "", 0, 0)] == client.wire.exchanges
    assert ("", 0) == (client.wire.replies, client.wire.reply_bytes)


async def test_a_change_that_is_given_up_is_on_record(start_server, connect) -> None:
    async def never(asked, writer) -> None:
        await asyncio.sleep(60)

    server = await start_server(never)
    client = connect(server.url, keyed_hash=keyed, write_allowed=True)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.request("POST", "/", body=b"body", **WRITE)
    assert [("SetThing", 0)] == [(exchange.operation, exchange.status) for exchange in client.wire.exchanges]


async def test_a_repeated_read_of_a_changing_session_is_two_requests(start_server, connect) -> None:
    turns = iter((False, True))

    async def second_time(asked, writer) -> None:
        if next(turns):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        else:
            writer.transport.abort()

    server = await start_server(second_time)
    client = connect(server.url, keyed_hash=keyed, write_allowed=True)
    await client.request("GET", "/", **READ)
    assert [0, 200] == [exchange.status for exchange in client.wire.exchanges]


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=5), st.lists(st.binary(max_size=40), max_size=5))
def test_only_the_same_replies_have_the_same_digest(bodies: list[bytes], others: list[bytes]) -> None:
    def told(replies: list[bytes]) -> str:
        wire = WireDigests(keyed, each=False)
        for body in replies:
            wire.note("op", "GET", "/", None, (200, body))
        return wire.replies

    assert (bodies == others) == (told(bodies) == told(others))


def test_without_the_key_a_guess_cannot_be_tried() -> None:
    wire = WireDigests(keyed, each=True)
    wire.note("op", "POST", "/", b"password=1234", (200, b"ok"))
    (exchange,) = wire.exchanges
    guess = b"POST /\npassword=1234"
    assert digest(guess) == exchange.sent
    assert hashlib.sha256(guess).hexdigest()[:32] not in exchange.sent
    assert digest(guess, b"another key") != exchange.sent
