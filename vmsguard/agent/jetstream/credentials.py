"""A user's credentials for a NATS server, as ``nsc`` writes them: a JWT, and the seed that signs the server's nonce."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vmsguard.errors import SecretMissing

__all__ = ["UserCredentials"]

_PART = re.compile(rb"-{3,}BEGIN ([A-Z ]+)-{3,}\s+(\S+)\s+-{3,}END \1-{3,}")
_JWT, _SEED = b"NATS USER JWT", b"USER NKEY SEED"
_PREFIX, _KEY, _CHECK = 2, 32, 2
"""Bytes of a decoded seed: what kind it is, the Ed25519 seed, a CRC-16."""
_SEED_OF_A_USER = b"SU"


class UserCredentials:
    """Read anew at every connection, so that credentials that were exchanged count from the next one on."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def check(self) -> None:
        """Raises ``SecretMissing`` for a file that holds no user's credentials."""
        self.sign("")

    def jwt(self) -> bytes:
        """Who we are, as somebody vouches whom the server trusts."""
        return self._part(_JWT)

    def sign(self, nonce: str) -> bytes:
        """The server's nonce, signed; in base64."""
        seed = self._part(_SEED)
        try:
            raw = base64.b32decode(seed + b"=" * (-len(seed) % 8))
        except binascii.Error:
            raw = b""
        if not seed.startswith(_SEED_OF_A_USER) or len(raw) != _PREFIX + _KEY + _CHECK:
            raise self._unreadable("its seed is no user's")
        key = Ed25519PrivateKey.from_private_bytes(raw[_PREFIX : _PREFIX + _KEY])
        return base64.b64encode(key.sign(nonce.encode()))

    def _part(self, name: bytes) -> bytes:
        try:
            parts: dict[bytes, bytes] = dict(_PART.findall(self._file.read_bytes()))
        except OSError as error:
            raise self._unreadable(error.strerror or "cannot be read") from error
        if name not in parts:
            raise self._unreadable(f"it has no part called {name.decode()}")
        return parts[name]

    def _unreadable(self, why: str) -> SecretMissing:
        hint = "name the .creds file that was made for this user (nsc generate creds)"
        return SecretMissing(str(self._file), f"{self._file}: {why}", hint=hint)
