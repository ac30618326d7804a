"""Reads pins, and takes the fingerprints of a certificate: of the whole of it, and of its public key."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from vmsguard.errors import ConfigError

__all__ = ["CertificateSeen", "Pin", "certificate_seen", "format_key_pin", "format_pin", "parse_pin", "pin_of"]

_HEX = re.compile(r"[0-9a-f]{64}")
_KEY = "spki-sha256:"
_WHOLE = "sha256:"


@dataclass(frozen=True)
class Pin:
    """What a target is held to: the SHA-256 of its certificate, or of its public key (RFC 7469)."""

    digest: bytes
    of_key: bool = False
    """A key's pin outlives a renewed certificate with the same key."""

    def __str__(self) -> str:
        return f"{_KEY if self.of_key else _WHOLE}{self.digest.hex()}"


@dataclass(frozen=True)
class CertificateSeen:
    """The SHA-256 fingerprints of a certificate that a target showed, as hex."""

    key: str
    """Of its SubjectPublicKeyInfo."""
    whole: str
    """Of the certificate, as devices show it on their own pages."""

    def meets(self, pin: Pin) -> bool:
        return (self.key if pin.of_key else self.whole) == pin.digest.hex()


def parse_pin(text: str) -> Pin:
    """A pin such as ``sha256:AB:CD…`` (prefix and colons optional) or ``spki-sha256:ab12…``."""
    digits = text.strip().lower()
    of_key = digits.startswith(_KEY)
    digits = digits.removeprefix(_KEY).removeprefix(_WHOLE).replace(":", "")
    if not _HEX.fullmatch(digits):
        raise ConfigError(
            "tls_pin is not a SHA-256 fingerprint",
            hint="Write 64 hex digits, as `openssl x509 -noout -fingerprint -sha256` prints them.",
        )
    return Pin(bytes.fromhex(digits), of_key)


def pin_of(certificate: bytes) -> bytes:
    """The SHA-256 of a DER certificate."""
    return hashlib.sha256(certificate).digest()


def format_pin(pin: bytes) -> str:
    """A certificate's pin as it is written in an inventory."""
    return f"{_WHOLE}{pin.hex()}"


def format_key_pin(key: str) -> str:
    """The pin of a public key whose fingerprint is given as hex."""
    return f"{_KEY}{key}"


def certificate_seen(certificate: bytes) -> CertificateSeen:
    """The fingerprints of a DER certificate; raises ``ValueError`` where it holds no key that can be read."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import InvalidVersion, load_der_x509_certificate

    try:
        key = load_der_x509_certificate(certificate).public_key()
        told = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (UnsupportedAlgorithm, InvalidVersion) as error:
        raise ValueError("the certificate, or its key, is of a kind that cannot be read") from error
    return CertificateSeen(hashlib.sha256(told).hexdigest(), pin_of(certificate).hex())
