"""What a target shows in a handshake, and that nothing follows it."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from vmsguard.errors import GuardTripped, Unreachable
from vmsguard.model.clock import SystemClock
from vmsguard.model.inventory import Limits, Target
from vmsguard.model.vocabulary import Role
from vmsguard.net.first_contact import first_certificate
from vmsguard.net.pool import ConnectionPool
from vmsguard.net.tls import Pin, certificate_seen

FROM = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DER, PEM = serialization.Encoding.DER, serialization.Encoding.PEM


def authority_and_certificate(folder: Path, host: str) -> tuple[Path, ssl.SSLContext, bytes, bytes]:
    """An authority's certificate file, a server context for ``host`` under it, and its certificate and key in DER."""
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name, name = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, told)]) for told in ("self-made authority", "camera")
    )

    def made(subject: x509.Name, own: ec.EllipticCurvePrivateKey, ca: bool) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(own.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(FROM)
            .not_valid_after(FROM + dt.timedelta(days=36500))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if not ca:
            told = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
            builder = builder.add_extension(told, critical=False)
        return builder.sign(ca_key, hashes.SHA256())

    authority, certificate = made(ca_name, ca_key, True), made(name, key, False)
    ca_file, chain = folder / "ca.pem", folder / "chain.pem"
    ca_file.write_bytes(authority.public_bytes(PEM))
    form = serialization.PrivateFormat.PKCS8
    chain.write_bytes(certificate.public_bytes(PEM) + key.private_bytes(PEM, form, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    spki = key.public_key().public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return ca_file, context, certificate.public_bytes(DER), spki


PATIENT = 60.0
"""Seconds that a machine which stalls does not stand still for."""


def target(url: str, deadline: float, **fields: object) -> Target:
    limits = Limits(requests_per_second=1e6, deadline_seconds=deadline)
    return Target(id="t-1", site="s", role=Role.DEVICE, driver="test", url=url, limits=limits, **fields)  # type: ignore[arg-type]


async def first(url: str, pool: ConnectionPool, deadline: float = PATIENT) -> tuple[str, str, bool]:
    seen = await first_certificate(target(url, deadline), pool, SystemClock())
    return seen.certificate.key, seen.certificate.whole, seen.vouched


async def test_a_self_made_certificate_is_seen_and_nobody_vouches(start_server, pool, tmp_path) -> None:
    _, context, whole, spki = authority_and_certificate(tmp_path, "127.0.0.1")
    server = await start_server(tls=context)
    told = (hashlib.sha256(spki).hexdigest(), hashlib.sha256(whole).hexdigest(), False)
    assert told == await first(server.url, pool)
    assert [] == server.asked


async def test_an_authority_that_is_trusted_here_vouches(start_server, pool, tmp_path, monkeypatch) -> None:
    ca_file, context, *_ = authority_and_certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    server = await start_server(tls=context)
    assert (await first(server.url, pool))[2] is True


async def test_an_authority_vouches_only_for_the_enrolled_name(start_server, pool, tmp_path, monkeypatch) -> None:
    ca_file, context, *_ = authority_and_certificate(tmp_path, "192.0.2.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    server = await start_server(tls=context)
    assert (await first(server.url, pool))[2] is False


async def test_a_port_without_tls_is_unreachable(start_server, pool) -> None:
    server = await start_server()
    with pytest.raises(Unreachable):
        await first(server.url.replace("http:", "https:"), pool, 0.5)


async def test_nobody_there_is_unreachable(start_server, pool, unused_tcp_port: int) -> None:
    with pytest.raises(Unreachable):
        await first(f"https://127.0.0.1:{unused_tcp_port}", pool)


async def test_a_handshake_that_never_ends_has_a_deadline(pool) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Unreachable, match="in time"):
            await first(f"https://127.0.0.1:{port}", pool, 0.5)


async def test_a_name_that_leads_nowhere_a_target_is_is_not_followed() -> None:
    async def link_local(host: str) -> tuple[str, ...]:
        return ("169.254.169.254",)

    async with ConnectionPool(lookup=link_local) as pool:
        with pytest.raises(GuardTripped, match="nothing was sent"):
            await first("https://camera.example", pool)


def test_what_is_no_certificate_has_no_fingerprints() -> None:
    with pytest.raises(ValueError):
        certificate_seen(b"\x30\x00 no certificate")


def test_a_certificate_meets_its_own_pins_and_no_other(tmp_path: Path) -> None:
    _, _, whole, spki = authority_and_certificate(tmp_path, "127.0.0.1")
    seen = certificate_seen(whole)
    of_key, of_whole = hashlib.sha256(spki).digest(), hashlib.sha256(whole).digest()
    pins = [Pin(of_whole), Pin(of_key, of_key=True), Pin(of_key), Pin(of_whole, of_key=True)]
    assert [True, True, False, False] == [seen.meets(pin) for pin in pins]
