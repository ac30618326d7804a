"""Who signs, and what is signed: certificates for a NATS server on loopback, valid or not."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

__all__ = ["Authority"]


class Authority:
    """One that signs; ``ca`` is its own certificate as a file."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = generate_private_key(SECP256R1())
        self._name = _name(name)
        own = _builder(self._name, self._name, self._key.public_key(), timedelta(days=30))
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        own = own.add_extension(_usage(signs=True), critical=True)
        folder.mkdir(parents=True, exist_ok=True)
        self.ca = folder / f"{name}.pem"
        self.ca.write_bytes(own.sign(self._key, SHA256()).public_bytes(Encoding.PEM))

    def server(self, name: str, *, address: str = "127.0.0.1", valid: timedelta = timedelta(days=30)) -> str:
        """The ``tls`` block of a server's file; one whose time is negative expired so long ago."""
        key = generate_private_key(SECP256R1())
        built = _builder(_name(name), self._name, key.public_key(), valid)
        where = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        signed = built.add_extension(where, critical=False).sign(self._key, SHA256())
        certificate, secret = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        certificate.write_bytes(signed.public_bytes(Encoding.PEM))
        secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return f'tls {{ cert_file: "{certificate}", key_file: "{secret}" }}\n'


def _builder(subject: x509.Name, issuer: x509.Name, key, valid: timedelta) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=90))
        .not_valid_after(now + valid)
    )


def _name(told: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, told)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
