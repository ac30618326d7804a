"""What reads bytes that anybody may have sent, as functions of those bytes that must not raise.

Errors of vmsguard's own tree are answers; so is ``Malformed``, which a session turns into one. Anything else
that comes out is a mistake of ours.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import islice
from pathlib import Path
from pkgutil import walk_packages
from tempfile import TemporaryDirectory
from typing import Any, cast

import aiohttp
import msgspec
import vmsguard_onvif
from multidict import CIMultiDict, CIMultiDictProxy
from vmsguard_onvif.addresses import stream_address
from vmsguard_onvif.elements import Malformed, instant, number, seconds
from vmsguard_onvif.faults import Where, fault_error, is_fault
from vmsguard_onvif.probe_matches import parse_answer
from vmsguard_onvif.reply import body_of
from vmsguard_onvif.services import from_capabilities, from_services, own_path
from vmsguard_zoneminder.http_date import moment_of
from yarl import URL

from vmsguard.errors import VmsguardError
from vmsguard.fleet.candidates_csv import read_csv
from vmsguard.net.digest import Begun, DigestState
from vmsguard.net.login import Login
from vmsguard.net.origin import OriginError, enrolled_origin, resolve
from vmsguard.net.request_head import request_head
from vmsguard.policy.syntax.durations import parse_duration, parse_span
from vmsguard.policy.syntax.instants import parse_date, parse_instant
from vmsguard.witness.rtsp import meaning
from vmsguard.witness.rtsp_login import answer, challenge_of
from vmsguard.witness.rtsp_reply import read_head

__all__ = ["TARGETS", "candidates", "challenges", "discovery", "replies", "rtsp", "times"]

_WHERE = Where("t", "Op")
_LOGIN = Login("secret://env/X", "user", "Zq7-password")
_NOW = datetime(2026, 11, 22, tzinfo=UTC)
_URL = URL("http://192.0.2.1/onvif")
_ORIGIN = enrolled_origin("http://192.0.2.1/onvif")
_FOLDER = TemporaryDirectory()
_TABLE = Path(_FOLDER.name) / "table.csv"


class _Connection:
    """Of the connection a challenge came over, what is done to it."""

    @staticmethod
    def release() -> None:
        """Nothing to give back."""


def _parsers() -> Iterator[Callable[[Any], Any]]:
    """Every public function of the driver that makes something of a whole reply, without a list to forget one in."""
    for found in walk_packages(vmsguard_onvif.__path__, "vmsguard_onvif."):
        module = import_module(found.name)
        for name in getattr(module, "__all__", ()):
            function = getattr(module, name)
            own = inspect.isfunction(function) and function.__module__ == module.__name__
            if own and list(inspect.signature(function).parameters) == ["reply"]:
                yield function


PARSERS = tuple(_parsers())


def replies(data: bytes) -> None:
    """A SOAP reply: whatever it may be the answer to, and what is made of the values in it."""
    try:
        first = body_of(data, _WHERE)
    except VmsguardError:
        return
    if is_fault(first):
        assert fault_error(first, 400, _WHERE).message
    for parse in PARSERS:
        with suppress(Malformed):
            msgspec.json.encode(msgspec.to_builtins(parse(first)))
    for table in (from_services, from_capabilities):
        with suppress(Malformed):
            found = table(first, host="192.0.2.1", device_path="/onvif")
            assert all(service.path.startswith("/") for service in found.services.values())
    for told in islice(first.itertext(with_tail=False), 64):
        _values(told)


def _values(told: str) -> None:
    for read in (number, seconds):
        if (found := read(told)) is not None:
            assert -(2**53) <= found <= 2**53
    if (kept := seconds(told)) is not None:
        assert timedelta(seconds=kept) >= timedelta(0)
    if (moment := instant(told)) is not None:
        assert moment.tzinfo is UTC
        _ = moment < _NOW
    address = stream_address(told)
    assert address is None or (address.path.startswith("/") and "@" not in address.host)


def rtsp(data: bytes) -> None:
    """The head of an RTSP reply, and the answer to the challenge in it."""
    reply = read_head(data)
    assert meaning(reply.status).answered is None or 100 <= reply.status < 600
    assert 0 <= reply.length < 10**9
    challenge = challenge_of(reply.head)
    if challenge is None:
        return
    told = answer(challenge, _LOGIN, "DESCRIBE", "rtsp://192.0.2.1:554/live", client_nonce="0123")
    assert told is not None
    assert not {"\r", "\n"} & set(told)
    assert _LOGIN.password not in told
    told.encode()


def discovery(data: bytes) -> None:
    """A datagram that says that it answers a probe."""
    with suppress(VmsguardError):
        found = parse_answer(data)
        assert msgspec.json.encode(found).decode()
        for claim in found.claims:
            assert all(text.isprintable() for text in (*claim.addresses, *claim.types, claim.identity))


def challenges(data: bytes) -> None:
    """``WWW-Authenticate`` headers, one a line, and what is answered to them in the head of the next request."""
    told = CIMultiDict(("WWW-Authenticate", line) for line in data.decode("latin-1").split("\n")[:8])
    heads: list[bytes] = []

    async def begin(headers: Mapping[str, str]) -> Begun:
        heads.append(request_head("POST", "/onvif", "192.0.2.1", headers, 2, close=False))
        return Begun(401, _URL, CIMultiDictProxy(told), cast("Any", None), cast("Any", _Connection))

    with suppress(aiohttp.ClientError):
        _run(DigestState(_LOGIN).answered(begin, "POST", _URL, {}, b"{}"))
    assert 1 <= len(heads) <= 2
    for head in heads:
        assert head.endswith(b"\r\n\r\n")
        assert head.count(b"\r\n\r\n") == 1
        assert head.count(b"\n") == head.count(b"\r\n")
        assert _LOGIN.password.encode() not in head
        assert head.count(b"\r\nAuthorization: Digest ") == head.count(b"\r\nAuthorization:") <= 1


def _run(job: Coroutine[Any, Any, Any]) -> None:
    """A coroutine that waits for nothing, without a loop."""
    try:
        job.send(None)
    except StopIteration:
        return
    raise AssertionError("it waits for something")


def times(data: bytes) -> None:
    """Moments, lengths of time, numbers and addresses, as devices and people write them."""
    for told in data.decode("utf-8", "replace").split("\n")[:8]:
        _values(told)
        moment = moment_of(told)
        assert moment is None or (moment - _NOW).total_seconds() < 10**12
        path, host = own_path(told, "/onvif")
        assert path.startswith("/")
        assert "/" not in host
        for read in (parse_duration, parse_span, parse_instant, parse_date):
            with suppress(ValueError):
                assert read(told)
        with suppress(OriginError):
            assert enrolled_origin(told).port <= 65535
        with suppress(OriginError):
            assert resolve(_ORIGIN, told).startswith("http://192.0.2.1:80/")


def candidates(data: bytes) -> None:
    """A table of cameras to import, as a spreadsheet exports it."""
    _TABLE.write_bytes(data)
    with suppress(VmsguardError):
        for entry in read_csv(_TABLE):
            assert entry.address.isprintable()


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "candidates": candidates,
    "challenges": challenges,
    "discovery": discovery,
    "replies": replies,
    "rtsp": rtsp,
    "times": times,
}
