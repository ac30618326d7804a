"""The hub's word on a log, signed with the hub's own key: what a site may prune by. Pure.

Whoever may publish on the hub's subject could say that it has everything; only who holds the key can sign it. An old
one that is shown again is no lie: the hub had so many records, and a site never takes back what was confirmed.
"""

from __future__ import annotations

from msgspec import Struct

from vmsguard.agent.uplink.messages import Confirmation
from vmsguard.errors import EvidenceError
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.note import Note, VerifierKey, parse_note

__all__ = ["SignedWord", "read_confirmation", "signed_confirmation"]

_FIRST_LINE = "vmsguard evidence confirmed v1"
"""No head of a log reads like it: a log's name has no spaces, and the line after it is a number."""
_GO_ON, _AGAIN = "go on", "again"
_NO_TROUBLE = "-"


class SignedWord(Struct, frozen=True):
    """What a message says in the hub's name."""

    said: Confirmation
    note: Note

    def is_of(self, key: VerifierKey) -> bool:
        """Whether this key signed it."""
        claims = [line for line in self.note.signatures if key.made(line)]
        return bool(claims) and all(key.verifies(self.note.text, line) for line in claims)


def signed_confirmation(said: Confirmation, key: SigningKey) -> bytes:
    """The message for a site."""
    wanted = _AGAIN if said.again else _GO_ON
    lines = (_FIRST_LINE, said.origin, str(said.size), said.root, wanted, said.trouble or _NO_TROUBLE)
    text = "".join(f"{line}\n" for line in lines)
    return Note(text, (key.signature(text),)).to_bytes()


def read_confirmation(data: bytes) -> SignedWord | None:
    """What a message says, whoever signed it; None for one that is no confirmation."""
    try:
        note = parse_note(data)
        first, origin, size, root, wanted, trouble, end = note.text.split("\n")
        said = Confirmation(origin, int(size), root, wanted == _AGAIN, "" if trouble == _NO_TROUBLE else trouble)
    except (EvidenceError, ValueError):
        return None
    if first != _FIRST_LINE or end or str(said.size) != size or said.size < 0 or wanted not in (_GO_ON, _AGAIN):
        return None
    return SignedWord(said, note)
