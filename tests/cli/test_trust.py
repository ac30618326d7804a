"""Whose certificate a target shows: learned once, held to, and a person's word on a new one."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_FROM = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class SelfMade:
    """A certificate that no authority vouches for, with its fingerprints as hex."""

    context: ssl.SSLContext
    private: Key
    certificate: str
    key: str


def self_made(folder: Path, name: str, *, key: Key | None = None) -> SelfMade:
    """A new certificate of a new key, or of the one given."""
    private = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_FROM + dt.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(private, hashes.SHA256())
    )
    encoding, form = serialization.Encoding, serialization.PublicFormat
    path = folder / f"{name}.pem"
    path.write_bytes(
        certificate.public_bytes(encoding.PEM)
        + private.private_bytes(encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    spki = private.public_key().public_bytes(encoding.DER, form.SubjectPublicKeyInfo)
    whole = certificate.public_bytes(encoding.DER)
    return SelfMade(context, private, hashlib.sha256(whole).hexdigest(), hashlib.sha256(spki).hexdigest())


class TlsRelay:
    """TLS in front of a simulated camera; ``received`` is all that clients sent inside it."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._server: asyncio.Server | None = None
        self.port = 0
        self.received = bytearray()

    async def start(self, shows: SelfMade) -> None:
        """Show this certificate from now on, on the port of before if there was one."""
        await self.stop()
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self.port, ssl=shows.context)
        self.port = self._server.sockets[0].getsockname()[1]
        self.received.clear()

    async def stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self._to)
        await asyncio.gather(self._pump(reader, forth, self.received), self._pump(back, writer, bytearray()))

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, seen: bytearray) -> None:
        try:
            while piece := await source.read(65536):
                seen += piece
                sink.write(piece)
                await sink.drain()
        except OSError:
            pass
        finally:
            sink.close()


FEVER = {
    "attributes": {"country": "KR", "modality": "thermal", "visible_face_capture": True, "purpose": "fever-screening"}
}


class Camera:
    """One https camera of a site, whose certificate can be swapped."""

    def __init__(self, site: Any, folder: Path, **group: Any) -> None:
        self.site = site
        self.simulator = site.simulate(
            [{"id": "cam", "thermal": True, "rtsp": True, "auth": "digest", **FEVER, **group}]
        )
        site.assign("kr-pipc-thermal-2020", "audit")
        self.relay = TlsRelay(self.simulator.http_port)
        self.first = self_made(folder, "first")
        self.show(self.first)
        self.enrol()

    def enrol(self, **fields: Any) -> None:
        """The inventory with the camera's https address, and other fields of its target."""
        path = self.site.folder / "inventory.yaml"
        told = yaml.safe_load(path.read_text())
        (target,) = told["targets"]
        base = target["url"].split("/", 3)[3]
        target.update({"url": f"https://127.0.0.1:{self.relay.port}/{base}", **fields})
        self.site.write("inventory.yaml", told)
        self.target, self.options = target["id"], target.get("options", {})

    def show(self, certificate: SelfMade) -> None:
        self.site.inside(lambda: self.relay.start(certificate))

    def findings(self) -> dict[str, str]:
        """Codes of the findings on the target in a fresh check, each with its next step."""
        found = self.site.run("check", "--format", "json").json["findings"]
        return {finding["code"]: finding["next_step"] for finding in found if finding["subject"] == self.target}

    def trust(self) -> dict[str, Any]:
        (row,) = self.site.run("trust", "show", self.target, "--format", "json").json["targets"]
        return row

    def events(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.site.events() if event["event"] == name]

    def close(self) -> None:
        self.site.inside(self.relay.stop)

    def change(self, **fields: Any) -> None:
        """Change the simulated device itself, as somebody at its own page would."""
        (name,) = self.simulator.ids()
        for field, value in fields.items():
            self.site.inside(
                lambda field=field, value=value: setattr(self.simulator.session(name).device, field, value)
            )


