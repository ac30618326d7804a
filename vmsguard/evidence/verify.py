"""The auditor's check of a log directory: every byte against a signed head, every promise against a record."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from vmsguard.evidence.canonical import check_canonical
from vmsguard.evidence.completeness import Completeness
from vmsguard.evidence.events import EVENTS
from vmsguard.evidence.heads import Heads, read_heads
from vmsguard.evidence.problems import Level, Problem, VerifyReport, summed_up
from vmsguard.evidence.record import SCHEMA
from vmsguard.evidence.recover import NO_RECORD
from vmsguard.evidence.segments import iter_lines, list_segments
from vmsguard.evidence.tree import EMPTY_ROOT, Frontier, leaf_hash
from vmsguard.evidence.trust import Trust

__all__ = ["VerifyReport", "verify_directory"]


def verify_directory(directory: Path, *, trust: Trust | None, now: datetime) -> VerifyReport:
    """The verdict on the log in ``directory``; reads only, trusts nothing in it.

    Keys come from ``trust``, the auditor's own file. ``now`` decides whether a promised heartbeat is late.
    """
    heads = read_heads(directory, trust)
    scan = _Scan(directory, heads)
    scan.run()
    problems = [*heads.problems, *scan.problems, *scan.against_heads()]
    if not scan.foreign:
        problems += scan.completeness.problems(now)
    witnesses, witnessed, undecided = _judge_trust(heads, trust, scan)
    problems += undecided
    newest = heads.newest
    return VerifyReport(
        origin=newest.head.origin if newest else "",
        size=scan.frontier.size,
        root=scan.frontier.root().hex(),
        signed_size=newest.head.size if newest and newest.signed else 0,
        witnessed_size=witnessed,
        witnesses=witnesses,
        trusted=trust is not None,
        problems=summed_up(problems),
    )


class _Scan:
    """One pass over all segments: form, sequence, chain, tree, content."""

    def __init__(self, directory: Path, heads: Heads) -> None:
        self.directory = directory
        self.heads = heads
        self.frontier = Frontier()
        self.problems: list[Problem] = []
        self.completeness = Completeness(directory)
        self.foreign = False
        """Records of a schema or event this program does not know: their content cannot be judged."""
        self.roots: dict[int, bytes] = {0: EMPTY_ROOT}
        self._prev = NO_RECORD
        self._signed = heads.newest.head.size if heads.newest else 0
        self._wanted = {judged.head.size for judged in heads.all}

    def run(self) -> None:
        for segment in list_segments(self.directory):
            if segment.first != self.frontier.size:
                message = f"records {self.frontier.size} to {segment.first - 1} are missing"
                if segment.first < self.frontier.size:
                    message = f"segment {segment.first} repeats records that are already there"
                self._add(Level.TAMPERED, "gap", message)
                return
            for line in iter_lines(segment.path):
                if not self._line(line):
                    return

    def against_heads(self) -> list[Problem]:
        """What the heads say about the records that were found."""
        found = []
        for judged in self.heads.all:
            head = judged.head
            if judged is not self.heads.newest and not judged.signed:
                continue
            if head.size > self.frontier.size:
                message = f"{judged.file} covers {head.size} records and {self.frontier.size} are there"
                found.append(Problem(Level.TAMPERED, "shorter", message))
            elif self.roots[head.size] != head.root:
                message = f"the first {head.size} records do not give the root of {judged.file}"
                found.append(Problem(Level.TAMPERED, "root", message))
        if self.heads.newest and self.frontier.size > self._signed:
            message = f"{self.frontier.size - self._signed} records after the signed head: only the chain covers them"
            found.append(Problem(Level.INCOMPLETE, "unsigned-tail", message, self._signed))
        return found

    def _line(self, line: bytes) -> bool:
        """Take in one line; False where reading on makes no sense."""
        seq = self.frontier.size
        signed = seq < self._signed
        value: Any
        value, wrong = check_canonical(line[:-1]) if line.endswith(b"\n") else (None, "no line end")
        if not wrong and not isinstance(value, dict):
            wrong = "not an object"
        if wrong and not signed:
            self._add(Level.INCOMPLETE, "torn", f"what follows the last whole record is damaged ({wrong})", seq)
            return False
        if wrong:
            self._add(Level.TAMPERED, "damaged", f"the record is damaged: {wrong}", seq)
        else:
            self._record(value, seq)
        self._prev = leaf_hash(line.removesuffix(b"\n"))
        self.frontier.append(self._prev)
        if seq + 1 in self._wanted:
            self.roots[seq + 1] = self.frontier.root()
        return True

    def _record(self, record: dict[str, Any], seq: int) -> None:
        if record.get("seq") != seq:
            self._add(Level.TAMPERED, "sequence", f"the record says it is number {record.get('seq')}", seq)
        elif record.get("prev") != self._prev.hex():
            self._add(Level.TAMPERED, "chain", "the record does not continue the one before it", seq)
        elif record.get("schema") != SCHEMA or record.get("event") not in EVENTS:
            if not self.foreign:
                message = "a record of a schema or event that this version does not know"
                self._add(Level.UNDECIDED, "unsupported", message, seq)
            self.foreign = True
        elif not self.foreign:
            self._content(record, seq)

    def _content(self, record: dict[str, Any], seq: int) -> None:
        try:
            self.completeness.follow(record)
        except (KeyError, TypeError, ValueError, AttributeError):
            self._add(Level.INCOMPLETE, "malformed", f"a {record['event']} record lacks what its event must hold", seq)

    def _add(self, level: Level, kind: str, message: str, seq: int | None = None) -> None:
        self.problems.append(Problem(level, kind, message, seq))


def _judge_trust(heads: Heads, trust: Trust | None, scan: _Scan) -> tuple[tuple[str, ...], int, list[Problem]]:
    """Who else signed, up to where, and what stays undecided for want of it."""
    if trust is None:
        message = "without a trust file nobody's signature counts; ask the operator for the log's vkey and check it"
        return (), 0, [Problem(Level.UNDECIDED, "no-trust-file", message)]
    cosigned = [
        judged
        for judged in heads.all
        if judged.signed
        and judged.cosigners
        and trust.quorum_met(judged.cosigners)
        and scan.roots.get(judged.head.size) == judged.head.root
    ]
    best = max(cosigned, key=lambda judged: judged.head.size, default=None)
    witnessed = best.head.size if best else 0
    problems = []
    if trust.quorum and witnessed < scan.frontier.size:
        message = f"the quorum {trust.quorum} covers {witnessed} of {scan.frontier.size} records"
        problems.append(Problem(Level.UNDECIDED, "quorum", message, witnessed))
    return tuple(sorted(best.cosigners)) if best else (), witnessed, problems
