"""What reads bytes that anybody may have sent, as functions of those bytes that must not raise.

Errors of vmsguard's own tree are answers; so is ``Malformed``, which a session turns into one. Anything else
that comes out is a mistake of ours.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import islice
from pkgutil import walk_packages
from typing import Any

import msgspec
import vmsguard_onvif
from vmsguard_onvif.addresses import stream_address
from vmsguard_onvif.elements import Malformed, instant, number, seconds
from vmsguard_onvif.faults import Where, fault_error, is_fault
from vmsguard_onvif.probe_matches import parse_answer
from vmsguard_onvif.reply import body_of
from vmsguard_onvif.services import from_capabilities, from_services

from vmsguard.errors import VmsguardError
from vmsguard.net.login import Login
from vmsguard.witness.rtsp import meaning
from vmsguard.witness.rtsp_login import answer, challenge_of
from vmsguard.witness.rtsp_reply import read_head

__all__ = ["TARGETS", "discovery", "replies", "rtsp"]

_WHERE = Where("t", "Op")
_LOGIN = Login("secret://env/X", "user", "Zq7-password")
_NOW = datetime(2026, 11, 22, tzinfo=UTC)


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


TARGETS: Mapping[str, Callable[[bytes], None]] = {"replies": replies, "rtsp": rtsp, "discovery": discovery}