@pytest.fixture
def camera(site: Any, tmp_path: Path) -> Iterator[Callable[..., Camera]]:
    made: list[Camera] = []

    def make(**group: Any) -> Camera:
        made.append(Camera(site, tmp_path, **group))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_the_first_contact_is_learned_recorded_and_waits_for_a_person(camera: Callable[..., Camera]) -> None:
    cam = camera()
    codes = cam.findings()
    assert "certificate-not-accepted" in codes
    assert "plain-http" not in codes
    row = cam.trust()
    assert ("first-use", f"spki-sha256:{cam.first.key}", cam.first.certificate, "digest") == (
        row["how"],
        row["pin"],
        row["seen_certificate"],
        row["login_mode"],
    )
    cam.findings()
    (learned,) = cam.events("trust.learned")
    assert (cam.target, "first-use", cam.first.key) == (learned["target"], learned["how"], learned["key"])


def test_another_certificate_gets_a_handshake_and_nothing_else(camera: Callable[..., Camera], tmp_path: Path) -> None:
    cam = camera()
    cam.findings()
    another = self_made(tmp_path, "another")
    cam.show(another)
    answer = cam.site.run("check", "--format", "json")
    assert (4, b"") == (answer.code, bytes(cam.relay.received))
    assert ["certificate-refused"] == [entry["why"] for entry in answer.json["unreachable"]]
    assert {"certificate-refused"} == {
        entry["why"] for entry in answer.json["results"] if entry["verdict"] == "unknown" and entry["endpoint"]
    }
    assert "certificate-changed" in {finding["code"] for finding in answer.json["findings"]}
    assert (cam.first.key, another.key) == (cam.trust()["pin"].partition(":")[2], cam.trust()["seen_key"])
    assert "certificate-refused" == cam.events("device.unreachable")[-1]["why"]


def test_apply_sends_nothing_to_another_certificate_either(camera: Callable[..., Camera], tmp_path: Path) -> None:
    cam = camera()
    cam.findings()
    cam.show(self_made(tmp_path, "another"))
    assert 4 == cam.site.run("apply", "--yes").code
    assert b"" == bytes(cam.relay.received)


def test_a_renewed_certificate_of_the_same_key_goes_on(camera: Callable[..., Camera], tmp_path: Path) -> None:
    cam = camera()
    cam.findings()
    cam.show(self_made(tmp_path, "renewed", key=cam.first.private))
    assert "certificate-changed" not in cam.findings()
    assert b"GetDeviceInformation" in bytes(cam.relay.received)


@pytest.mark.parametrize("which", ["certificate", "key"])
def test_an_accepted_certificate_is_held_to_and_on_record(
    camera: Callable[..., Camera], tmp_path: Path, which: str
) -> None:
    cam = camera()
    cam.findings()
    another = self_made(tmp_path, "another")
    cam.show(another)
    cam.findings()
    answer = cam.site.run("trust", "accept", cam.target, "--fingerprint", getattr(another, which), "--by", "role:it")
    assert 0 == answer.code, answer.err
    assert not {"certificate-changed", "certificate-not-accepted"} & cam.findings().keys()
    assert ("accepted", "role:it") == (cam.trust()["how"], cam.trust()["by"])
    (told,) = cam.events("trust.accepted")
    assert (cam.target, another.key, "role:it") == (told["target"], told["key"], told["approver"])
    cam.show(cam.first)
    assert "certificate-changed" in cam.findings()


def test_a_fingerprint_that_was_not_seen_is_refused(camera: Callable[..., Camera]) -> None:
    cam = camera()
    cam.findings()
    answer = cam.site.run("trust", "accept", cam.target, "--fingerprint", "ab" * 32, "--by", "role:it")
    assert (2, True) == (answer.code, "not the fingerprint" in answer.err)
    assert ("first-use", []) == (cam.trust()["how"], cam.events("trust.accepted"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--by", "role:it"), "nobody is there"),
        (("--by", "Hong Gildong", "--fingerprint", "ab" * 32), "not a role"),
        (("--by", "role:it", "--fingerprint", "xyz"), "not a SHA-256"),
    ],
)
def test_an_acceptance_that_nobody_could_mean_is_refused(
    camera: Callable[..., Camera], arguments: tuple[str, ...], told: str
) -> None:
    cam = camera()
    cam.findings()
    answer = cam.site.run("trust", "accept", cam.target, *arguments)
    assert (2, True) == (answer.code, told in answer.err)


