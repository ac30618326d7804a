"""The log's own signing key: Ed25519 in a PKCS#8 PEM file that only its owner can read."""

from __future__ import annotations

import hmac
import os
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.note import ED25519, VerifierKey, signature_line, valid_name

__all__ = ["SigningKey"]

_OPEN_TO_OTHERS = 0o027


class SigningKey:
    """A private key under the name of the log it signs for; it never prints itself."""

    __slots__ = ("_private", "_pseudonyms", "_wire", "name", "verifier")

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        if not valid_name(name):
            raise EvidenceError(
                f"origin {name!r} cannot name a key", hint="use a URL without scheme, spaces and +: example.org/site"
            )
        self.name = name
        self._private = private
        self.verifier = VerifierKey(name, ED25519, private.public_key().public_bytes_raw())
        self._pseudonyms = hmac.digest(private.private_bytes_raw(), b"vmsguard pseudonyms v1", "sha256")
        self._wire = hmac.digest(private.private_bytes_raw(), b"vmsguard wire bytes v1", "sha256")

    def __repr__(self) -> str:
        return f"SigningKey({self.name})"

    @classmethod
    def generate(cls, name: str) -> SigningKey:
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, pem: bytes, name: str) -> SigningKey:
        """The key in an unencrypted PKCS#8 PEM."""
        try:
            private = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError) as error:
            raise EvidenceError(
                "the evidence key is not an unencrypted PKCS#8 PEM", hint="make one with `vmsguard evidence keygen`"
            ) from error
        if not isinstance(private, Ed25519PrivateKey):
            raise EvidenceError("the evidence key is not Ed25519", hint="make one with `vmsguard evidence keygen`")
        return cls(name, private)

    @classmethod
    def load(cls, path: Path, name: str) -> SigningKey:
        """The key in a file; one that its group may write or others may read is refused."""
        try:
            mode = path.stat().st_mode
            pem = path.read_bytes()
        except OSError as error:
            raise EvidenceError(
                f"evidence key {path} cannot be read: {error.strerror}",
                hint="check the path, or make a key with `vmsguard evidence keygen`",
            ) from error
        if mode & _OPEN_TO_OTHERS:
            raise EvidenceError(f"evidence key {path} is open to other users", hint=f"chmod 600 {path}")
        return cls.from_pem(pem, name)

    def save(self, path: Path) -> None:
        """Write the PEM with mode 0600; an existing file is never overwritten."""
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(self.pem())
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError as error:
            raise EvidenceError(f"{path} exists and is not overwritten", hint="name another file") from error
        except OSError as error:
            raise EvidenceError(f"{path} cannot be written: {error.strerror}", hint="name another file") from error

    def pem(self) -> bytes:
        return self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def vkey(self) -> str:
        """The public half, as a trust file names it."""
        return self.verifier.vkey

    def sign(self, checkpoint: Checkpoint) -> Checkpoint:
        """The head as a signed note."""
        return parse_checkpoint(self.signed_bytes(checkpoint))

    def signed_bytes(self, checkpoint: Checkpoint) -> bytes:
        text = checkpoint.text
        line = signature_line(self.name, self.verifier.key_id, self._private.sign(text.encode()))
        return f"{text}\n{line}".encode()

    def pseudonym(self, value: str) -> str:
        """A stand-in for a value that may not be written: equal values have equal ones, and nobody without
        the key can try out guesses."""
        digest = hmac.new(self._pseudonyms, value.encode("utf-8", "surrogatepass"), sha256).hexdigest()
        return f"hmac-sha256:{digest[:32]}"

    def keyed_hash(self) -> hmac.HMAC:
        """A fresh HMAC-SHA-256 for bytes of the wire; who kept them and has the key can show that they were these."""
        return hmac.new(self._wire, digestmod="sha256")
