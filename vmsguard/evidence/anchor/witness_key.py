"""A witness's signing key: Ed25519 cosignatures with a time (C2SP tlog-cosignature, type 0x04)."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vmsguard.errors import EvidenceError
from vmsguard.evidence.note import COSIGNATURE, NoteSignature, VerifierKey, cosigned_message, valid_name
from vmsguard.evidence.private_file import read_private, write_private

__all__ = ["WitnessKey"]

_MAKE_ONE = "make one with `vmsguard evidence witness keygen`"


class WitnessKey:
    """A private key that cosigns and signs nothing else; it never prints itself.

    Its file is a PKCS#8 PEM under a first line that names it: the witness's line of a trust file.
    """

    __slots__ = ("_private", "verifier")

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        if not valid_name(name):
            raise EvidenceError(
                f"witness name {name!r} cannot name a key",
                hint="use a URL without scheme, spaces and +: witness.example.org/w1",
            )
        self._private = private
        self.verifier = VerifierKey(name, COSIGNATURE, private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"WitnessKey({self.verifier.name})"

    @classmethod
    def generate(cls, name: str) -> WitnessKey:
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path) -> WitnessKey:
        """The key in a file; one that others may read, or that is not the key its first line names, is refused."""
        data = read_private(path, "witness key", hint=_MAKE_ONE)
        try:
            private = serialization.load_pem_private_key(data, password=None)
        except (ValueError, TypeError) as error:
            raise EvidenceError(f"{path} holds no unencrypted PKCS#8 PEM", hint=_MAKE_ONE) from error
        words = data.partition(b"\n")[0].decode("utf-8", "replace").split(" ")
        if not isinstance(private, Ed25519PrivateKey) or len(words) != 3 or words[0] != "witness":
            raise EvidenceError(f"{path} is not a witness's key: its first line does not name it", hint=_MAKE_ONE)
        named = VerifierKey.parse(words[2])
        key = cls(named.name, private)
        if key.verifier != named:
            raise EvidenceError(f"{path} holds another key than its first line names", hint="restore it from a copy")
        return key

    def save(self, path: Path) -> None:
        """Write the file with mode 0600; an existing one is never overwritten."""
        pem = self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_private(path, f"{self.trust_line}\n".encode() + pem)

    @property
    def trust_line(self) -> str:
        """The line that makes it count in a trust file."""
        return f"witness {self.verifier.name} {self.verifier.vkey}"

    def cosign(self, text: str, time: int) -> NoteSignature:
        """The cosignature of a note's text as of a Unix time."""
        signature = self._private.sign(cosigned_message(text, time))
        return NoteSignature(self.verifier.name, self.verifier.key_id, time.to_bytes(8, "big") + signature)
