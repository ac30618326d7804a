"""The signed heads in a log directory and the one an auditor saved, and what the trust file says of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.ordinary_file import file_name, open_ordinary
from vmsguard.evidence.problems import Level, Problem
from vmsguard.evidence.segments import checkpoint_path
from vmsguard.evidence.trust import Trust

__all__ = ["MOST_ANCHORS", "Heads", "JudgedHead", "SavedHead", "newest_anchors", "read_heads"]

MOST_ANCHORS = 100_000
"""Of notes, and of timestamps: one of each every hour for eleven years."""

_PLACE = re.compile(r"[0-9]{1,19}(?=\.)")
_LONGEST = 65_537
"""Bytes read of a note: one more than a note may have, so that a longer one is noticed and not read."""


class SavedHead(Struct, frozen=True):
    """A signed head that the auditor kept from an earlier visit."""

    data: bytes
    name: str
    """The file it is in, as the auditor named it."""


class JudgedHead(Struct, frozen=True):
    """A head with what stands behind it."""

    head: Checkpoint
    file: str
    signed: bool
    """A trusted log key signed it."""
    cosigned: Mapping[str, int] = {}
    """Trusted witnesses that cosigned it, with the time each states (Unix)."""
    note: str = ""
    """The signed note in full."""


class Heads(Struct, frozen=True):
    """The newest head, the anchored ones, the saved one, and what is wrong with them."""

    newest: JudgedHead | None
    anchored: tuple[JudgedHead, ...]
    saved: JudgedHead | None
    problems: tuple[Problem, ...]

    @property
    def own(self) -> tuple[JudgedHead, ...]:
        """Those in the directory."""
        return (*((self.newest,) if self.newest else ()), *self.anchored)

    @property
    def all(self) -> tuple[JudgedHead, ...]:
        return (*self.own, *((self.saved,) if self.saved else ()))


class _Signed(Enum):
    YES = "a trusted key signed it"
    WRONGLY = "the signature of a trusted key is wrong"
    BY_NO_TRUSTED_KEY = "no key of the trust file signed it"


def read_heads(directory: Path, trust: Trust | None, since: SavedHead | None = None) -> Heads:
    """Every head in the directory, and the saved one; keys come from ``trust`` alone, never from the directory."""
    problems: list[Problem] = []
    newest = _newest(directory, trust, problems)
    origin = newest.head.origin if newest else ""
    anchors, left = newest_anchors(directory, ".note")
    if left is not None:
        problems.append(left)
    judged = [_anchored(path, trust, problems, origin) for path in anchors]
    saved = None if since is None else _saved(since, trust, problems, origin)
    return Heads(newest, tuple(head for head in judged if head is not None), saved, tuple(problems))


def newest_anchors(directory: Path, suffix: str) -> tuple[list[Path], Problem | None]:
    """Files among the anchors by name, over the largest heads if they are too many; and a problem that says so."""
    paths = sorted((directory / "anchors").glob(f"*{suffix}"))
    if len(paths) <= MOST_ANCHORS:
        return paths, None
    message = f"{len(paths)} anchors end in {suffix}, and only those over the {MOST_ANCHORS} largest heads were read"
    return sorted(sorted(paths, key=_place)[-MOST_ANCHORS:]), _undecided("unreadable", message, "anchors")


def _place(path: Path) -> int:
    """The size the name states; of another name none, so that it counts as the smallest."""
    match = _PLACE.match(path.name)
    return int(match[0]) if match else -1


def _newest(directory: Path, trust: Trust | None, problems: list[Problem]) -> JudgedHead | None:
    path = checkpoint_path(directory)
    if not path.exists():
        problems.append(_undecided("head-missing", "there is no checkpoint: nothing vouches for the end", path.name))
        return None
    judged = _judge(path, path.name, trust, problems)
    if judged is None or trust is None or judged.signed:
        return judged
    origin = judged.head.origin
    if trust.logs and not trust.log_keys(origin):
        names = ", ".join(sorted({key.name for key in trust.logs}))
        message = f"this is the log {origin}, and the trust file is about {names}"
        problems.append(_undecided("other-origin", message, path.name))
    else:
        message = f"no key of the trust file signed the head of {origin}: ask the operator whether the key was changed"
        problems.append(_undecided("unknown-key", message, path.name))
    return judged


def _anchored(path: Path, trust: Trust | None, problems: list[Problem], origin: str) -> JudgedHead | None:
    file = f"anchors/{file_name(path)}"
    judged = _judge(path, file, trust, problems)
    if judged is None:
        return None
    if origin and judged.head.origin != origin:
        message = f"a head of another log, {judged.head.origin}, lies among the anchors"
        problems.append(Problem(Level.TAMPERED, "other-origin", message, file=file))
        return None
    if path.stem.isascii() and path.stem.isdecimal() and path.stem != str(judged.head.size):
        message = f"the file is named for {path.stem} records and its head covers {judged.head.size}"
        problems.append(Problem(Level.TAMPERED, "head-moved", message, file=file))
    if trust is not None and not judged.signed:
        message = "no key of the trust file signed this anchored head: it is not used"
        problems.append(Problem(Level.NOTICE, "unknown-key", message, file=file))
    return judged


def _saved(since: SavedHead, trust: Trust | None, problems: list[Problem], origin: str) -> JudgedHead | None:
    """The auditor's saved head; what is wrong with it says nothing against the log, only that it is of no use."""
    try:
        head = parse_checkpoint(since.data)
    except EvidenceError as error:
        problems.append(_undecided("since-invalid", f"the saved head is of no use: {error}", since.name))
        return None
    if origin and head.origin != origin:
        message = f"the saved head is of {head.origin} and this is the log {origin}"
        problems.append(_undecided("other-origin", message, since.name))
        return None
    if trust is None:
        return None
    signed = _signed(head, trust)
    if signed is not _Signed.YES:
        kind = "unknown-key" if signed is _Signed.BY_NO_TRUSTED_KEY else "since-invalid"
        message = signed.value
        problems.append(_undecided(kind, f"the saved head is of no use: {message}", since.name))
        return None
    assert head.note is not None
    return JudgedHead(head, since.name, signed=True, cosigned=trust.cosigned(head.note), note=since.data.decode())


