"""A witness's judgement (C2SP tlog-witness): it cosigns what continues its newest cosigned head, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.anchor.add_checkpoint import SIZE_TYPE, AddCheckpoint, parse_add_checkpoint
from vmsguard.evidence.anchor.witness_key import WitnessKey
from vmsguard.evidence.anchor.witness_state import Cosigned, WitnessState, origin_hash
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.note import Note, VerifierKey, signature_line
from vmsguard.evidence.tree import EMPTY_ROOT, verify_consistency
from vmsguard.model.clock import Clock

__all__ = ["Answer", "Witness"]


class Answer(Struct, frozen=True):
    """An answer in terms of HTTP, and what it is about for the operator's log."""

    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"
    origin: str = ""
    size: int = 0


class Witness:
    """Thread-safe: requests about one log wait for each other from the check of the old size to the end of the write.

    A log whose head could not be written with certainty is answered 500 until the witness is started again: what is
    on the disk is not known any more.
    """

    def __init__(self, key: WitnessKey, logs: Sequence[VerifierKey], state: WitnessState, clock: Clock) -> None:
        self._key = key
        self._logs = {log.name: tuple(each for each in logs if each.name == log.name) for log in logs}
        self._locks = {origin: threading.Lock() for origin in self._logs}
        self._uncertain: set[str] = set()
        self._state = state
        self._clock = clock
        self._origins = {origin_hash(origin): origin for origin in self._logs}

    def add_checkpoint(self, body: bytes) -> Answer:
        """The answer to ``POST /add-checkpoint``."""
        try:
            request = parse_add_checkpoint(body)
        except EvidenceError as error:
            return _refusal(400, str(error))
        head = request.head
        keys = self._logs.get(head.origin)
        if keys is None:
            return _refusal(404, "this log is not known here", head)
        assert head.note is not None
        signed = _signed_by(head.note, keys)
        if signed is None:
            return _refusal(403, "no valid signature of a known key of this log", head)
        with self._locks[head.origin]:
            return self._refused(request) or self._cosign(head, signed)

    def checkpoint(self, name: str) -> Answer:
        """The answer to ``GET /<origin hash>/checkpoint``: the newest cosigned head of a log."""
        origin = self._origins.get(name, "")
        newest = self._state.newest(origin) if origin else None
        if newest is None:
            return _refusal(404, "no head of such a log was cosigned here")
        return Answer(200, newest.note, origin=origin, size=newest.head.size)

    def _refused(self, request: AddCheckpoint) -> Answer | None:
        """Why the head may not be cosigned; None if it may. The order of the checks is the specification's."""
        head = request.head
        if head.origin in self._uncertain:
            return _refusal(500, "this witness could not keep its state; its operator has to look after it", head)
        if request.old > head.size:
            return _refusal(400, "the old size is larger than the checkpoint", head)
        newest = self._state.newest(head.origin)
        known = newest.head.size if newest else 0
        if request.old != known:
            return Answer(409, f"{known}\n".encode(), SIZE_TYPE, head.origin, head.size)
        if not head.size and head.root != EMPTY_ROOT:
            return _refusal(422, "the root is not that of an empty tree", head)
        if newest is None or not known:
            return _refusal(422, "from size 0 no proof is asked", head) if request.proof else None
        if known == head.size and newest.head.root != head.root:
            return _refusal(422, "another root was cosigned for this size", head)
        if not verify_consistency(known, head.size, newest.head.root, head.root, request.proof):
            return _refusal(422, f"the proof does not lead from the cosigned head of {known} records to this one", head)
        return None

    def _cosign(self, head: Checkpoint, signed: Note) -> Answer:
        time = int(self._clock.now().timestamp())
        line = self._key.cosign(signed.text, time)
        note = Note(signed.text, (*signed.signatures, line))
        try:
            self._state.keep(Cosigned(Checkpoint(head.origin, head.size, head.root, note), time))
        except OSError:
            self._uncertain.add(head.origin)
            return _refusal(500, "this witness could not keep its state", head)
        told = signature_line(line.name, line.key_id, line.signature)
        return Answer(200, told.encode(), origin=head.origin, size=head.size)


def _signed_by(note: Note, keys: Sequence[VerifierKey]) -> Note | None:
    """The note with the signatures of known keys alone; None if there is none, or if one of them is wrong."""
    known = [(key, line) for line in note.signatures for key in keys if key.made(line)]
    if not known or not all(key.verifies(note.text, line) for key, line in known):
        return None
    return Note(note.text, tuple(line for _, line in known))


def _refusal(status: int, why: str, head: Checkpoint | None = None) -> Answer:
    told = f"{why}\n".encode()
    return Answer(status, told, origin=head.origin if head else "", size=head.size if head else 0)
