"""aiohttp's side of one connection, with bounds on what is neither headers nor body."""

from __future__ import annotations

from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.helpers import set_exception
from aiohttp.http import HttpProcessingError

from vmsguard.net import limits

__all__ = ["BoundedProtocol", "Flooded"]


class Flooded(aiohttp.ClientError):
    """More interim replies, chunk lengths or bytes beside the body than any reply needs."""


class BoundedProtocol(ResponseHandler):
    """Hangs up on a peer that keeps the parser busy without ever coming to the point.

    aiohttp bounds each header and we bound the body, but 1xx replies may go on for ever, each parsed and
    dropped, and chunks may hold one byte each: both cost a process far more than they cost whoever sends them.
    """

    _received = 0
    _interim = 0
    _flooded: Flooded | None = None

    def set_response_params(self, **told: Any) -> None:
        self._received = self._interim = 0
        super().set_response_params(**told)

    def data_received(self, data: bytes) -> None:
        if self._flooded is not None:
            return
        payload = self._payload
        super().data_received(data)
        # The body that was being read, or the one that began with these bytes.
        payload = payload if self._payload is None else self._payload
        self._received += len(data)
        in_body = 0 if payload is None else payload.total_bytes
        if self._received - in_body > limits.OVERHEAD_BYTES:
            self._hang_up()

    def feed_data(self, data: Any, size: int = 0) -> None:
        if data[0].code < 200:
            self._interim += 1
            if self._interim > limits.MAX_INTERIM_REPLIES:
                self._hang_up()
        # What came in the same piece as the flood is part of it.
        if self._flooded is None:
            super().feed_data(data, size)

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        # The connection that we ourselves cut is then lost, which must not become the reason.
        if self._flooded is None or exc is self._flooded:
            super().set_exception(exc, *cause)
        # aiohttp tells a parser's failure only to who waits for headers; who reads the body would wait for ever.
        if isinstance(exc, HttpProcessingError) and self._payload is not None and not self._payload.is_eof():
            set_exception(self._payload, exc)

    def _hang_up(self) -> None:
        if self._flooded is not None:
            return
        self._flooded = Flooded()
        self.set_exception(self._flooded)
        if self._payload is not None:
            set_exception(self._payload, self._flooded)
        if self.transport is not None:
            self.transport.abort()
