"""A user's credentials for a NATS server: the seed that signs its nonce, alone or with a JWT as ``nsc`` writes them."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vmsguard.errors import SecretMissing

__all__ = ["UserCredentials"]

_PART = re.compile(rb"-{3,}BEGIN ([A-Z ]+)-{3,}\s+(\S+)\s+-{3,}END \1-{3,}")
_JWT, _SEED = b"NATS USER JWT", b"USER NKEY SEED"
_BARE_SEED = re.compile(rb"S[A-Z][A-Z2-7]{40,80}")
_PREFIX, _KEY, _CHECK = 2, 32, 2
"""Bytes of a decoded seed: what kind it is, the Ed25519 seed, a CRC-16."""
_SEED_OF_A_USER = b"SU"
_PUBLIC_OF_A_USER = bytes([20 << 3])


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

    def nkey(self) -> str:
        """The public key of a user whom the server's own file names; empty for one with a JWT."""
        if self._bare_seed() is None:
            return ""
        told = _PUBLIC_OF_A_USER + self._key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b32encode(told + binascii.crc_hqx(told, 0).to_bytes(2, "little")).decode().rstrip("=")

    def sign(self, nonce: str) -> bytes:
        """The server's nonce, signed; in base64."""
        return base64.b64encode(self._key().sign(nonce.encode()))

    def _key(self) -> Ed25519PrivateKey:
        seed = self._bare_seed() or self._part(_SEED)
        try:
            raw = base64.b32decode(seed + b"=" * (-len(seed) % 8))
        except binascii.Error:
            raw = b""
        if not seed.startswith(_SEED_OF_A_USER) or len(raw) != _PREFIX + _KEY + _CHECK:
            raise self._unreadable("its seed is no user's")
        return Ed25519PrivateKey.from_private_bytes(raw[_PREFIX : _PREFIX + _KEY])

    def _bare_seed(self) -> bytes | None:
        """What a file holds that is a seed and nothing else, as ``nk -gen user`` writes it; None for any other."""
        told = self._read().strip()
        return told if _BARE_SEED.fullmatch(told) else None

    def _read(self) -> bytes:
        try:
            return self._file.read_bytes()
        except OSError as error:
            raise self._unreadable(error.strerror or "cannot be read") from error

    def _part(self, name: bytes) -> bytes:
        parts: dict[bytes, bytes] = dict(_PART.findall(self._read()))
        if name not in parts:
            raise self._unreadable(f"it has no part called {name.decode()}")
        return parts[name]

    def _unreadable(self, why: str) -> SecretMissing:
        hint = "name the file that was made for this user: of `nsc generate creds`, or of `nk -gen user`"
        return SecretMissing(str(self._file), f"{self._file}: {why}", hint=hint)
