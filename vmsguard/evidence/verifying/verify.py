"""The auditor's check of a log directory: every byte against a signed head, every promise against a record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from vmsguard.errors import EvidenceError
from vmsguard.evidence.note import VerifierKey
from vmsguard.evidence.problems import Level, Problem, VerifyReport, summed_up
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.anchor_check import check_announced, judge_anchors
from vmsguard.evidence.verifying.forks import judge_heads
from vmsguard.evidence.verifying.heads import Heads, JudgedHead, SavedHead, read_heads
from vmsguard.evidence.verifying.whole_log import Progress, WholeLog

__all__ = ["VerifyReport", "verify_directory"]


def verify_directory(
    directory: Path,
    *,
    trust: Trust | None,
    now: datetime,
    since: SavedHead | None = None,
    jobs: int = 1,
    tsa_roots: Sequence[bytes] = (),
    progress: Progress | None = None,
) -> VerifyReport:
    """The verdict on the log in ``directory``; reads only, trusts nothing in it.

    Keys come from ``trust``, the auditor's own file, and roots of timestamping authorities from ``tsa_roots``
    (PEM). ``now`` decides whether a promised heartbeat is late. Records that ``since``, a head saved earlier,
    covers are compared by hash and not read again. With ``jobs`` beyond 1, segments are read by that many
    processes.
    """
    heads = read_heads(directory, trust, since)
    newest, saved = heads.newest, heads.saved
    log = WholeLog(
        directory,
        sizes=[judged.head.size for judged in heads.all],
        signed=max((judged.head.size for judged in heads.all if judged is newest or judged.signed), default=0),
        since=saved.head.size if saved else 0,
    )
    log.read(jobs=jobs, progress=progress)
    size = log.frontier.size
    told = judge_heads(heads, log.roots, size)
    anchors = judge_anchors(directory, heads, trust=trust, roots=log.roots, times=log.times, tsa_roots=tsa_roots)
    best = _best_witnessed(heads, trust, log)
    problems = [*heads.problems, *log.problems, *anchors.problems]
    problems += [problem for problem in told.problems if not (log.unreadable and problem.kind == "shorter")]
    problems += _undecided(trust, best, size)
    if newest is not None and size > newest.head.size:
        message = f"{size - newest.head.size} records after the signed head: only the chain covers them"
        problems.append(Problem(Level.INCOMPLETE, "unsigned-tail", message, newest.head.size))
    if not log.foreign:
        problems += log.completeness.problems(now, log.border, log.tombstones)
        problems += check_announced(directory, log.completeness.anchored, log.roots)
        problems += _rotations(log, trust, newest)
    witnessed, stamp = (best.head.size if best else 0), anchors.newest_timestamp
    return VerifyReport(
        origin=newest.head.origin if newest else "",
        size=size,
        root=log.frontier.root().hex(),
        signed_size=newest.head.size if newest and newest.signed else 0,
        witnessed_size=witnessed,
        witnesses=tuple(sorted(best.cosigned)) if best else (),
        trusted=trust is not None,
        problems=summed_up(problems),
        anchored_size=max(witnessed, stamp.size if stamp else 0),
        anchored_at=stamp.at if stamp else "",
        anchors=anchors.anchors,
        since=saved.head.size if saved else 0,
        pruned=log.border,
        erased=len(log.tombstones),
        events=dict(sorted(log.completeness.events.items())),
        forks=told.forks,
    )


def _best_witnessed(heads: Heads, trust: Trust | None, log: WholeLog) -> JudgedHead | None:
    """The largest head of the log that stands and that witnesses cosigned as the quorum asks, if there is one."""
    if trust is None:
        return None
    cosigned = [
        judged
        for judged in heads.all
        if judged.signed
        and judged.cosigned
        and trust.quorum_met(judged.cosigned)
        and log.roots.get(judged.head.size) == judged.head.root
    ]
    return max(cosigned, key=lambda judged: judged.head.size, default=None)


def _undecided(trust: Trust | None, best: JudgedHead | None, size: int) -> Iterator[Problem]:
    """What nobody can say for want of a trusted signature."""
    if trust is None:
        message = "without a trust file nobody's signature counts; ask the operator for the log's vkey and check it"
        yield Problem(Level.UNDECIDED, "no-trust-file", message)
    elif trust.quorum and (witnessed := best.head.size if best else 0) < size:
        message = f"the quorum {trust.quorum} covers {witnessed} of {size} records"
        yield Problem(Level.UNDECIDED, "quorum", message, witnessed)


def _rotations(log: WholeLog, trust: Trust | None, newest: JudgedHead | None) -> Iterator[Problem]:
    """Changes of the log's key that the trust file knows nothing of, and a head that only a replaced key signed."""
    if trust is None:
        return
    known = {key.vkey for key in trust.logs}
    current: VerifierKey | None = None
    for record in log.completeness.rotated:
        seq, new = record["seq"], record["new"]
        try:
            current = VerifierKey.parse(new)
        except EvidenceError as error:
            yield Problem(Level.INCOMPLETE, "malformed", f"a key.rotated record names no key: {error}", seq)
            continue
        if new not in known:
            message = f"the log's key was changed to {new}: confirm it with the operator on another way, then trust it"
            yield Problem(Level.NOTICE, "key-rotated", message, seq)
    if current is not None and newest is not None and newest.signed and not _signed_by(newest, current):
        message = (
            f"the log's key was changed to {current.vkey}, and the newest head bears only a replaced key's signature"
        )
        yield Problem(Level.UNDECIDED, "key-rotated", message, file=newest.file)


def _signed_by(judged: JudgedHead, key: VerifierKey) -> bool:
    note = judged.head.note
    return note is not None and any(key.made(signed) and key.verifies(note.text, signed) for signed in note.signatures)
