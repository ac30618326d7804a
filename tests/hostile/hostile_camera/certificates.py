"""Certificates a camera makes for itself, as it likes."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from vmsguard.net.tls import format_pin, pin_of

__all__ = ["Certificate", "certificate", "each_handshake"]


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key in one file, and its pin."""

    path: Path
    pin: str
    der: bytes

    @property
    def tls(self) -> ssl.SSLContext:
        """What a server shows it with."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.path)
        return made


def certificate(
    folder: Path,
    name: str,
    *,
    named: Sequence[x509.GeneralName] = (),
    version: int = 3,
    chain: Sequence[bytes] = (),
    common_name: str | None = None,
) -> Certificate:
    """One of its own making; ``version`` is written into it as it is, whatever that does to its signature."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name if common_name is None else common_name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )
    if named:
        builder = builder.add_extension(x509.SubjectAlternativeName(named), critical=False)
    der = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    der = der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a0030201") + bytes([version - 1]), 1)
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{name}.pem"
    path.write_bytes(plain + b"".join(ssl.DER_cert_to_PEM_cert(one).encode() for one in (der, *chain)))
    return Certificate(path, format_pin(pin_of(der)), der)


def each_handshake(*shown: Certificate) -> tuple[ssl.SSLContext, list[str]]:
    """A server's side that shows these one after the other, the last of them from then on; and which it showed."""
    first = shown[0].tls
    contexts = [first, *(one.tls for one in shown[1:])]
    told: list[str] = []

    def choose(connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        number = min(len(told), len(contexts) - 1)
        told.append(shown[number].path.stem)
        connection.context = contexts[number]

    first.sni_callback = choose  # type: ignore[assignment]
    return first, told
