"""The signed heads in a log directory, and what the auditor's trust file says of each."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.problems import Level, Problem
from vmsguard.evidence.segments import checkpoint_path
from vmsguard.evidence.trust import Trust

__all__ = ["Heads", "JudgedHead", "read_heads"]

_MOST_ANCHORS = 10_000


class JudgedHead(Struct, frozen=True):
    """A head with what stands behind it."""

    head: Checkpoint
    file: str
    signed: bool
    """A trusted log key signed it."""
    cosigners: frozenset[str] = frozenset()


class Heads(Struct, frozen=True):
    """The newest head, the anchored ones, and what is wrong with them."""

    newest: JudgedHead | None
    anchored: tuple[JudgedHead, ...]
    problems: tuple[Problem, ...]

    @property
    def all(self) -> tuple[JudgedHead, ...]:
        return (*((self.newest,) if self.newest else ()), *self.anchored)


def read_heads(directory: Path, trust: Trust | None) -> Heads:
    """Every head in the directory; keys come from ``trust`` alone, never from the directory."""
    problems: list[Problem] = []
    newest = _judge(checkpoint_path(directory), trust, problems, newest=True)
    anchors = sorted((directory / "anchors").glob("*.note"))[:_MOST_ANCHORS]
    judged = (_judge(path, trust, problems, newest=False) for path in anchors)
    return Heads(newest, tuple(head for head in judged if head is not None), tuple(problems))


def _judge(path: Path, trust: Trust | None, problems: list[Problem], *, newest: bool) -> JudgedHead | None:
    try:
        head = parse_checkpoint(path.read_bytes())
    except FileNotFoundError:
        problems.append(Problem(Level.UNDECIDED, "head-missing", "there is no checkpoint: nothing vouches for the end"))
        return None
    except OSError as error:
        problems.append(Problem(Level.UNDECIDED, "head-unreadable", f"{path.name} cannot be read: {error.strerror}"))
        return None
    except EvidenceError as error:
        problems.append(Problem(Level.TAMPERED, "head-damaged", f"{path.name}: {error}"))
        return None
    assert head.note is not None
    if trust is None:
        return JudgedHead(head, path.name, signed=False)
    keys = trust.log_keys(head.origin)
    claims = [(key, signature) for signature in head.note.signatures for key in keys if key.made(signature)]
    if any(not key.verifies(head.text, signature) for key, signature in claims):
        problems.append(Problem(Level.TAMPERED, "signature", f"{path.name}: the signature of a trusted key is wrong"))
        return None
    if not claims and newest:
        message = f"no key of the trust file signed the head of {head.origin}"
        problems.append(Problem(Level.UNDECIDED, "unknown-key", message))
    return JudgedHead(head, path.name, signed=bool(claims), cosigners=trust.cosigners(head.note))
