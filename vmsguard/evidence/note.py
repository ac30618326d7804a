"""C2SP signed notes: text, a blank line, and signature lines, of which unknown ones are ignored."""

from __future__ import annotations

import base64
import binascii
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from vmsguard.errors import EvidenceError

__all__ = [
    "COSIGNATURE",
    "ED25519",
    "Note",
    "NoteSignature",
    "VerifierKey",
    "cosigned_message",
    "key_id",
    "parse_note",
    "signature_line",
    "strict_base64",
    "valid_name",
]

ED25519 = 0x01
COSIGNATURE = 0x04
"""Timestamped Ed25519 witness cosignatures (C2SP tlog-cosignature)."""

_DASH = "\u2014 "
_MAX_NOTE = 65_536
_LAST_TIME = 2**63 - 1
"""C2SP tlog-cosignature: a timestamp must not exceed it."""


class NoteSignature(Struct, frozen=True):
    name: str
    key_id: bytes
    signature: bytes


class Note(Struct, frozen=True):
    text: str
    """With its final newline: exactly what is signed."""
    signatures: tuple[NoteSignature, ...]

    def to_bytes(self) -> bytes:
        """The whole note as it is written to a file."""
        lines = (signature_line(signed.name, signed.key_id, signed.signature) for signed in self.signatures)
        return f"{self.text}\n{''.join(lines)}".encode()


class VerifierKey(Struct, frozen=True):
    """A public key with its name and signature type, as a vkey writes it."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> VerifierKey:
        """Read ``name+hex(key id)+base64(type || key)``; anything but that exact form is an error."""
        parts = vkey.split("+", 2)
        if len(parts) != 3 or not valid_name(parts[0]):
            raise EvidenceError(
                "not a vkey: expected name+keyid+base64", hint="copy the line `evidence keygen` printed"
            )
        name, stated, encoded = parts
        raw = strict_base64(encoded)
        if raw is None or len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE):
            raise EvidenceError(f"vkey of {name}: not an Ed25519 key", hint="only types 0x01 and 0x04 are known")
        key = cls(name, raw[0], raw[1:])
        if key.key_id.hex() != stated:
            raise EvidenceError(f"vkey of {name}: the key id does not belong to the key", hint="copy the line again")
        return key

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, self.kind, self.public)

    @property
    def vkey(self) -> str:
        encoded = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    def made(self, signature: NoteSignature) -> bool:
        """Whether the line claims to be of this key: name and key id must both match."""
        return signature.name == self.name and signature.key_id == self.key_id

    def verifies(self, text: str, signature: NoteSignature) -> bool:
        """Whether the signature over the note's text is this key's."""
        message, raw = text.encode(), signature.signature
        if self.kind == COSIGNATURE:
            if len(raw) != 72:
                return False
            time, raw = int.from_bytes(raw[:8], "big"), raw[8:]
            if time > _LAST_TIME:
                return False
            message = cosigned_message(text, time)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(raw, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def cosigned_message(text: str, time: int) -> bytes:
    """What a witness signs: the note's text as of a Unix time (C2SP tlog-cosignature, cosignature/v1)."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def key_id(name: str, kind: int, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def valid_name(name: str) -> bool:
    return bool(name) and "+" not in name and name.isprintable() and not any(char.isspace() for char in name)


def strict_base64(text: str) -> bytes | None:
    """The bytes, or None unless ``text`` is their one canonical encoding: spare bits would be malleable."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None


def signature_line(name: str, identity: bytes, signature: bytes) -> str:
    return f"{_DASH}{name} {base64.b64encode(identity + signature).decode()}\n"


def parse_note(data: bytes) -> Note:
    """The note in ``data``; an ``EvidenceError`` says what is malformed. Nothing is verified here."""
    if len(data) > _MAX_NOTE:
        raise EvidenceError(f"note of {len(data)} bytes is larger than {_MAX_NOTE}")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise EvidenceError("note is not UTF-8") from error
    if any(ord(char) < 0x20 and char != "\n" for char in whole):
        raise EvidenceError("note has a control character")
    cut = whole.rfind("\n\n")
    if cut < 0 or not whole.endswith("\n") or cut + 2 == len(whole):
        raise EvidenceError("note has no signature block")
    lines = whole[cut + 2 : -1].split("\n")
    return Note(whole[: cut + 1], tuple(_signature(line) for line in lines))


def _signature(line: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    raw = strict_base64(encoded)
    if not line.startswith(_DASH) or not valid_name(name) or raw is None or len(raw) < 5:
        raise EvidenceError("note has a malformed signature line")
    return NoteSignature(name, raw[:4], raw[4:])
