"""The newest head of a log on this disk, with what others ask about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.note import VerifierKey
from vmsguard.evidence.proving.proof import consistency, read_head
from vmsguard.evidence.segments import checkpoint_path
from vmsguard.evidence.stored_tree import StoredTree
from vmsguard.evidence.tree import verify_consistency

__all__ = ["LocalHead"]


class LocalHead:
    """Read once; ``keys`` are those of the log that are known here, to tell its heads from forged ones."""

    def __init__(self, directory: Path, keys: Sequence[VerifierKey]) -> None:
        self.directory = directory
        self.head, self.data = read_head(checkpoint_path(directory))
        self._keys = [key for key in keys if key.name == self.head.origin]
        if not self.head.size:
            raise EvidenceError("the log has no record under a head yet", hint="anchor it after its first run")
        if self._keys and not self.signed_it(self.head):
            raise EvidenceError(
                f"the checkpoint of {self.head.origin} is not signed with the key given here",
                hint="use the log's own key; `vmsguard evidence verify` says more",
            )

    def signed_it(self, head: Checkpoint) -> bool:
        """Whether the log itself signed another head: then it cannot say that it never was."""
        assert head.note is not None
        lines = [(key, line) for key in self._keys for line in head.note.signatures if key.made(line)]
        return bool(lines) and all(key.verifies(head.note.text, line) for key, line in lines)

    def root(self, size: int) -> bytes:
        """The root over the first ``size`` records as they lie here."""
        return StoredTree(self.directory).root(size)

    def prove(self, old: int) -> list[bytes]:
        """The proof that the head continues the first ``old`` records; ``EvidenceError`` if it does not."""
        hashes = consistency(self.directory, old, self.head.size)
        if old and not verify_consistency(old, self.head.size, self.root(old), self.head.root, hashes):
            raise EvidenceError(
                "the records here do not lead to their own signed head", hint="run `vmsguard evidence verify`"
            )
        return hashes
