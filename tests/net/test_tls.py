from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from vmsguard.errors import ConfigError, GuardTripped, Unreachable
from vmsguard.model.inventory import Limits
from vmsguard.model.vocabulary import Effect
from vmsguard.net.client import HttpAuth
from vmsguard.net.login import Login
from vmsguard.net.tls import Pin, format_pin, parse_pin, pin_of

READ = {"effect": Effect.READ, "operation": "GetThing"}
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def self_signed(folder: Path, name: str) -> tuple[ssl.SSLContext, str]:
    """A server context with a new certificate, and the certificate's pin."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(NOW + dt.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, format_pin(pin_of(certificate.public_bytes(serialization.Encoding.DER)))


async def test_a_pinned_certificate_is_spoken_to(start_server, connect, tmp_path) -> None:
    context, pin = self_signed(tmp_path, "camera")
    server = await start_server(tls=context)
    client = connect(server.url, tls_pin=pin)
    for _ in range(2):
        assert (await client.request("GET", "/", **READ)).body == b"ok"
    assert server.connections == 1


async def test_a_swapped_certificate_stops_before_anything_is_sent(start_server, connect, tmp_path) -> None:
    _, pin = self_signed(tmp_path, "camera")
    another, _ = self_signed(tmp_path, "impostor")
    server = await start_server(tls=another)
    client = connect(server.url, tls_pin=pin, login=Login("ref", "u", "p"))
    with pytest.raises(GuardTripped, match="not the pinned one"):
        await client.request("GET", "/", auth=HttpAuth.BASIC, **READ)
    assert server.asked == []


async def test_a_self_signed_certificate_without_a_pin_is_not_trusted(start_server, connect, tmp_path) -> None:
    context, _ = self_signed(tmp_path, "camera")
    server = await start_server(tls=context)
    with pytest.raises(GuardTripped, match="not trusted") as raised:
        await connect(server.url).request("GET", "/", **READ)
    assert (server.asked, "tls_pin" in raised.value.hint) == ([], True)


async def test_https_to_a_plain_port_is_unreachable(start_server, connect) -> None:
    server = await start_server()
    soon = Limits(requests_per_second=1e6, deadline_seconds=0.5)
    with pytest.raises(Unreachable):
        await connect(server.url.replace("http:", "https:"), limits=soon).request("GET", "/", **READ)


@pytest.mark.parametrize("text", ["ab" * 32, "AB" * 32, "sha256:" + "ab" * 32, ":".join(["AB"] * 32)])
def test_a_pin_is_read_in_its_usual_spellings(text: str) -> None:
    assert Pin(bytes.fromhex("ab" * 32)) == parse_pin(text)


def test_a_pin_of_a_key_says_so_and_is_read_back_as_written() -> None:
    told = parse_pin("spki-sha256:" + "AB" * 32)
    assert (True, "spki-sha256:" + "ab" * 32) == (told.of_key, str(told))


@pytest.mark.parametrize("text", ["", "ab" * 20, "zz" * 32, "sha1:" + "ab" * 20, "ab" * 33])
def test_what_is_no_sha256_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="not a SHA-256 fingerprint"):
        parse_pin(text)
