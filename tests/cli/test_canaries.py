"""Nothing that a device, its owner or a login must keep to itself is in anything that vmsguard wrote.

Simulated cameras hold canaries in every string they can say. After runs that work, that are refused, that
break and that are debugged, whatever vmsguard wrote is searched for every canary in every encoding.

What may be there: the operator's own ids, and vendor, model and firmware where they are short and plain. The
names that a device itself goes by in its protocol (tokens, rule names) are needed to act on it: they stand in
state, plan files and on the terminal, and nowhere in evidence or reports.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import gzip
import json
import random
import sqlite3
import string
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from aiohttp import web

from vmsguard.simulator import dispatch, http_server
from vmsguard.simulator.device_state import Account, Configuration, Device, Product
from vmsguard.simulator.services import advertised
from vmsguard.simulator.services import device as device_service
from vmsguard.simulator.soap import fault_envelope, text

FEVER = {"country": "KR", "modality": "thermal", "visible_face_capture": True, "purpose": "fever-screening"}
PUBLIC = {"space": "public", "operator": "public-institution"}
PIPC = "kr-pipc-thermal-2020"
NHRCK = "kr-nhrck-frt-moratorium-2023"


PRIVATE = "Qzk7Wv"
"""Every secret, person, plate and face begins like this; to search for the beginning also finds what was cut."""

DEVICE_ID = "Jx4Gqy"
"""So begins what a device goes by in its protocol."""


class Canaries:
    """Words that nobody else would say, each under the name of what it stands for."""

    def __init__(self) -> None:
        self._random = random.Random(20261122)
        self.private: dict[str, str] = {}
        self.device_ids: dict[str, str] = {}

    def keep(self, what: str, shape: str = "{}") -> str:
        """A string of the shape with a private word in it."""
        return shape.format(self.private.setdefault(what, PRIVATE + self._word()))

    def name(self, what: str) -> str:
        return self.device_ids.setdefault(what, DEVICE_ID + self._word())

    def _word(self) -> str:
        return "".join(self._random.choice(string.ascii_letters + string.digits) for _ in range(8))


def forms(word: str) -> Iterator[tuple[str, bytes]]:
    """The word as it could be hidden in a file, by the name of the encoding; compared in lower case where ``~``."""
    raw = word.encode()
    yield "~raw", raw.lower()
    yield "~hex", binascii.hexlify(raw)
    yield "~hex with colons", binascii.hexlify(raw, ":")
    yield "~url", "".join(f"%{byte:02x}" for byte in raw).encode()
    yield "~url of what needs it", quote(word, safe="").lower().encode()
    yield "~utf-16-le", word.lower().encode("utf-16-le")
    yield "~utf-16-be", word.lower().encode("utf-16-be")
    yield "~json escapes", "".join(f"\\u{ord(letter):04x}" for letter in word).encode()
    yield "~json escapes of what needs it", json.dumps(word)[1:-1].lower().encode()
    yield "~xml references", "".join(f"&#{ord(letter)};" for letter in word).encode()
    yield "~xml references in hex", "".join(f"&#x{ord(letter):x};" for letter in word).encode()
    for case in (word, word.lower(), word.upper()):
        for offset in range(3):
            # The first and last characters share bits with whatever stands before and after.
            begins, ends = (offset * 8 + 5) // 6, (offset + len(case.encode())) * 8 // 6
            for name, encode in (("base64", base64.b64encode), ("base64 for urls", base64.urlsafe_b64encode)):
                yield f"{name} at {offset}", encode(bytes(offset) + case.encode())[begins:ends]


def found_in(data: bytes, words: Iterable[str]) -> list[tuple[str, str]]:
    """Which words stand in the bytes, and how they are written."""
    lowered = data.lower()
    return [
        (word, name)
        for word in words
        for name, form in forms(word)
        if form in (lowered if name.startswith("~") else data)
    ]


def unpacked(path: Path) -> bytes:
    data = path.read_bytes()
    return data + gzip.decompress(data) if path.suffix == ".gz" else data


def leaks(written: Mapping[str, bytes], mark: str, words: Mapping[str, str]) -> list[str]:
    """Which canaries stand where, and how they are written."""
    return [
        f"{what} in {place} ({name})"
        for place, data in written.items()
        if found_in(data, [mark])
        for what, name in _named(data, mark, words)
    ]


def _named(data: bytes, mark: str, words: Mapping[str, str]) -> list[tuple[str, str]]:
    names = {word: what for what, word in words.items()}
    whole = sorted({(names[word], how) for word, how in found_in(data, words.values())})
    return whole or [("a part of one", how) for _, how in found_in(data, [mark])]


# The searcher itself


HIDDEN: list[Callable[[bytes], bytes]] = [
    lambda raw: raw,
    bytes.lower,
    bytes.upper,
    base64.b64encode,
    lambda raw: base64.b64encode(b"a" + raw + b"b"),
    lambda raw: base64.b64encode(b"ab" + raw),
    lambda raw: base64.b64encode(b"abc" + raw + b"cd"),
    lambda raw: base64.urlsafe_b64encode(b"\xff\xfe" + raw + b"\xff"),
    lambda raw: base64.b64encode(b"user:" + raw.lower()),
    lambda raw: raw.hex().encode(),
    lambda raw: raw.hex().upper().encode(),
    lambda raw: raw.hex(":").encode(),
    lambda raw: "".join(f"%{byte:02X}" for byte in raw).encode(),
    lambda raw: quote(raw.decode(), safe="").encode(),
    lambda raw: raw.decode().encode("utf-16-le"),
    lambda raw: raw.decode().encode("utf-16-be"),
    lambda raw: raw.decode().encode("utf-16"),
    lambda raw: json.dumps({"name": raw.decode()}).encode(),
    lambda raw: "".join(f"\\u{ord(letter):04X}" for letter in raw.decode()).encode(),
    lambda raw: "".join(f"&#{ord(letter)};" for letter in raw.decode()).encode(),
    lambda raw: "".join(f"&#x{ord(letter):X};" for letter in raw.decode()).encode(),
]


@pytest.mark.parametrize("word", ["kimQzMinsu7Xy3", "김민수QzXy12"])
@pytest.mark.parametrize("hide", HIDDEN)
def test_the_search_finds_what_is_planted(hide: Callable[[bytes], bytes], word: str, tmp_path: Path) -> None:
    planted = b"\x00\x01 before " + hide(word.encode()) + b" after \xff"
    plain, packed = tmp_path / "plain", tmp_path / "packed.gz"
    plain.write_bytes(planted)
    packed.write_bytes(gzip.compress(planted))
    assert [word, word] == [(found_in(unpacked(path), [word]) or [("", "")])[0][0] for path in (plain, packed)]
    assert [] == found_in(planted, ["leeQzJiwoo8Ab4"])


def test_the_search_finds_each_canary_in_each_form() -> None:
    canaries = Canaries()
    words = [canaries.keep(str(number)) for number in range(20)]
    for word in words:
        for name, form in forms(word):
            assert word in {found for found, _ in found_in(b"x" + form + b"y", words)}, name


# Devices full of canaries


def say_canaries(device: Device, canaries: Canaries) -> None:
    """Rename everything in the device that has a name, and fill in what a person could have written."""
    here = device.id
    product = device.product
    device.product = Product(
        product.manufacturer,
        product.model,
        canaries.keep(f"{here} firmware", "5.7 //admin:{}@"),
        canaries.keep(f"{here} serial"),
        canaries.keep(f"{here} hardware"),
    )
    device.accounts.append(Account(canaries.keep(f"{here} operator"), canaries.keep(f"{here} second password")))
    have = device.configuration
    renamed = {
        old: canaries.name(f"{here} {old}")
        for old in (
            *(source.token for source in have.sources),
            *(source.configuration for source in have.sources),
            *(encoder.token for encoder in have.encoders),
            *(metadata.token for metadata in have.metadata),
            *(analytics.token for analytics in have.analytics),
            *(profile.token for profile in have.profiles),
            *(recording.token for recording in have.recordings),
            *(job.token for job in have.jobs),
            *(receiver.token for receiver in have.receivers),
            *(storage.token for storage in have.storages),
            *(rule.name for analytics in have.analytics for rule in (*analytics.rules, *analytics.modules)),
        )
    }
    device.configuration = have = msgspec.convert(_renamed(msgspec.to_builtins(have), renamed), Configuration)
    device.footage = {
        "/".join(renamed.get(part, part) for part in key.split("/")): footage for key, footage in device.footage.items()
    }
    for number, profile in enumerate(have.profiles):
        profile.name = canaries.keep(f"{here} profile name {number}", "{} desk, 3rd floor")
    for number, recording in enumerate(have.recordings):
        recording.source_name = canaries.keep(f"{here} source name {number}", "ward of {}")
        recording.source_id = canaries.keep(f"{here} source id {number}")
        recording.content = canaries.keep(f"{here} content {number}", "plate {}")
    for number, storage in enumerate(have.storages):
        storage.uri = canaries.keep(f"{here} storage {number}", "ftp://kim:{}@nas.example.org/share")
        storage.user = canaries.keep(f"{here} storage user {number}")
    for number, uplink in enumerate(have.uplinks):
        uplink.address = canaries.keep(f"{here} uplink {number}", "wss://user:{}@cloud.example.org/")
    for number, broker in enumerate(have.brokers):
        broker.address = canaries.keep(f"{here} broker {number}", "mqtts://user:{}@mqtt.example.org/")
        broker.topic_prefix = canaries.keep(f"{here} topic {number}")
    for number, rtc in enumerate(have.webrtc):
        rtc.signaling_server = canaries.keep(f"{here} signaling {number}", "wss://x:{}@rtc.example.org/")
        rtc.authorization_server = canaries.keep(f"{here} authorization {number}")
    for number, program in enumerate(have.applications):
        program.id = canaries.name(f"{here} application {number}")
        program.name = canaries.keep(f"{here} application name {number}", "FaceRecognition of {}")
    announced = enumerate(device.searching.announces)
    device.searching.announces = [f"{topic}/{canaries.name(f'{here} topic {place}')}" for place, topic in announced]
    for analytics in have.analytics:
        for analyser in (*analytics.rules, *analytics.modules):
            for name in ("FaceId", "Plate", "Person", "Token"):
                analyser.parameters[name] = canaries.keep(f"{here} {analyser.name} {name}")


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if isinstance(value, dict):
        return {key: _renamed(item, names) for key, item in value.items()}
    return value


class Talkative:
    """Puts canaries into what the simulator says beside its configuration: headers, faults, addresses, scopes."""

    def __init__(self, canaries: Canaries, monkeypatch: pytest.MonkeyPatch) -> None:
        self.heard = bytearray()
        """All that the devices said."""
        send, scopes, address = http_server._send, device_service._scopes, advertised.address

        async def talkative_send(request: web.BaseRequest, reply: Any, content_type: str) -> web.StreamResponse:
            response = await send(request, reply, content_type)
            assert isinstance(response, web.Response)
            if "/cam-broken/" in request.path and isinstance(response.body, bytes):
                for number, plain in enumerate((b">true<", b">false<", b">PT0S<", b">Active<", b">1920<", b">Video<")):
                    broken = canaries.keep(f"broken value {number}", ">{}<").encode()
                    response.body = response.body.replace(plain, broken)
            response.headers["Set-Cookie"] = canaries.keep("cookie", "session={}; Path=/")
            response.headers["Server"] = canaries.keep("server")
            response.headers["X-Auth-Token"] = canaries.keep("header token")
            self.heard += str(response.headers).encode()
            self.heard += response.body if isinstance(response.body, bytes) else b""
            return response

        def talkative_fault(fault: Any) -> bytes:
            words = canaries.keep("fault text", "no such user {} with password=") + canaries.keep("fault password")
            subcodes = (*fault.subcodes, canaries.keep("fault subcode"))
            told = type(fault)(fault.code, subcodes, f"{fault.reason} {words}")
            detail = canaries.keep("fault detail", "<env:Detail>rtsp://root:{}@10.0.0.9/</env:Detail></env:Fault>")
            return fault_envelope(told).replace(b"</env:Fault>", detail.encode())

        def talkative_address(call: Any, service: Any) -> str:
            plain = address(call, service)
            return plain.replace("http://", canaries.keep("xaddr password", "http://admin:{}@"))

        def talkative_scopes(call: Any) -> str:
            more = [
                canaries.keep("scope name", "onvif://www.onvif.org/name/{}"),
                canaries.keep("scope location", "onvif://www.onvif.org/location/room%20of%20{}"),
            ]
            return scopes(call) + "".join(
                f"<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef><tt:ScopeItem>{text(scope)}</tt:ScopeItem></tds:Scopes>"
                for scope in more
            )

        monkeypatch.setattr(http_server, "_send", talkative_send)
        monkeypatch.setattr(dispatch, "fault_envelope", talkative_fault)
        monkeypatch.setattr(advertised, "address", talkative_address)
        for name, operation in (("GetScopes", talkative_scopes),):
            replaced = dataclasses.replace(device_service.SERVICE.operations[name], handle=operation)
            monkeypatch.setitem(device_service.SERVICE.operations, name, replaced)


class World:
    """An installation whose cameras are full of canaries, and all that vmsguard wrote about them."""

    def __init__(self, site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.site = site
        self.canaries = Canaries()
        self.said: dict[str, bytes] = {}
        self._monkeypatch = monkeypatch
        talkative = Talkative(self.canaries, monkeypatch)
        self.heard = talkative.heard
        user, password = self.canaries.keep("login user"), self.canaries.keep("login password")
        everything = {
            "rtsp": True,
            "rules": ["tt:FaceRecognition", "tt:LineDetector"],
            "modules": ["tt:FaceDetector"],
            "storages": [{"uri": "nfs://10.0.0.9/x", "used": True}],
            "multicast": True,
            "webrtc": ["wss://rtc.example.org/"],
            "brokers": ["mqtt://mqtt.example.org/"],
            "uplinks": ["wss://cloud.example.org/"],
            "applications": [{"id": "FaceRecognition", "topics": ["FaceDetection"]}],
            "searching": {"announces": ["tns1:RuleEngine/FaceDetector/FaceDetect"], "image_search": True},
            "users": [{"user": user, "password": password}],
        }
        fever = {**everything, "thermal": True, "name": "fever", "attributes": FEVER}
        public = {**everything, "name": "public", "attributes": {"country": "KR", "modality": "visible", **PUBLIC}}
        groups = [
            {**fever, "id": "cam-1", "recorder": "rec-1", "channels": 2},
            {**fever, "id": "cam-broken"},
            {**fever, "id": "cam-stuck", "persona": "cannot-stop-recording", "storages": None},
            {**fever, "id": "cam-liar", "persona": "acknowledges-everything"},
            {**fever, "id": "cam-foreign", "persona": "wrong-xaddr"},
            {**fever, "id": "cam-vague", "persona": "faults-without-subcode"},
            {**fever, "id": "cam-lost", "persona": "drop-reply-after-write"},
            {**public, "id": "cam-p"},
            {**public, "id": "cam-fixed", "persona": "fixed-rules"},
        ]
        recorders = [{"id": "rec-1", "users": [{"user": user, "password": password}]}]
        self.simulator = site.simulate(groups, recorders)
        for device in self.simulator.ids():
            session = self.simulator.session(device)
            site.inside(lambda session=session: say_canaries(session.device, self.canaries))
        self.log_in(user, password)
        packs = [{"pack": PIPC, "mode": "enforce"}, {"pack": NHRCK, "mode": "enforce", "profile": "literal"}]
        metadata = {"id": "test"}
        site.write(
            "assignments.yaml",
            {
                "apiVersion": "vmsguard/v1",
                "kind": "Assignment",
                "metadata": metadata,
                "sites": ["site-1"],
                "packs": packs,
            },
        )
        self._given = {path for path in site.folder.rglob("*") if path.is_file()}

    def log_in(self, user: str, password: str) -> None:
        self._monkeypatch.setenv("VMSGUARD_SIM_LOGIN", f"{user}:{password}")

    def run(self, *arguments: str) -> Any:
        answer = self.site.run(*arguments)
        said = f"{answer.out}\n{answer.err}"
        # A table folds long cells: what a line ends with goes on in the next.
        self.said[f"{len(self.said)} {' '.join(arguments)}"] = f"{said}\n{''.join(said.split())}".encode()
        return answer

    def written(self, *, handed_on: bool = False) -> dict[str, bytes]:
        """Everything vmsguard wrote or said; with ``handed_on`` only evidence, reports and what is told of them."""
        files = {
            str(path.relative_to(self.site.folder)): unpacked(path)
            for path in self.site.folder.rglob("*")
            if path.is_file() and path not in self._given
        }
        everything = {**files, **self.said}
        if not handed_on:
            return everything
        parts = ("evidence", "report")
        return {place: data for place, data in everything.items() if any(part in place for part in parts)}


OURS = {"an internal error", "a driver's error", "login password", "wrong password", "wrong user"}
"""Canaries that no device says: what a person typed, and what our own errors quote."""


@pytest.fixture
def world(site: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(site, monkeypatch)


@pytest.mark.slow
def test_no_canary_leaves_the_devices(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.run("check", "--format", "json")
    keeper = sqlite3.connect(world.site.folder / "state.db")  # as long as it is open, the WAL stays to be searched
    keeper.execute("SELECT count(*) FROM standings").fetchone()
    world.run("check", "--controls")
    world.run("policy", "explain", PIPC, "--camera", "all", "--profile", "all")
    world.run("--debug", "plan", "-o", "plan.json")
    sent = world.run("--debug", "apply", "plan.json", "--yes", "--confirm-purge", "50", "--format", "json").json
    world.run("apply", "--yes", "--confirm-purge", "50")
    explained = world.run("policy", "explain", "pack:" + NHRCK, "--camera", "all", "--format", "json").json
    break_a_driver(world, monkeypatch)
    refuse_the_login(world)
    crash(world, monkeypatch)
    world.site.inside(world.simulator.stop)
    world.run("--debug", "check", "--controls")
    hand_on(world)
    keeper.close()

    # What was meant to happen did, or the search below proves nothing.
    assert sent["run"]["changes_sent"] > 10
    assert len(explained["cameras"]) > 5
    events = {record["event"] for record in world.site.events()}
    assert {"observe", "apply.result", "proof.recorded", "purge", "duty.due", "device.unreachable", "finding"} <= events
    whys = {record["why"] for record in world.site.events() if record["event"] == "device.unreachable"}
    assert {"login-refused", "unreachable", "fault"} & whys
    unsaid = {what for what, word in world.canaries.private.items() if word.encode() not in world.heard}
    assert OURS == {what for what in unsaid if not what.endswith("second password")}
    assert [] == [
        *leaks(world.written(), PRIVATE, world.canaries.private),
        *leaks(world.written(handed_on=True), DEVICE_ID, world.canaries.device_ids),
    ]


def break_a_driver(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver stumbles over a string of the device and quotes it, as Python's own errors do."""
    from vmsguard_onvif.driver import OnvifDriver

    words = world.canaries.keep("a driver's error")

    async def breaks(self: Any, *args: Any) -> None:
        try:
            int(words)
        except ValueError as error:
            raise KeyError(words) from error

    with monkeypatch.context() as broken:
        broken.setattr(OnvifDriver, "open", breaks)
        answer = world.run("--debug", "check")
    assert "ValueError" in answer.err
    assert "KeyError" in answer.err


def refuse_the_login(world: World) -> None:
    world.log_in(world.canaries.keep("wrong user"), world.canaries.keep("wrong password"))
    world.run("--debug", "check", "--controls")
    world.run("apply", "--yes")


def crash(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program itself breaks over a device's words, before and after it wrote."""
    words = world.canaries.keep("an internal error", "no such key: {}")

    def breaks(*args: Any) -> None:
        raise RuntimeError(words)

    for place in ("vmsguard.run.check.record_end", "vmsguard.run.check.judged_in_batches"):
        with monkeypatch.context() as broken:
            broken.setattr(place, breaks)
            for debug in ((), ("--debug",)):
                answer = world.run(*debug, "check")
                assert (1, True) == (answer.code, "internal error: RuntimeError" in answer.err)
                assert bool(debug) == ("in breaks" in answer.err)


def hand_on(world: World) -> None:
    """What an auditor gets."""
    world.run("evidence", "show")
    world.run("evidence", "show", "--format", "json")
    world.run("evidence", "verify", "evidence")
    for form in ("html", "csv", "json"):
        world.run("report", "--format", form, "-o", f"report.{form}")
        assert (world.site.folder / f"report.{form}").stat().st_size > 0
    world.run("doctor")
