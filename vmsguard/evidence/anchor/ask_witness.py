"""Asking a witness for its cosignature (C2SP tlog-witness, the log's side)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vmsguard.errors import EvidenceError
from vmsguard.evidence.anchor.add_checkpoint import AddCheckpoint, cosignatures, parse_size
from vmsguard.evidence.anchor.exchange import NoReply, Reply, ask
from vmsguard.evidence.anchor.local_head import LocalHead
from vmsguard.evidence.anchor.outcome import Contradicted, Cosignatures, NotAnchored
from vmsguard.evidence.anchor.witness_state import origin_hash
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.note import VerifierKey

if TYPE_CHECKING:
    from aiohttp import ClientSession

__all__ = ["ask_witness"]

_ATTEMPTS = 3
"""A wrong guess of what the witness knows costs one; another anchoring of the same log at the same time, one more."""

_HINTS = {
    400: "tell its operator: it takes the request for malformed",
    403: "give its operator the log's present vkey",
    404: "give its operator the log's vkey, or mend the URL: /add-checkpoint is put behind it",
}


async def ask_witness(
    session: ClientSession, url: str, local: LocalHead, known: int, keys: Sequence[VerifierKey]
) -> Cosignatures | NotAnchored | Contradicted:
    """The witness's verified cosignatures of our head, or why there are none.

    ``known`` is the size we believe it cosigned last; ``keys`` are the witnesses' keys that count.
    """
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    try:
        for _ in range(_ATTEMPTS):
            body = AddCheckpoint(known, tuple(local.prove(known)), local.head).to_bytes()
            reply = await ask(session, "POST", f"{url}/add-checkpoint", body, headers)
            if reply.status != 409:
                break
            size = parse_size(reply.body)
            if size is None:
                return NotAnchored(url, "it answers 409 without a size", "tell its operator")
            if size > local.head.size:
                return _rolled_back(url, local, size, await _shown(session, url, local, keys))
            known = size
        if reply.status == 422:
            return _forked(url, local, known, await _shown(session, url, local, keys))
        return _read(url, local.head, reply, keys)
    except NoReply as error:
        return NotAnchored(url, str(error), "try again later, or check the URL")


def _read(url: str, head: Checkpoint, reply: Reply, keys: Sequence[VerifierKey]) -> Cosignatures | NotAnchored:
    if reply.status != 200:
        return NotAnchored(url, f"it answers {reply.status}", _HINTS.get(reply.status, "try again later"))
    assert head.note is not None
    try:
        lines = cosignatures(head.note, reply.body, keys)
    except EvidenceError as error:
        return NotAnchored(url, f"its cosignature is of no use: {error}", "tell its operator")
    if not lines:
        told = ", ".join(sorted(key.name for key in keys)) or "none"
        hint = "ask its operator for the vkey, on another way, and give it with --witness-key or the trust file"
        return NotAnchored(url, f"it signed with none of the keys given here ({told})", hint)
    return Cosignatures(url, lines)


def _rolled_back(url: str, local: LocalHead, size: int, theirs: Checkpoint | None) -> Contradicted:
    why = f"it cosigned {size} records of this log, and here are {local.head.size}"
    proof = theirs if theirs and theirs.size > local.head.size else None
    return Contradicted(url=url, kind="rollback", why=why, ours=local.head, theirs_size=size, theirs=proof)


def _forked(url: str, local: LocalHead, known: int, theirs: Checkpoint | None) -> Contradicted | NotAnchored:
    if theirs and theirs.size <= local.head.size and local.root(theirs.size) == theirs.root:
        return NotAnchored(url, "it refuses a head that continues the one it shows", "tell its operator")
    why = f"the {known} records that it cosigned are not the first {known} of the {local.head.size} here"
    return Contradicted(url=url, kind="fork", why=why, ours=local.head, theirs_size=known, theirs=theirs)


async def _shown(session: ClientSession, url: str, local: LocalHead, keys: Sequence[VerifierKey]) -> Checkpoint | None:
    """The newest head that the witness shows for our log; None unless the log's key and the witness signed it.

    Its monitoring address is often that of submission; where it is another one, we do not know it.
    """
    try:
        reply = await ask(session, "GET", f"{url}/{origin_hash(local.head.origin)}/checkpoint")
        theirs = parse_checkpoint(reply.body) if reply.status == 200 else None
    except (NoReply, EvidenceError):
        return None
    if theirs is None or theirs.note is None or theirs.origin != local.head.origin or not local.signed_it(theirs):
        return None
    lines = theirs.note.signatures
    return theirs if any(key.made(line) and key.verifies(theirs.text, line) for line in lines for key in keys) else None
