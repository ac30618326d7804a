"""What a hostile or broken server can do to the client, over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest

from vmsguard.errors import DriverError, GuardTripped, ProtocolViolation, Unreachable
from vmsguard.model.inventory import Limits
from vmsguard.model.vocabulary import Effect
from vmsguard.net.client import HttpAuth
from vmsguard.net.login import Login

READ = {"effect": Effect.READ, "operation": "GetThing"}
CAP = 64 * 1024
SECRET_TEXT = "Wh1te-Rabbit"


def raw(*chunks: bytes, close: bool = False):
    async def answer(asked, writer) -> None:
        for chunk in chunks:
            writer.write(chunk)
        if close:
            await writer.drain()
            writer.close()

    return answer


def drips(chunk: bytes, head: bytes = b""):
    async def answer(asked, writer) -> None:
        writer.write(head)
        while not writer.transport.is_closing():
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(0.01)

    return answer


def encoded(body: bytes, encoding: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


OK = b"HTTP/1.1 200 OK\r\n"
BOMB = gzip.compress(bytes(100 * CAP))

TOO_MUCH = {
    "announced": raw(OK + b"Content-Length: 999999999\r\n\r\n"),
    "unannounced": drips(bytes(16 * 1024), OK + b"Connection: close\r\n\r\n"),
    "chunked": drips(b"4000\r\n" + bytes(0x4000) + b"\r\n", OK + b"Transfer-Encoding: chunked\r\n\r\n"),
    "gzip bomb": raw(encoded(BOMB, "gzip")),
    "deflate bomb": raw(encoded(zlib.compress(bytes(100 * CAP)), "deflate")),
}

TOO_SLOW = {
    "never answers": raw(),
    "drips its headers": drips(b"X", OK + b"X-A: "),
    "drips its body": drips(b"x", OK + b"Content-Length: 60000\r\n\r\n"),
}

CUT_SHORT = {
    "in the status line": raw(b"HTTP/1.1 2", close=True),
    "in the headers": raw(OK + b"Content-Le", close=True),
    "in the body": raw(OK + b"Content-Length: 100\r\n\r\nhalf", close=True),
    "in a chunk": raw(OK + b"Transfer-Encoding: chunked\r\n\r\n10\r\nhalf", close=True),
}

NOT_HTTP = {
    "another protocol": raw(f"SSH-2.0-{SECRET_TEXT}\r\n\r\n".encode(), close=True),
    "a long header": raw(OK + b"X-A: " + SECRET_TEXT.encode() * 2000 + b"\r\n\r\n"),
    "many headers": raw(OK + b"".join(b"X-%d: 1\r\n" % n for n in range(2000)) + b"\r\n"),
    "bytes in the status line": raw(f"HTTP/1.1 {SECRET_TEXT}\r\n\r\n".encode(), close=True),
    "both lengths": raw(OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", close=True),
    "an encoding nobody asked for": raw(encoded(b"abc", "br")),
    "gzip that is none": raw(encoded(b"abc", "gzip")),
    "gzip without an end": raw(encoded(gzip.compress(b"x" * 1000)[:-12], "gzip")),
}


@pytest.mark.parametrize("answer", TOO_MUCH.values(), ids=TOO_MUCH.keys())
async def test_a_reply_over_the_cap_is_refused(start_server, connect, answer) -> None:
    server = await start_server(answer)
    limits = Limits(requests_per_second=1e6, deadline_seconds=60, max_reply_bytes=CAP)
    with pytest.raises(Unreachable, match="larger than max_reply_bytes"):
        await connect(server.url, limits=limits).request("GET", "/", **READ)
    assert len(server.asked) == 1


@pytest.mark.parametrize("answer", TOO_SLOW.values(), ids=TOO_SLOW.keys())
async def test_a_reply_past_the_deadline_is_given_up(start_server, connect, answer) -> None:
    server = await start_server(answer)
    limits = Limits(requests_per_second=1e6, deadline_seconds=0.15, max_reply_bytes=CAP)
    async with asyncio.timeout(60):
        with pytest.raises(Unreachable, match=r"no complete reply within 0\.15 s"):
            await connect(server.url, limits=limits).request("GET", "/", **READ)
    assert len(server.asked) <= 1, "a machine that stalls may have spent the time before it asked"


@pytest.mark.parametrize("answer", CUT_SHORT.values(), ids=CUT_SHORT.keys())
async def test_a_truncated_reply_is_no_reply(start_server, connect, answer) -> None:
    server = await start_server(answer)
    with pytest.raises(DriverError) as raised:
        await connect(server.url).request("GET", "/", **READ)
    assert type(raised.value) in (Unreachable, ProtocolViolation)


@pytest.mark.parametrize("answer", NOT_HTTP.values(), ids=NOT_HTTP.keys())
async def test_what_is_not_http_is_refused_without_being_quoted(start_server, connect, answer) -> None:
    server = await start_server(answer)
    with pytest.raises(DriverError) as raised:
        await connect(server.url).request("GET", "/", **READ)
    assert type(raised.value) in (Unreachable, ProtocolViolation)
    assert SECRET_TEXT not in str(raised.value)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(start_server, connect, status) -> None:
    lured = await start_server()
    location = f"{lured.url}/?token={SECRET_TEXT}"
    server = await start_server(
        raw(f"HTTP/1.1 {status} x\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())
    )
    with pytest.raises(GuardTripped, match="redirect") as raised:
        await connect(server.url).request("POST", "/", body=b"<wsse/>", **READ)
    assert (lured.asked, SECRET_TEXT in str(raised.value)) == ([], False)


async def test_a_cookie_does_not_reach_another_target(start_server, connect) -> None:
    server = await start_server(raw(OK + b"Set-Cookie: sid=1; Path=/\r\nContent-Length: 0\r\n\r\n"))
    await connect(server.url, id="t-1").request("GET", "/", **READ)
    await connect(server.url, id="t-2").request("GET", "/", **READ)
    assert ["cookie" in asked.headers for asked in server.asked] == [False, False]


async def test_gzip_within_the_cap_is_read(start_server, connect) -> None:
    server = await start_server(raw(encoded(gzip.compress(b"plain"), "gzip")))
    assert (await connect(server.url).request("GET", "/", **READ)).body == b"plain"


async def test_the_environment_names_no_proxy(start_server, connect, monkeypatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    server = await start_server()
    assert (await connect(server.url).request("GET", "/", **READ)).status == 200


async def test_cancelling_is_not_taken_for_a_failure(start_server, connect) -> None:
    server = await start_server(raw())
    task = asyncio.create_task(connect(server.url).request("GET", "/", **READ))
    while not server.asked:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_few_interim_replies_are_read_past(start_server, connect) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    for count, told in ((8, b"ok"), (9, None)):
        server = await start_server(raw(hints * count + OK + b"Content-Length: 2\r\n\r\nok"))
        if told is not None:
            assert told == (await connect(server.url).request("GET", "/", **READ)).body
            continue
        with pytest.raises(Unreachable, match="never came to the point"):
            await connect(server.url).request("GET", "/", **READ)
        # Whoever floods is not asked again.
        assert 1 == len(server.asked)


async def test_a_challenge_that_cannot_be_answered_is_named(start_server, connect) -> None:
    told = b'WWW-Authenticate: Digest realm="r", nonce="n", domain="http://[::1"\r\n'
    server = await start_server(raw(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n" + told + b"\r\n"))
    client = connect(server.url, login=Login("secret://env/X", "user", "password"))
    with pytest.raises(ProtocolViolation, match="breaks HTTP or its authentication scheme"):
        await client.request("GET", "/", auth=HttpAuth.DIGEST, **READ)
    assert ["authorization" in asked.headers for asked in server.asked] == [False]