def _judge(path: Path, file: str, trust: Trust | None, problems: list[Problem]) -> JudgedHead | None:
    try:
        with open_ordinary(path) as opened:
            data = opened.read(_LONGEST)
        head = parse_checkpoint(data)
    except OSError as error:
        problems.append(_undecided("head-unreadable", f"{file} cannot be read: {error.strerror}", file))
        return None
    except EvidenceError as error:
        problems.append(Problem(Level.TAMPERED, "head-damaged", f"{file}: {error}", file=file))
        return None
    assert head.note is not None
    if trust is None:
        return JudgedHead(head, file, signed=False, note=data.decode())
    signed = _signed(head, trust)
    if signed is _Signed.WRONGLY:
        message = f"{file}: the signature of a trusted key is wrong"
        problems.append(Problem(Level.TAMPERED, "signature", message, file=file))
        return None
    return JudgedHead(head, file, signed=signed is _Signed.YES, cosigned=trust.cosigned(head.note), note=data.decode())


def _signed(head: Checkpoint, trust: Trust) -> _Signed:
    note = head.note
    assert note is not None
    keys = trust.log_keys(head.origin)
    claims = [(key, signature) for signature in note.signatures for key in keys if key.made(signature)]
    if not claims:
        return _Signed.BY_NO_TRUSTED_KEY
    return _Signed.YES if all(key.verifies(head.text, signature) for key, signature in claims) else _Signed.WRONGLY


def _undecided(kind: str, message: str, file: str) -> Problem:
    return Problem(Level.UNDECIDED, kind, message, file=file)
