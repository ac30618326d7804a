"""RTSP answers where a stream is, and refuses the connection where it is off."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import socket

import pytest

from vmsguard.errors import UsageError
from vmsguard.simulator import Simulator

OFF = (
    "<tds:NetworkProtocols><tt:Name>RTSP</tt:Name><tt:Enabled>{}</tt:Enabled><tt:Port>554</tt:Port>"
    "</tds:NetworkProtocols>"
)


async def talk(port: int, *requests: str) -> list[str]:
    """The status lines of the answers to several requests on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = []
    try:
        for number, request in enumerate(requests, start=1):
            writer.write(f"{request} RTSP/1.0\r\nCSeq: {number}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
            assert headers["CSeq"] == str(number)
            await reader.readexactly(int(headers.get("Content-Length", 0)))
            answers.append(head.split("\r\n")[0])
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
    return answers


async def test_options_and_describe_are_answered_and_other_methods_are_not(run) -> None:
    async with run({"id": "cam", "rtsp": True}) as caller:
        port = caller.simulator.rtsp_port("cam")
        url = f"rtsp://127.0.0.1:{port}"
        answers = await talk(
            port, f"OPTIONS {url}/profile-1", f"DESCRIBE {url}/profile-1", f"DESCRIBE {url}/other", f"PLAY {url}/"
        )
        assert answers == [
            "RTSP/1.0 200 OK",
            "RTSP/1.0 200 OK",
            "RTSP/1.0 404 Not Found",
            "RTSP/1.0 405 Method Not Allowed",
        ]


async def test_describe_may_want_a_login(run) -> None:
    async with run({"id": "cam", "rtsp": True, "media_auth": True}) as caller:
        port = caller.simulator.rtsp_port("cam")
        url = f"rtsp://127.0.0.1:{port}/profile-1"
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"DESCRIBE {url} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        nonce = re.search(r'nonce="(\w+)"', head)[1]
        statuses = [head.split("\r\n")[0]]
        for number, password in enumerate(("secret", "wrong"), start=1):
            secret = md5(f"admin:onvif:{password}")
            proof = md5(f"{secret}:{nonce}:{number:08x}:c:auth:{md5(f'DESCRIBE:{url}')}")
            login = (
                f'username="admin", realm="onvif", nonce="{nonce}", uri="{url}", qop=auth, nc={number:08x}, cnonce="c"'
            )
            ask = f'DESCRIBE {url} RTSP/1.0\r\nCSeq: 2\r\nAuthorization: Digest {login}, response="{proof}"\r\n\r\n'
            writer.write(ask.encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = re.search(r"Content-Length: (\d+)", head)
            await reader.readexactly(int(length[1]) if length else 0)
            statuses.append(head.split("\r\n")[0])
        writer.close()
        assert statuses == ["RTSP/1.0 401 Unauthorized", "RTSP/1.0 200 OK", "RTSP/1.0 401 Unauthorized"]


def md5(value: str) -> str:
    return hashlib.md5(value.encode()).hexdigest()


async def test_what_is_no_rtsp_is_a_bad_request(run) -> None:
    async with run({"id": "cam", "rtsp": True}) as caller:
        reader, writer = await asyncio.open_connection("127.0.0.1", caller.simulator.rtsp_port("cam"))
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.readline()).startswith(b"RTSP/1.0 400")
        writer.close()


async def test_a_stream_that_is_off_refuses_connections_and_ends_the_open_ones(run) -> None:
    async with run({"id": "cam", "rtsp": True}) as caller:
        port = caller.simulator.rtsp_port("cam")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await caller.ask("cam", "tds:SetNetworkProtocols", OFF.format("false"))
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()
        await caller.ask("cam", "tds:SetNetworkProtocols", OFF.format("true"))
        assert await talk(port, f"OPTIONS rtsp://127.0.0.1:{port}/") == ["RTSP/1.0 200 OK"]


async def test_a_profile_without_video_source_is_not_described(run) -> None:
    async with run({"id": "cam", "rtsp": True}) as caller:
        await caller.ask("cam", "trt:RemoveVideoSourceConfiguration", "<trt:ProfileToken>profile-1</trt:ProfileToken>")
        port = caller.simulator.rtsp_port("cam")
        assert await talk(port, f"DESCRIBE rtsp://127.0.0.1:{port}/profile-1") == ["RTSP/1.0 404 Not Found"]
        assert not caller.simulator.camera("cam").truth.streams


async def test_ports_are_outside_the_range_of_outgoing_connections(run) -> None:
    async with run({"id": "cam-{n}", "count": 5, "rtsp": True}) as caller:
        ports = [caller.simulator.rtsp_port(device) for device in caller.simulator.ids()]
        assert len(set(ports)) == 5
        assert max(ports) < 32768


async def test_a_stream_can_be_switched_on_where_there_was_none(run) -> None:
    async with run({"id": "cam"}) as caller:
        assert caller.simulator.rtsp_port("cam") == 0
        await caller.ask("cam", "tds:SetNetworkProtocols", OFF.format("true"))
        assert caller.simulator.camera("cam").truth.streams


async def test_a_port_in_use_is_an_error_that_names_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=str(port)):
            await Simulator({"http_port": port}).start()
