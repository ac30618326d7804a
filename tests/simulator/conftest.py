"""A fleet, a clock that tests move, and a client that is plain lxml and aiohttp: nothing of any driver."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import util
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from lxml import etree

from vmsguard.simulator import Simulator

NAMESPACES = {
    "env": "http://www.w3.org/2003/05/soap-envelope",
    "tt": "http://www.onvif.org/ver10/schema",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tr2": "http://www.onvif.org/ver20/media/wsdl",
    "tan": "http://www.onvif.org/ver20/analytics/wsdl",
    "trc": "http://www.onvif.org/ver10/recording/wsdl",
    "tse": "http://www.onvif.org/ver10/search/wsdl",
    "trp": "http://www.onvif.org/ver10/replay/wsdl",
    "trv": "http://www.onvif.org/ver10/receiver/wsdl",
    "tev": "http://www.onvif.org/ver10/events/wsdl",
    "tup": "http://www.onvif.org/ver10/uplink/wsdl",
    "tth": "http://www.onvif.org/ver10/thermal/wsdl",
    "tam": "http://www.onvif.org/ver10/appmgmt/wsdl",
    "tcr": "http://www.onvif.org/ver10/credential/wsdl",
    "tab": "http://www.onvif.org/ver10/authenticationbehavior/wsdl",
    "wsnt": "http://docs.oasis-open.org/wsn/b-2",
    "tns1": "http://www.onvif.org/ver10/topics",
}
PATHS = {
    "tds": "device_service",
    "trt": "media_service",
    "tr2": "media2_service",
    "tan": "analytics_service",
    "trc": "recording_service",
    "tse": "search_service",
    "trp": "replay_service",
    "trv": "receiver_service",
    "tev": "event_service",
    "tup": "uplink_service",
    "tth": "thermal_service",
    "tam": "appmgmt_service",
    "tcr": "credential_service",
    "tab": "authentication_service",
}
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
DIGEST = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
START = datetime(2026, 11, 22, 3, 0, 0, tzinfo=UTC)


@dataclass
class HandClock:
    """Time as the test says."""

    moment: datetime = START
    ticks: float = 0.0

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.ticks

    def forward(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        self.ticks += seconds


def security_header(user: str, password: str, created: datetime, nonce: bytes | None = None) -> str:
    """A WS-UsernameToken with a password digest."""
    nonce = os.urandom(16) if nonce is None else nonce
    stamp = created.strftime("%Y-%m-%dT%H:%M:%SZ")
    proof = base64.b64encode(hashlib.sha1(nonce + stamp.encode() + password.encode()).digest()).decode()
    return (
        f'<wsse:Security xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}"><wsse:UsernameToken><wsse:Username>{user}'
        f'</wsse:Username><wsse:Password Type="{DIGEST}">{proof}</wsse:Password><wsse:Nonce>'
        f"{base64.b64encode(nonce).decode()}</wsse:Nonce><wsu:Created>{stamp}</wsu:Created>"
        "</wsse:UsernameToken></wsse:Security>"
    )


@dataclass
class Answer:
    """What came back: status, bytes, and the entry of the body."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def entry(self) -> etree._Element:
        (entry,) = etree.fromstring(self.body).find("env:Body", NAMESPACES)
        return entry

    def texts(self, path: str) -> list[str]:
        return [found.text or "" for found in self.entry.iterfind(path, NAMESPACES)]

    def text(self, path: str) -> str:
        (found,) = self.texts(path)
        return found

    def tokens(self, path: str) -> list[str]:
        return [found.get("token", "") for found in self.entry.iterfind(path, NAMESPACES)]

    @property
    def fault(self) -> tuple[str, ...]:
        """Code and subcodes as local names; empty for a response."""
        return tuple(value.text.rpartition(":")[2] for value in self.entry.iter(f"{{{NAMESPACES['env']}}}Value"))


class Caller:
    """Asks one simulator by operation name; ``trc:DeleteTrack`` goes to the service of its prefix."""

    def __init__(self, simulator: Simulator, http: aiohttp.ClientSession, clock: HandClock) -> None:
        self.simulator = simulator
        self.http = http
        self.clock = clock
        self.user, self.password = "admin", "secret"

    async def ask(self, device: str, operation: str, inner: str = "", **post: Any) -> Answer:
        """One call with a fresh token of the administrator, unless ``header`` says otherwise."""
        prefix, _, name = operation.partition(":")
        path = post.pop("path", "") or PATHS[prefix]
        offset = self.simulator.camera(device).state.clock_offset
        header = post.pop(
            "header", security_header(self.user, self.password, self.clock.now() + timedelta(seconds=offset))
        )
        declared = " ".join(f'xmlns:{key}="{uri}"' for key, uri in NAMESPACES.items())
        body = (
            f"<env:Envelope {declared}><env:Header>{header}</env:Header><env:Body><{prefix}:{name}>{inner}"
            f"</{prefix}:{name}></env:Body></env:Envelope>"
        )
        return await self.post(device, path, body.encode(), **post)

    async def post(self, device: str, path: str, body: bytes, **post: Any) -> Answer:
        url = self.simulator.url(device).replace("device_service", path)
        async with self.http.post(url, data=body, **post) as reply:
            return Answer(reply.status, await reply.read(), dict(reply.headers))

    async def snapshot(self, device: str, **get: Any) -> int:
        url = self.simulator.url(device).replace("onvif/device_service", "snapshot.jpg")
        async with self.http.get(url, **get) as reply:
            await reply.read()
            return reply.status


Run = Callable[..., AbstractAsyncContextManager[Caller]]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def run(clock: HandClock) -> Run:
    """Starts a fleet of the given groups and gives the caller for it."""

    @asynccontextmanager
    async def running(
        *groups: dict[str, Any], recorders: tuple[dict[str, Any], ...] = (), **options: Any
    ) -> AsyncIterator[Caller]:
        accounts = [
            {"user": "admin", "password": "secret", "level": "Administrator"},
            {"user": "operator", "password": "secret", "level": "Operator"},
            {"user": "viewer", "password": "secret", "level": "User"},
        ]
        fleet = {"accounts": accounts, "groups": list(groups), "recorders": list(recorders)}
        timeout = aiohttp.ClientTimeout(total=5)
        async with (
            Simulator(fleet, clock=options.pop("clock", clock), **options) as simulator,
            aiohttp.ClientSession(timeout=timeout) as http,
        ):
            yield Caller(simulator, http, clock)

    return running


@pytest.fixture(scope="session")
def official() -> etree.XMLSchema:
    """The official schemas; what they do not allow fails a test."""
    spec = util.spec_from_file_location("official_schemas", Path(__file__).with_name("official_schemas.py"))
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.schemas()


@pytest.fixture
def token() -> Callable[..., str]:
    """Makes WS-UsernameToken headers."""
    return security_header
