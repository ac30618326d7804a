"""The log's own signing key: Ed25519 in a PKCS#8 PEM file that only its owner can read."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.note import ED25519, Note, NoteSignature, VerifierKey, strict_base64, valid_name
from vmsguard.evidence.private_file import read_private, write_private

__all__ = ["SigningKey", "require_one_log", "sign_with"]

_CARRIED = re.compile(rb"-----BEGIN VMSGUARD LOG SECRETS-----\s+(\S+)\s+-----END VMSGUARD LOG SECRETS-----\s*")
"""What a key took over from the one before it: the secrets of pseudonyms and of wire bytes, 32 bytes each.

A plain PKCS#8 file has none; its key derives them.
"""


class SigningKey:
    """A private key under the name of the log it signs for; it never prints itself."""

    __slots__ = ("_carried", "_key_id", "_private", "_pseudonyms", "_secrets", "_wire", "name", "verifier")

    def __init__(self, name: str, private: Ed25519PrivateKey, *, carried: bytes = b"") -> None:
        if not valid_name(name):
            raise EvidenceError(
                f"origin {name!r} cannot name a key", hint="use a URL without scheme, spaces and +: example.org/site"
            )
        self.name = name
        self._private = private
        self.verifier = VerifierKey(name, ED25519, private.public_key().public_bytes_raw())
        self._key_id = self.verifier.key_id
        self._carried = carried
        self._secrets = carried or b"".join(
            hmac.digest(private.private_bytes_raw(), purpose, "sha256")
            for purpose in (b"vmsguard pseudonyms v1", b"vmsguard wire bytes v1")
        )
        self._pseudonyms, self._wire = self._secrets[:32], self._secrets[32:]

    def __repr__(self) -> str:
        return f"SigningKey({self.name})"

    @classmethod
    def generate(cls, name: str) -> SigningKey:
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, pem: bytes, name: str) -> SigningKey:
        """The key in an unencrypted PKCS#8 PEM, with the secrets it carries on, if it does."""
        carried = _CARRIED.search(pem)
        secret = strict_base64(carried[1].decode("ascii", "replace")) if carried else b""
        if secret is None or len(secret) != (64 if b"LOG SECRETS" in pem else 0):
            raise EvidenceError(
                "the log secrets in the evidence key's file are damaged", hint="restore the file from a copy"
            )
        try:
            private = serialization.load_pem_private_key(_CARRIED.sub(b"", pem), password=None)
        except (ValueError, TypeError) as error:
            raise EvidenceError(
                "the evidence key is not an unencrypted PKCS#8 PEM", hint="make one with `vmsguard evidence keygen`"
            ) from error
        if not isinstance(private, Ed25519PrivateKey):
            raise EvidenceError("the evidence key is not Ed25519", hint="make one with `vmsguard evidence keygen`")
        return cls(name, private, carried=secret)

    @classmethod
    def load(cls, path: Path, name: str) -> SigningKey:
        """The key in a file; one that its group may write or others may read is refused."""
        hint = "check the path, or make a key with `vmsguard evidence keygen`"
        return cls.from_pem(read_private(path, "evidence key", hint=hint), name)

    def save(self, path: Path) -> None:
        """Write the PEM with mode 0600; an existing file is never overwritten."""
        write_private(path, self.pem())

    def save_over(self, path: Path) -> None:
        """Put the PEM in the place of an existing file, which a crash leaves as it was or new."""
        temporary = path.with_name(f"{path.name}.new")
        temporary.unlink(missing_ok=True)
        self.save(temporary)
        try:
            temporary.replace(path)
            Disk().sync_directory(path.parent)
        except OSError as error:
            raise EvidenceError(f"{path} cannot be written: {error.strerror}", hint="name another file") from error

    def pem(self) -> bytes:
        told = self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        if self._carried:
            secret = base64.b64encode(self._carried)
            label = b"VMSGUARD LOG SECRETS-----\n"
            told += b"-----BEGIN " + label + secret + b"\n-----END " + label
        return told

    def carrying_on(self, old: SigningKey) -> SigningKey:
        """This key with the log secrets of the one before it: with a new key, a value must not get a new stand-in."""
        return self if self.same_secrets(old) else SigningKey(self.name, self._private, carried=old._secrets)

    def same_secrets(self, other: SigningKey) -> bool:
        """Whether both give the same stand-ins."""
        return hmac.compare_digest(self._secrets, other._secrets)

    @property
    def vkey(self) -> str:
        """The public half, as a trust file names it."""
        return self.verifier.vkey

    def sign(self, checkpoint: Checkpoint) -> Checkpoint:
        """The head as a signed note."""
        return sign_with((self,), checkpoint)

    def signed_bytes(self, checkpoint: Checkpoint) -> bytes:
        return Note(checkpoint.text, (self.signature(checkpoint.text),)).to_bytes()

    def signature(self, text: str) -> NoteSignature:
        return NoteSignature(self.name, self._key_id, self._private.sign(text.encode()))

    def pseudonym(self, value: str) -> str:
        """A stand-in for a value that may not be written: equal values have equal ones, and nobody without
        the key can try out guesses."""
        digest = hmac.new(self._pseudonyms, value.encode("utf-8", "surrogatepass"), sha256).hexdigest()
        return f"hmac-sha256:{digest[:32]}"

    @property
    def wire_key(self) -> bytes:
        """The key of ``keyed_hash``; nothing is signed with it."""
        return self._wire

    def keyed_hash(self) -> hmac.HMAC:
        """A fresh HMAC-SHA-256 for bytes of the wire; who kept them and has the key can show that they were these."""
        return hmac.new(self._wire, digestmod="sha256")


def sign_with(keys: Sequence[SigningKey], checkpoint: Checkpoint) -> Checkpoint:
    """The head as one note with a signature of each key: a reader that knows any of them accepts it."""
    text = checkpoint.text
    note = Note(text, tuple(key.signature(text) for key in keys))
    return Checkpoint(checkpoint.origin, checkpoint.size, checkpoint.root, note)


def require_one_log(keys: Sequence[SigningKey], origin: str) -> None:
    """Raise ``EvidenceError`` unless the keys are those of one log, each carrying on the secrets of the others."""
    for key in keys:
        if key.name != origin:
            raise EvidenceError(
                f"the key is named {key.name} and the log {origin}", hint="load the key under the origin"
            )
        if not key.same_secrets(keys[0]):
            raise EvidenceError(
                "the new evidence key does not carry on the secrets of the one before it: pseudonyms would change",
                hint="rotate with `vmsguard evidence rotate-key`, which takes them over",
            )
