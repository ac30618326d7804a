"""Whether a record and its proof hold under the auditor's own trust file: without the log, without a network."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.canonical import check_canonical
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.problems import Level
from vmsguard.evidence.proving.proof_file import Proof, parse_continuation, parse_proof
from vmsguard.evidence.tree import leaf_hash, verify_consistency, verify_inclusion
from vmsguard.evidence.trust import Trust

__all__ = ["HeadStanding", "ProofReport", "check_continuation", "check_proof", "is_continuation", "judge_head"]


class HeadStanding(Struct, frozen=True):
    """What a trust file makes of a signed head."""

    level: Level | None
    """How bad ``why`` is; None where a trusted log key signed the head and the quorum is met."""
    why: str = ""
    witnesses: tuple[str, ...] = ()


class ProofReport(Struct, frozen=True, kw_only=True):
    """The verdict on a record, or on a saved head, and the proof that goes with it."""

    origin: str = ""
    index: int | None = None
    """Of the record; None where a saved head is checked."""
    old_size: int | None = None
    """Of the saved head; None where a record is checked."""
    size: int = 0
    root: str = ""
    event: str = ""
    ts: str = ""
    witnesses: tuple[str, ...] = ()
    level: Level | None = None
    reason: str = ""

    @property
    def exit_code(self) -> int:
        """0 proven, 1 not what the head covers or not a proof at all, 3 cannot decide."""
        return 0 if self.level is None else 1 if self.level is Level.TAMPERED else 3

    @property
    def verdict(self) -> str:
        return {0: "proven", 1: "not proven", 3: "cannot decide"}[self.exit_code]

    @property
    def subject(self) -> str:
        return "head" if self.index is None else "record"

    @property
    def told(self) -> str:
        """What was checked, in words; empty where that could not be read."""
        if self.index is not None:
            return " ".join(filter(None, (f"{self.index} of {self.size}", self.event, self.ts)))
        return "" if self.old_size is None else f"of {self.old_size} records, continued by one of {self.size}"

    @property
    def caveat(self) -> str:
        """What the proof cannot rule out; empty where it proves nothing, or where a trusted witness cosigned."""
        if self.exit_code or self.witnesses:
            return ""
        return "No outside witness has signed this head: whoever holds the log's key could show others another history."


def check_proof(record: bytes, proof: bytes, trust: Trust) -> ProofReport:
    """The verdict on the bytes of a record file and of a proof file.

    The record file is one line of the log with its line end, the proof a C2SP tlog-proof. What stands in the
    extra line of a proof is not looked at.
    """
    try:
        parsed = parse_proof(proof)
        line = _one_line(record)
    except EvidenceError as error:
        return ProofReport(level=Level.TAMPERED, reason=str(error))
    head = parsed.head
    value, wrong = check_canonical(line)
    told = value if isinstance(value, dict) and not wrong else {}
    standing = judge_head(head, trust)
    found = [(standing.level, standing.why)]
    if why := _contradiction(parsed, head, line, told):
        found.append((Level.TAMPERED, why))
    level, reason = _worst(found)
    return ProofReport(
        origin=head.origin,
        index=parsed.index,
        size=head.size,
        root=head.root_hex,
        event=str(told.get("event", "")),
        ts=str(told.get("ts", "")),
        witnesses=standing.witnesses,
        level=level,
        reason=reason,
    )


def is_continuation(proof: bytes) -> bool:
    """Whether the file is meant as a proof of continuation, not as one of a record."""
    return proof.startswith(b"old ")


def check_continuation(saved: bytes, proof: bytes, trust: Trust) -> ProofReport:
    """The verdict on the bytes of a saved head and of a proof that a newer head continues it.

    Both heads must be signed by keys of the trust file; the quorum is asked of the newer one.
    """
    try:
        old, parsed = parse_checkpoint(saved), parse_continuation(proof)
    except EvidenceError as error:
        return ProofReport(level=Level.TAMPERED, reason=str(error))
    head = parsed.head
    standing, before = judge_head(head, trust), judge_head(old, trust, quorum=False)
    found = [(standing.level, standing.why), (before.level, f"saved head: {before.why}")]
    if not (
        (old.origin, old.size) == (head.origin, parsed.old_size)
        and verify_consistency(old.size, head.size, old.root, head.root, parsed.hashes)
    ):
        found.append((Level.TAMPERED, "the newer head is not shown to continue the saved one"))
    level, reason = _worst(found)
    return ProofReport(
        origin=head.origin,
        old_size=old.size,
        size=head.size,
        root=head.root_hex,
        witnesses=standing.witnesses,
        level=level,
        reason=reason,
    )


def judge_head(head: Checkpoint, trust: Trust, *, quorum: bool = True) -> HeadStanding:
    """Whether keys of the trust file vouch for a head; a wrong signature of one is tampering, an unknown key is not."""
    note = head.note
    if note is None:
        return HeadStanding(Level.UNDECIDED, "the head is not signed")
    keys = trust.log_keys(head.origin)
    claims = [(key, signature) for signature in note.signatures for key in keys if key.made(signature)]
    if not claims:
        return HeadStanding(Level.UNDECIDED, f"no key of the trust file signed the head of {head.origin}")
    if not all(key.verifies(head.text, signature) for key, signature in claims):
        return HeadStanding(Level.TAMPERED, "the signature of a trusted key is wrong")
    cosigners = trust.cosigners(note)
    witnesses = tuple(sorted(cosigners))
    if quorum and not trust.quorum_met(cosigners):
        return HeadStanding(Level.UNDECIDED, f"the head lacks the witnesses that {trust.quorum} asks for", witnesses)
    return HeadStanding(None, "", witnesses)


def _worst(found: Sequence[tuple[Level | None, str]]) -> tuple[Level | None, str]:
    """The first finding of tampering, else the first of anything, else none."""
    bad = [(level, why) for level, why in found if level is not None]
    return next((each for each in bad if each[0] is Level.TAMPERED), bad[0] if bad else (None, ""))


def _one_line(record: bytes) -> bytes:
    line = record.removesuffix(b"\n")
    if line == record or b"\n" in line:
        raise EvidenceError("the record file is not one line with its line end", hint="take it as `prove` wrote it")
    return line


def _contradiction(proof: Proof, head: Checkpoint, line: bytes, told: dict[str, object]) -> str:
    """Why the record is not what the head covers at that place, or an empty string."""
    if not verify_inclusion(leaf_hash(line), proof.index, head.size, proof.hashes, head.root):
        return f"the record does not stand at {proof.index} under this head"
    if told.get("seq") != proof.index:
        return f"the record does not say that it is number {proof.index}"
    return ""