def test_before_the_first_contact_nothing_can_be_accepted(camera: Callable[..., Camera]) -> None:
    cam = camera()
    answer = cam.site.run("trust", "accept", cam.target, "--fingerprint", cam.first.key, "--by", "role:it")
    assert (2, True) == (answer.code, "vmsguard check" in answer.err)


@pytest.mark.parametrize("form", ["sha256:{0.certificate}", "spki-sha256:{0.key}"])
def test_the_inventorys_pin_is_held_to_and_not_accepted_over(
    camera: Callable[..., Camera], tmp_path: Path, form: str
) -> None:
    cam = camera()
    cam.enrol(tls_pin=form.format(cam.first))
    assert not {"certificate-changed", "certificate-not-accepted"} & cam.findings().keys()
    another = self_made(tmp_path, "another")
    cam.show(another)
    assert "inventory" in cam.findings()["certificate-changed"]
    assert b"" == bytes(cam.relay.received)
    answer = cam.site.run("trust", "accept", cam.target, "--fingerprint", another.key, "--by", "role:it")
    assert (2, True) == (answer.code, "tls_pin" in answer.err)


def test_who_asked_for_digest_and_no_longer_does_is_unknown_and_found(camera: Callable[..., Camera]) -> None:
    cam = camera()
    cam.findings()
    cam.change(auth="wsse")
    cam.relay.received.clear()
    answer = cam.site.run("check", "--format", "json")
    assert (4, ["login-weakened"]) == (answer.code, [entry["why"] for entry in answer.json["unreachable"]])
    assert "login-weakened" in {finding["code"] for finding in answer.json["findings"]}
    sent = bytes(cam.relay.received)
    assert (True, False, False) == (b"GetDeviceInformation" in sent, b"Security" in sent, b"Authorization" in sent)
    assert "digest" == cam.trust()["login_mode"]


def test_a_weaker_login_that_the_inventory_states_is_given(camera: Callable[..., Camera]) -> None:
    cam = camera()
    cam.findings()
    cam.change(auth="wsse")
    cam.enrol(options={**cam.options, "auth": "wsse"})
    assert "login-weakened" not in cam.findings()
    assert "wsse" == cam.trust()["login_mode"]


def test_rtsp_that_shows_streams_to_anybody_is_found_until_it_is_closed(camera: Callable[..., Camera]) -> None:
    cam = camera()
    assert "rtsp-without-login" in cam.findings()
    assert True is cam.trust()["rtsp_without_login"]
    cam.change(media_auth=True)
    assert "rtsp-without-login" not in cam.findings()
    assert False is cam.trust()["rtsp_without_login"]


@pytest.mark.parametrize("persona", ["honest", "rtsp-without-login"])
def test_nobody_gets_in_without_an_account_only_where_rtsp_asks_for_one_too(
    camera: Callable[..., Camera], persona: str
) -> None:
    cam = camera(persona=persona)
    cam.site.assign("baseline-security", "audit")

    def least() -> dict[str, Any]:
        (told,) = [
            result
            for result in cam.site.run("check", "--format", "json").json["results"]
            if result["control"] == "security.access.least"
        ]
        return dict(told)

    opened = least()
    assert ("fail", ["describes a stream over RTSP without a login"]) == (opened["verdict"], opened["left"])
    assert "true" == {fact["name"]: fact["shows"] for fact in opened["facts"]}["stream.open_to_all"]
    assert "fail" == least()["verdict"]
    # The persona's RTSP serves anybody, whatever its media want.
    cam.change(media_auth=True)
    assert ("fail" if persona == "rtsp-without-login" else "pass") == least()["verdict"]


def test_every_target_is_shown_to_people_too(camera: Callable[..., Camera]) -> None:
    cam = camera()
    before = cam.site.run("trust", "show").out
    cam.findings()
    after = cam.site.run("trust", "show").out
    assert (True, True) == ("not learned yet" in before, f"spki-sha256:{cam.first.key}" in after)


def test_a_target_that_is_not_enrolled_is_not_shown(camera: Callable[..., Camera]) -> None:
    answer = camera().site.run("trust", "show", "nobody")
    assert (2, True) == (answer.code, "no target of the inventory" in answer.err)
