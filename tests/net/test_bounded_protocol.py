from __future__ import annotations

import asyncio

import pytest
from aiohttp.http import HttpProcessingError

from vmsguard.net.bounded_protocol import BoundedProtocol

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"


def reading() -> BoundedProtocol:
    protocol = BoundedProtocol(loop=asyncio.get_running_loop())
    protocol.set_response_params(max_field_size=8190, max_line_size=8190, max_headers=64)
    return protocol


@pytest.mark.parametrize("breaks", [b"zz\r\n", b"0\r\nX-A: " + b"x" * 9000], ids=["a length", "a trailer"])
async def test_who_reads_a_body_is_told_of_framing_that_breaks_in_a_later_piece(breaks: bytes) -> None:
    protocol = reading()
    protocol.data_received(HEAD)
    _, content = await protocol.read()
    assert b"x" == await content.readany()
    protocol.data_received(breaks)
    async with asyncio.timeout(60):
        with pytest.raises(HttpProcessingError):
            await content.readany()


async def test_a_body_that_was_complete_stays_so() -> None:
    protocol = reading()
    protocol.data_received(HEAD + b"0\r\n\r\n")
    _, content = await protocol.read()
    protocol.set_exception(HttpProcessingError())
    assert b"x" == await content.read()
