"""Reads certificate pins: the SHA-256 of a device's certificate, as enrolled."""

from __future__ import annotations

import hashlib
import re

from vmsguard.errors import ConfigError

__all__ = ["format_pin", "parse_pin", "pin_of"]

_HEX = re.compile(r"[0-9a-f]{64}")


def parse_pin(text: str) -> bytes:
    """The 32 bytes of a pin such as ``sha256:AB:CD…`` (prefix and colons optional)."""
    digits = text.strip().lower().removeprefix("sha256:").replace(":", "")
    if not _HEX.fullmatch(digits):
        raise ConfigError(
            "tls_pin is not a SHA-256 fingerprint",
            hint="Write 64 hex digits, as `openssl x509 -noout -fingerprint -sha256` prints them.",
        )
    return bytes.fromhex(digits)


def pin_of(certificate: bytes) -> bytes:
    """The pin of a DER certificate."""
    return hashlib.sha256(certificate).digest()


def format_pin(pin: bytes) -> str:
    """A pin as it is written in an inventory."""
    return f"sha256:{pin.hex()}"
