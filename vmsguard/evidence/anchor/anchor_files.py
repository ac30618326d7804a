"""The files below ``anchors/``: notes with the cosignatures they collected, and tokens over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.note import Note, NoteSignature, VerifierKey

__all__ = ["has_token", "keep_foreign_head", "keep_note", "keep_token", "last_cosigned"]


def last_cosigned(directory: Path, origin: str, keys: Sequence[VerifierKey]) -> int:
    """The largest size below ``anchors/`` that one of these witnesses cosigned; 0 if there is none."""
    return max((head.size for head in _notes(directory) if head.origin == origin and _cosigned(head, keys)), default=0)


def has_token(directory: Path, size: int) -> bool:
    """Whether the note of this size bears a token: it is over the file's bytes, so that may not change any more."""
    return next((directory / "anchors").glob(f"{size}.*.tsr"), None) is not None


def keep_note(directory: Path, head: Checkpoint, lines: Sequence[NoteSignature], disk: Disk) -> Path:
    """Write the head with these cosignatures and those its file already has; of one key the older one stays."""
    path = _folder(directory, disk) / f"{head.size}.note"
    assert head.note is not None
    there = Note(head.note.text, ())
    if path.exists():
        there = parse_checkpoint(path.read_bytes()).note or there
    if there.text != head.note.text:
        raise EvidenceError(
            f"{path} holds another head of {head.size} records: the log was forked",
            hint="keep both, and run `vmsguard evidence verify`",
        )
    by_key: dict[tuple[str, bytes], NoteSignature] = {}
    for line in (*there.signatures, *head.note.signatures, *lines):
        by_key.setdefault((line.name, line.key_id), line)
    merged = Note(there.text, tuple(by_key.values()))
    if merged != there:
        disk.replace(path, merged.to_bytes())
    return path


def keep_token(directory: Path, size: int, token: bytes, disk: Disk) -> Path:
    """Write a token beside the note of its size, under the next free number."""
    folder = _folder(directory, disk)
    number = 1
    while (path := folder / f"{size}.{number}.tsr").exists():
        number += 1
    disk.replace(path, token)
    return path


def keep_foreign_head(directory: Path, head: Checkpoint, disk: Disk) -> Path:
    """Write a head that our log signed and does not know any more: with it, nobody needs the witness to see it."""
    assert head.note is not None
    folder = _folder(directory, disk)
    path = folder / f"{head.size}.note"
    if path.exists() and path.read_bytes() != head.note.to_bytes():
        path = folder / f"{head.size}.other.note"
    disk.replace(path, head.note.to_bytes())
    return path


def _folder(directory: Path, disk: Disk) -> Path:
    folder = directory / "anchors"
    if not folder.exists():
        folder.mkdir()
        disk.sync_directory(directory)
    return folder


def _notes(directory: Path) -> Iterator[Checkpoint]:
    for path in (directory / "anchors").glob("*.note"):
        try:
            yield parse_checkpoint(path.read_bytes())
        except EvidenceError:
            continue  # `evidence verify` reports it; here it would only have saved a question


def _cosigned(head: Checkpoint, keys: Sequence[VerifierKey]) -> bool:
    assert head.note is not None
    return any(key.made(line) and key.verifies(head.note.text, line) for line in head.note.signatures for key in keys)
