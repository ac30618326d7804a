"""C2SP tlog-checkpoints: origin, size and root of the tree, as the text of a signed note."""

from __future__ import annotations

import base64
import re

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.note import Note, parse_note, strict_base64

__all__ = ["Checkpoint", "parse_checkpoint"]

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class Checkpoint(Struct, frozen=True):
    """A tree head; ``note`` is the signed form it came in, or None for one not yet signed.

    Where the note has extension lines, its text and not ``text`` is what was signed.
    """

    origin: str
    size: int
    root: bytes
    note: Note | None = None

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @property
    def root_hex(self) -> str:
        return self.root.hex()


def parse_checkpoint(data: bytes, *, extensions: bool = False) -> Checkpoint:
    """The head in ``data``, signatures not yet verified.

    Extension lines are refused, for our logs never write any; with ``extensions``, those of others are let pass.
    """
    note = parse_note(data)
    lines = note.text.split("\n")
    extended = len(lines) > 4 and extensions and all(lines[3:-1])
    if not (len(lines) == 4 or extended) or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise EvidenceError("checkpoint is not origin, size and root")
    root = strict_base64(lines[2])
    if root is None or len(root) != 32:
        raise EvidenceError("checkpoint has no SHA-256 root")
    return Checkpoint(lines[0], int(lines[1]), root, note)
