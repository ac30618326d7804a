"""Who outside vouches for a head: cosignatures and timestamps among the anchors, and what the log says of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import parse_checkpoint
from vmsguard.evidence.ordinary_file import file_name, open_ordinary
from vmsguard.evidence.problems import AnchorTold, Level, Problem
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.heads import Heads, JudgedHead, newest_anchors

__all__ = ["AnchorsTold", "check_announced", "judge_anchors"]

_TOKEN = re.compile(r"([0-9]{1,19})\.(?:.{1,64}\.)?tsr")
_LONGEST = 65_537
_TOLERANCE = timedelta(minutes=5)
"""Two honest clocks may differ by this much."""


class AnchorsTold(Struct, frozen=True):
    anchors: tuple[AnchorTold, ...]
    problems: tuple[Problem, ...]

    @property
    def newest_timestamp(self) -> AnchorTold | None:
        """The verified timestamp that covers most; the earliest of those."""
        stamps = [told for told in self.anchors if told.kind == "tsa" and told.verified]
        return min(stamps, key=lambda told: (-told.size, told.at), default=None)


class _Judge:
    def __init__(self, directory: Path, heads: Heads, roots: Mapping[int, bytes], times: Mapping[int, str]) -> None:
        self._directory = directory
        self._heads = heads
        self._roots = roots
        self._times = times
        self.anchors: list[AnchorTold] = []
        self.problems: list[Problem] = []

    def stands(self, judged: JudgedHead) -> bool:
        """Whether a trusted key signed the head and the records give its root."""
        return judged.signed and self._roots.get(judged.head.size) == judged.head.root

    def cosignatures(self, judged: JudgedHead, trust: Trust) -> None:
        """Every signature line of the note that is not the log's own."""
        assert judged.head.note is not None
        known = {key.name: name for name, key in trust.witnesses.items()}
        for signer in dict.fromkeys(signed.name for signed in judged.head.note.signatures):
            name = known.get(signer, "")
            stated = judged.cosigned.get(name)
            if signer == judged.head.origin and stated is None:
                continue
            why = (
                ""
                if stated is not None
                else "the trust file does not name it"
                if not name
                else "its signature is wrong"
            )
            if stated is not None and not self.stands(judged):
                why = "the head it signed does not stand"
            at = "" if stated is None else datetime.fromtimestamp(min(stated, 253402300799), UTC)
            self._add("witness", signer, judged.head.size, judged.file, at, why)

    def token(self, path: Path, size: int, roots: Sequence[bytes]) -> None:
        from vmsguard.evidence.anchor.tokens import TokenVerdict, verify_token

        name = file_name(path)
        file, note_file = f"anchors/{name}", f"anchors/{size}.note"
        note = next((judged for judged in self._heads.anchored if judged.file == note_file), None)
        token = _read(path)
        if note is None or token is None:
            message = f"the timestamp {name} cannot be checked: {note_file} or the token itself cannot be used"
            self._problem(Level.INCOMPLETE, "anchor-missing", message, file)
            self._add("tsa", "", size, file, "", "the note it is over is not there")
            return
        told = verify_token(token, note.note.encode(), roots)
        why = told.why
        if told.verdict is TokenVerdict.REFUSED:
            self._problem(Level.TAMPERED, "token", f"the timestamp {name} is refused: {told.why}", file)
        elif told.verdict is TokenVerdict.UNDECIDED:
            claim = f"; it claims {told.at}" if told.at else ""
            message = f"the timestamp {name} is there and was not verified: {told.why}{claim}"
            self._problem(Level.NOTICE, "token-unchecked", message, file)
        elif not self.stands(note):
            why = "the head it is over does not stand"
        at = datetime.fromisoformat(told.at) if told.verified else ""
        self._add("tsa", told.authority, size, file, at, why)

    def _add(self, kind: str, name: str, size: int, file: str, at: datetime | str, why: str) -> None:
        verified = not why
        stated = "" if isinstance(at, str) or not verified else at.strftime("%Y-%m-%dT%H:%M:%SZ")
        if verified and isinstance(at, datetime) and (newest := self._times.get(size)):
            written = datetime.fromisoformat(newest)
            if written - at > _TOLERANCE:
                message = f"{name or file} saw {size} records at {stated}, and the last of them says it is of {newest}"
                self._problem(Level.TAMPERED, "anchor-time", message, file)
        self.anchors.append(
            AnchorTold(kind=kind, name=name, size=size, file=file, verified=verified, at=stated, why=why)
        )

    def _problem(self, level: Level, kind: str, message: str, file: str) -> None:
        self.problems.append(Problem(level, kind, message, file=file))


def judge_anchors(
    directory: Path,
    heads: Heads,
    *,
    trust: Trust | None,
    roots: Mapping[int, bytes],
    times: Mapping[int, str],
    tsa_roots: Sequence[bytes],
) -> AnchorsTold:
    """Every cosignature and every timestamp, verified as far as the auditor's keys and roots go.

    ``roots`` and ``times`` are what the records give for each size: the root, and the time of the last record.
    """
    judge = _Judge(directory, heads, roots, times)
    if trust is not None:
        for judged in heads.own:
            judge.cosignatures(judged, trust)
    tokens, left = newest_anchors(directory, ".tsr")
    if left is not None:
        judge.problems.append(left)
    for path in tokens:
        if match := _TOKEN.fullmatch(path.name):
            judge.token(path, int(match[1]), tsa_roots)
    return AnchorsTold(tuple(judge.anchors), tuple(judge.problems))


def check_announced(
    directory: Path, records: Iterable[Mapping[str, Any]], roots: Mapping[int, bytes]
) -> Iterator[Problem]:
    """Whether each anchor that the log announces is there, unchanged, and over the head it says."""
    for record in records:
        size, root, seq = record["size"], record["root"], record["seq"]
        if size in roots and roots[size].hex() != root:
            message = f"the anchor is said to be over another root of {size} records than they give"
            yield Problem(Level.TAMPERED, "root", message, seq)
        if record.get("ref"):
            yield from _check_file(directory, record)


def _check_file(directory: Path, record: Mapping[str, Any]) -> Iterator[Problem]:
    name = Path(record["ref"]).name
    file, seq = f"anchors/{name}", record["seq"]
    data = _read(directory / "anchors" / name)
    if data is None:
        yield Problem(Level.INCOMPLETE, "anchor-missing", f"{file}, which the log announces, is not there", seq, file)
        return
    if name.endswith(".note"):
        changed = not _is_over(data, record["size"], record["root"], record.get("name", ""))
    else:
        changed = bool(record.get("sha256")) and sha256(data).hexdigest() != record["sha256"]
    if changed:
        message = f"{file} is not what the log announced"
        yield Problem(Level.TAMPERED, "anchor-changed", message, seq, file)


def _is_over(note: bytes, size: int, root: str, signer: str) -> bool:
    """Whether the note is a head of this size and root that bears the signer's line; others may have been added."""
    try:
        head = parse_checkpoint(note)
    except EvidenceError:
        return False
    names = {signed.name for signed in head.note.signatures} if head.note else set()
    return head.size == size and head.root_hex == root and (not signer or signer in names)


def _read(path: Path) -> bytes | None:
    """The file, or its first bytes if it is too long for a note or token; None where it cannot be read."""
    try:
        with open_ordinary(path) as file:
            return file.read(_LONGEST)
    except (OSError, ValueError):
        return None
