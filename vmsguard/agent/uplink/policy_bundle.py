"""A bundle of policies: files, and a signed note that says which, under which number, and until when it is good.

The number only grows (an older bundle is never taken again), and the time ends (a hub that is kept from handing on
newer ones is noticed). Both are in the signed text; The Update Framework has the reasons.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath

import msgspec
from msgspec import Struct

from vmsguard.agent.uplink.messages import MOST_BYTES
from vmsguard.errors import EvidenceError, UsageError, VmsguardError
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.note import Note, VerifierKey, parse_note

__all__ = ["Bundle", "BundleNote", "BundleRefused", "make_bundle", "note_of", "open_bundle", "read_note"]

_FIRST_LINE = "vmsguard policies v1"
_MOST_CONTENT = 16 << 20
_SUFFIXES = frozenset((".yaml", ".yml", ".csv", ".md"))
_TIME = "%Y-%m-%dT%H:%M:%SZ"


class BundleRefused(VmsguardError):
    """A bundle that is not taken over; ``code`` is the stable word for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, hint="mend it and publish it under a higher number")
        self.code = code


class BundleNote(Struct, frozen=True):
    """What was signed."""

    number: int
    sha256: str
    good_until: datetime


class Bundle(Struct, frozen=True):
    """A bundle whose signature was right."""

    note: BundleNote
    signed: bytes
    """The note as it was signed, to be kept."""
    files: Mapping[str, bytes]
    """By path below the bundle, with slashes."""


class _Message(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    note: bytes
    content: bytes


_MESSAGES: msgspec.msgpack.Decoder[_Message] = msgspec.msgpack.Decoder(_Message)
_FILES: msgspec.msgpack.Decoder[dict[str, bytes]] = msgspec.msgpack.Decoder(dict[str, bytes])


def make_bundle(folder: Path, number: int, good_until: datetime, key: SigningKey) -> bytes:
    """The policies of a folder as one signed message; ``UsageError`` where they do not fit into one."""
    files: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            if not _fits(name):
                raise UsageError(f"{name} is no file of policies", hint="keep .yaml, .csv and .md files there alone")
            files[name] = path.read_bytes()
    if not files:
        raise UsageError(f"{folder} holds no policies", hint="name the folder with your packs")
    content = zlib.compress(msgspec.msgpack.encode(files), 9)
    note = note_of(BundleNote(number, sha256(content).hexdigest(), good_until), key)
    message = msgspec.msgpack.encode(_Message(note, content))
    if len(message) > MOST_BYTES or sum(map(len, files.values())) > _MOST_CONTENT:
        raise UsageError(
            f"the policies of {folder} do not fit into {MOST_BYTES} bytes", hint="leave out what no site uses"
        )
    return message


def note_of(told: BundleNote, key: SigningKey) -> bytes:
    """The signed text about a bundle. No head of a log reads like it, and it like none."""
    until = told.good_until.astimezone(UTC).strftime(_TIME)
    text = f"{_FIRST_LINE}\n{told.number}\n{told.sha256}\n{until}\n"
    return Note(text, (key.signature(text),)).to_bytes()


def read_note(data: bytes, key: VerifierKey) -> BundleNote:
    """What was signed; raises ``BundleRefused`` unless this key signed it."""
    try:
        note = parse_note(data)
    except EvidenceError as error:
        raise BundleRefused("malformed", f"the bundle's note is malformed: {error}") from error
    claims = [line for line in note.signatures if key.made(line)]
    if not claims or not all(key.verifies(note.text, line) for line in claims):
        raise BundleRefused("signature", "the bundle is not signed by the key that the configuration names")
    lines = note.text.split("\n")
    try:
        first, number, digest, until, end = lines
        told = BundleNote(int(number), digest, datetime.strptime(until, _TIME).replace(tzinfo=UTC))
    except ValueError as error:
        raise BundleRefused("malformed", "what was signed is no bundle of policies") from error
    if first != _FIRST_LINE or end or told.number < 1 or str(told.number) != number:
        raise BundleRefused("malformed", "what was signed is no bundle of policies")
    return told


def open_bundle(data: bytes, key: VerifierKey) -> Bundle:
    """The bundle of a message, if the key signed it; raises ``BundleRefused``. Nothing unsigned is unpacked."""
    try:
        message = _MESSAGES.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BundleRefused("malformed", "the message is no bundle of policies") from error
    told = read_note(message.note, key)
    if sha256(message.content).hexdigest() != told.sha256:
        raise BundleRefused("signature", "the bundle's content is not what was signed")
    return Bundle(told, message.note, _unpacked(message.content))


def _unpacked(content: bytes) -> dict[str, bytes]:
    inflating = zlib.decompressobj()
    try:
        packed = inflating.decompress(content, 2 * _MOST_CONTENT)
        if not inflating.eof:
            raise BundleRefused("malformed", "the bundle holds more than policies ever need")
        files = _FILES.decode(packed)
    except (zlib.error, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BundleRefused("malformed", "the bundle's content cannot be unpacked") from error
    if not files or not all(map(_fits, files)):
        raise BundleRefused("malformed", "the bundle holds what is no file of policies")
    return files


def _fits(name: str) -> bool:
    """Whether a name stays below the folder and is of a kind that policies have."""
    path = PurePosixPath(name)
    plain = name.isprintable() and "\\" not in name and path.as_posix() == name and not path.is_absolute()
    return plain and not any(part.startswith(".") for part in path.parts) and path.suffix.lower() in _SUFFIXES
