"""A NATS operator with one account and one user, as ``nsc`` would make them: seeds, JWTs and a .creds file."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

__all__ = ["Key", "Operator", "user_key"]

_OPERATOR, _ACCOUNT, _USER, _SEED = 14 << 3, 0, 20 << 3, 18 << 3
_PLAIN_LIMITS = ("subs", "data", "payload", "imports", "exports", "conn", "leaf")
_JETSTREAM_LIMITS = ("mem_storage", "disk_storage", "streams", "consumer")


@dataclass
class Key:
    """An nkey of one kind."""

    kind: int
    raw: bytes

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.raw)

    @property
    def public(self) -> str:
        told = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return _base32(bytes([self.kind]) + told)

    @property
    def seed(self) -> str:
        return _base32(bytes([_SEED | self.kind >> 5, (self.kind & 31) << 3]) + self.raw)

    def vouch(self, subject: Key, name: str, nats: dict[str, Any], expires: int | None = None) -> str:
        claims: dict[str, Any] = {} if expires is None else {"exp": expires}
        claims |= {"iat": 1_700_000_000, "iss": self.public, "name": name, "nats": nats, "sub": subject.public}
        digest = hashlib.new("sha512_256", json.dumps(claims).encode()).digest()
        claims["jti"] = base64.b32encode(digest).decode().rstrip("=")
        signed = f"{_url64({'typ': 'JWT', 'alg': 'ed25519-nkey'})}.{_url64(claims)}"
        signature = base64.urlsafe_b64encode(self.private.sign(signed.encode())).decode().rstrip("=")
        return f"{signed}.{signature}"


class Operator:
    """What the server trusts, and what a user shows it."""

    def __init__(
        self, publish: list[str] | None = None, subscribe: list[str] | None = None, expires: int | None = None
    ) -> None:
        operator, account, user = _key(_OPERATOR, 1), _key(_ACCOUNT, 2), _key(_USER, 3)
        system = _key(_ACCOUNT, 4)
        limits = dict.fromkeys((*_PLAIN_LIMITS, *_JETSTREAM_LIMITS), -1)
        no_jetstream = dict.fromkeys(_PLAIN_LIMITS, -1)
        self._operator = operator.vouch(operator, "test", {"type": "operator", "version": 2})
        self._accounts = {
            one.public: operator.vouch(
                one, name, {"limits": {**most, "wildcards": True}, "type": "account", "version": 2}
            )
            for one, name, most in ((account, "site", limits), (system, "system", no_jetstream))
        }
        self._system = system.public
        rights = {
            way: {"allow": allowed} for way, allowed in (("pub", publish), ("sub", subscribe)) if allowed is not None
        }
        unlimited = {"subs": -1, "data": -1, "payload": -1, "type": "user", "version": 2}
        told = account.vouch(user, "agent", {**rights, **unlimited}, expires)
        self.credentials = (
            f"-----BEGIN NATS USER JWT-----\n{told}\n------END NATS USER JWT------\n\n"
            f"-----BEGIN USER NKEY SEED-----\n{user.seed}\n------END USER NKEY SEED------\n"
        )

    @property
    def configuration(self) -> str:
        """Lines of a server's configuration."""
        accounts = "".join(f"  {name}: {told}\n" for name, told in self._accounts.items())
        return (
            f"operator: {self._operator}\nsystem_account: {self._system}\nresolver: MEMORY\n"
            f"resolver_preload {{\n{accounts}}}\n"
        )


def user_key(number: int) -> Key:
    """A user as ``nk -gen user`` makes one, whom a server's file names by its public key."""
    return _key(_USER, number)


def _key(kind: int, number: int) -> Key:
    return Key(kind, bytes([number]) * 32)


def _base32(payload: bytes) -> str:
    return base64.b32encode(payload + _crc16(payload).to_bytes(2, "little")).decode().rstrip("=")


def _crc16(payload: bytes) -> int:
    """CRC-16/XMODEM."""
    crc = 0
    for byte in payload:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def _url64(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
