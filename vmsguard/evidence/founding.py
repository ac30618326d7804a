"""How a log begins and is found again: its public description, and the head its own keys signed last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.keys import SigningKey, sign_with
from vmsguard.evidence.record import SCHEMA
from vmsguard.evidence.recover import refuse
from vmsguard.evidence.redact import stamp
from vmsguard.evidence.segments import checkpoint_path, list_segments
from vmsguard.evidence.tree import EMPTY_ROOT

__all__ = [
    "describe",
    "found",
    "is_empty",
    "read_head",
    "read_signed_head",
    "require_length",
    "require_present",
]


def is_empty(directory: Path) -> bool:
    """Whether no log was ever begun here: neither a head nor a record nor anything else a log leaves."""
    if checkpoint_path(directory).exists() or (directory / "LOG").exists():
        return False
    if any((directory / name).exists() for name in ("anchors", "tile")) or any(directory.glob("torn-*.bin")):
        return False
    return not any(segment.path.stat().st_size for segment in list_segments(directory))


def found(directory: Path, keys: Sequence[SigningKey], now: datetime, disk: Disk) -> None:
    """Begin a log: a signed head over nothing, before anything else.

    So a log with records and no head was tampered with, never merely interrupted.
    """
    note = sign_with(keys, Checkpoint(keys[0].name, 0, EMPTY_ROOT)).note
    assert note is not None
    disk.replace(checkpoint_path(directory), note.to_bytes())
    told = f"schema {SCHEMA}\norigin {keys[0].name}\nvkey {keys[0].vkey}\ncreated {stamp(now)}\n"
    disk.replace(directory / "LOG", told.encode())


def require_present(directory: Path, at_least: int) -> None:
    """Refuse to begin a log where one of so many records is known to have been: a disk may not be mounted."""
    if at_least and is_empty(directory):
        raise EvidenceError(
            f"there is no evidence log in {directory}, and one with {at_least} records was written before",
            hint="mount its disk or put it back; where it is lost, begin a log under a new origin with a new key",
        )


def describe(directory: Path, key: SigningKey, now: datetime, disk: Disk) -> None:
    """Add the key to the public description, if it is not named there yet. No program trusts that file."""
    path = directory / "LOG"
    told = path.read_text("utf-8", "replace") if path.exists() else f"schema {SCHEMA}\norigin {key.name}\n"
    if f"vkey {key.vkey}" not in told.splitlines():
        disk.replace(path, f"{told}vkey {key.vkey}\nsince {stamp(now)}\n".encode())


def read_head(directory: Path) -> Checkpoint:
    """The published head, its signatures not verified."""
    try:
        data = checkpoint_path(directory).read_bytes()
    except OSError as error:
        raise refuse(f"its checkpoint cannot be read ({error.strerror})") from error
    return parse_checkpoint(data)


def read_signed_head(directory: Path, keys: Sequence[SigningKey]) -> Checkpoint:
    """The head that one of these keys signed last; anything else is a reason not to write."""
    head = read_head(directory)
    signed = head.note.signatures if head.note else ()
    claims = [(key.verifier, signature) for signature in signed for key in keys if key.verifier.made(signature)]
    if head.origin != keys[0].name or not claims:
        told = " or ".join(key.vkey for key in keys)
        raise EvidenceError(
            f"the evidence log belongs to {head.origin} and another key, not to {told}",
            hint="use the log's own key (after a rotation: key and previous_key), or begin a log in an empty directory",
        )
    if not all(verifier.verifies(head.text, signature) for verifier, signature in claims):
        raise refuse("the signature of its checkpoint is wrong")
    return head


def require_length(directory: Path, keys: Sequence[SigningKey], size: int, at_least: int) -> None:
    """Refuse a log that is shorter than it is known to have been, or than a head of ours that was anchored."""
    if size < at_least:
        raise refuse(f"it holds {size} records, and {at_least} were under a signed head before")
    for path in (directory / "anchors").glob("*.note"):
        if not path.stem.isdecimal() or int(path.stem) <= size:
            continue
        try:
            head = parse_checkpoint(path.read_bytes())
        except EvidenceError:
            continue  # not a head, so it shows nothing; `evidence verify` reports it
        signed = head.note.signatures if head.note else ()
        if head.size > size and any(
            key.verifier.made(signature) and key.verifier.verifies(head.text, signature)
            for signature in signed
            for key in keys
        ):
            raise refuse(f"it holds {size} records and the anchored head {path.name} covers {head.size}")
