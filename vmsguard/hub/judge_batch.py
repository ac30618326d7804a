"""Whether what came for a log continues the copy that the hub has of it. Pure.

Nothing but the log's own key decides: the server that carried a batch, and the site that it says it is from, count
for nothing. A batch is taken only if with the records before it, it gives a tree that a signed head covers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from msgspec import Struct

from vmsguard.agent.uplink.messages import Batch
from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.note import VerifierKey
from vmsguard.evidence.record import MAX_RECORD
from vmsguard.evidence.tombstone import leaf_of_line
from vmsguard.evidence.tree import Frontier, verify_consistency

__all__ = ["Continues", "Known", "Refused", "Trouble", "judge_batch"]


class Trouble(StrEnum):
    """Why something was refused."""

    MALFORMED = "malformed"
    """It is no batch of this log."""
    UNKNOWN_KEY = "unknown-key"
    """No key that the operator gave for this log signed its head."""
    FORGED = "forged"
    """It claims a known key, and the signature is wrong; or its records are not those of the head."""
    FORK = "fork"
    """The log's own key signed a history that is not the one the hub has."""
    GAP = "gap"
    """Records before it are missing: the site is asked for them, and nobody is accused."""


class Refused(Struct, frozen=True):
    """Nothing of it was taken."""

    trouble: Trouble
    why: str


class Known(Struct, frozen=True):
    """All of it is there already, byte for byte or as what an erasure left of it."""

    head: Checkpoint


class Continues(Struct, frozen=True):
    """Records that come next, in whole lines, and the tree with them."""

    lines: tuple[bytes, ...]
    edge: Frontier
    head: Checkpoint


def judge_batch(
    batch: Batch,
    keys: Sequence[VerifierKey],
    edge: Frontier,
    leaves: Callable[[int, int], Sequence[bytes]],
    root: Callable[[int], bytes],
) -> Continues | Known | Refused:
    """What the batch is to a copy whose tree ends at ``edge``.

    ``leaves`` gives leaf hashes of the copy from and up to a record, ``root`` its root at a size; both may raise
    ``EvidenceError`` where the copy is damaged. The edge is not changed.
    """
    head = _signed_head(batch, keys)
    if isinstance(head, Refused):
        return head
    if head.size <= edge.size and root(head.size) != head.root:
        why = f"its key signed another history of {head.size} records than the hub has"
        return Refused(Trouble.FORK, why)
    if not batch.lines:
        return _shown(batch, head, edge.size, root)
    lines = batch.lines.splitlines(keepends=True)
    if problem := _malformed(batch, lines, head):
        return Refused(Trouble.MALFORMED, problem)
    if batch.first > edge.size:
        return Refused(Trouble.GAP, f"records {edge.size} to {batch.first - 1} are missing")
    own = [leaf_of_line(line[:-1]) for line in lines]
    known = min(edge.size - batch.first, len(own))
    if list(leaves(batch.first, batch.first + known)) != own[:known]:
        return Refused(Trouble.FORGED, f"records from {batch.first} on are not those that its key signed before")
    if known == len(own):
        return Known(head)
    grown = edge.copy()
    for leaf in own[known:]:
        grown.append(leaf)
    if not _is_under(grown, head, batch.proof):
        why = f"records {edge.size} to {grown.size - 1} with those before them are not what the head covers"
        return Refused(Trouble.FORGED, why)
    return Continues(tuple(lines[known:]), grown, head)


def _signed_head(batch: Batch, keys: Sequence[VerifierKey]) -> Checkpoint | Refused:
    try:
        head = parse_checkpoint(batch.head)
    except EvidenceError as error:
        return Refused(Trouble.MALFORMED, str(error))
    if head.origin != batch.origin:
        return Refused(Trouble.MALFORMED, "its head is of another log")
    assert head.note is not None
    claims = [
        (key, line) for line in head.note.signatures for key in keys if key.name == head.origin and key.made(line)
    ]
    if not claims:
        return Refused(Trouble.UNKNOWN_KEY, "no key that is trusted for this log signed its head")
    if not all(key.verifies(head.note.text, line) for key, line in claims):
        return Refused(Trouble.FORGED, "the signature of its head is wrong")
    return head


def _shown(batch: Batch, head: Checkpoint, size: int, root: Callable[[int], bytes]) -> Known | Refused:
    """What a head without records says: that the log goes on, or that its key signed two histories."""
    if head.size <= size:
        return Known(head)
    if not 0 < batch.first <= size:
        return Refused(Trouble.GAP, f"records {size} to {head.size - 1} are missing")
    if not verify_consistency(batch.first, head.size, batch.root, head.root, batch.proof):
        return Refused(Trouble.FORGED, "the root it shows is not one that its head covers")
    if root(batch.first) == batch.root:
        return Refused(Trouble.GAP, f"records {size} to {head.size - 1} are missing")
    why = f"its key signed another history of {batch.first} records than the hub has"
    return Refused(Trouble.FORK, why)


def _malformed(batch: Batch, lines: Sequence[bytes], head: Checkpoint) -> str:
    """What is wrong with the form of a batch; empty where nothing is."""
    if batch.first < 0:
        return "it begins before the first record"
    if batch.first + len(lines) > head.size:
        return "it holds more records than its head covers"
    # A record's text holds no other line end: they are escaped in JSON. What splits otherwise is no record.
    if len(lines) != batch.count or any(
        not line.endswith(b"\n") or len(line) < 3 or len(line) > MAX_RECORD for line in lines
    ):
        return "it does not consist of whole records"
    return ""


def _is_under(tree: Frontier, head: Checkpoint, proof: Sequence[bytes]) -> bool:
    if tree.size == head.size:
        return tree.root() == head.root
    return verify_consistency(tree.size, head.size, tree.root(), head.root, proof)
