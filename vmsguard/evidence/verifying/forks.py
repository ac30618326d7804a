"""What the signed heads say about the records that are there, and about each other."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from vmsguard.evidence.problems import Fork, Level, Problem
from vmsguard.evidence.verifying.heads import Heads, JudgedHead

__all__ = ["HeadsTold", "judge_heads"]


class HeadsTold(Struct, frozen=True):
    problems: tuple[Problem, ...]
    forks: tuple[Fork, ...]


def judge_heads(heads: Heads, roots: Mapping[int, bytes], size: int) -> HeadsTold:
    """Compare every head that counts with the first ``size`` records; ``roots`` holds the roots they give.

    The newest head counts whoever signed it; anchored and saved ones where a trusted key did. Two heads of
    that key which cannot both be true are a fork.
    """
    problems: list[Problem] = []
    forks: list[Fork] = []
    counted = [judged for judged in heads.all if judged.signed or judged is heads.newest]
    for judged in counted:
        covers = judged.head.size
        if covers > size:
            problems.append(_shorter(judged, size, saved=judged is heads.saved))
        elif roots[covers] != judged.head.root:
            other = _contradicted(judged, counted, heads, roots, size)
            if other is None:
                message = f"the first {covers} records do not give the root of {judged.file}"
                problems.append(Problem(Level.TAMPERED, "root", message, file=judged.file))
            else:
                forks.append(_fork(judged, other))
                problems.append(_forked(judged, other))
    return HeadsTold(tuple(problems), tuple(forks))


def _contradicted(
    judged: JudgedHead, counted: list[JudgedHead], heads: Heads, roots: Mapping[int, bytes], size: int
) -> JudgedHead | None:
    """Another head of a trusted key that cannot be true together with this one, which the records do not give."""
    if not judged.signed:
        return None
    for other in counted:
        if other.signed and other.head.size == judged.head.size and other.head.root != judged.head.root:
            return other
    newest = heads.newest
    if newest is None or not newest.signed or not judged.head.size <= newest.head.size <= size:
        return None
    return newest if roots[newest.head.size] == newest.head.root else None


def _shorter(judged: JudgedHead, size: int, *, saved: bool) -> Problem:
    message = f"{judged.file} covers {judged.head.size} records and {size} are there"
    if saved:
        message += ": records were taken away, or an older copy was put back"
    return Problem(Level.TAMPERED, "shorter", message, file=judged.file)


def _fork(one: JudgedHead, other: JudgedHead) -> Fork:
    return Fork(first_file=one.file, first_note=one.note, second_file=other.file, second_note=other.note)


def _forked(one: JudgedHead, other: JudgedHead) -> Problem:
    message = (
        f"{one.file} ({one.head.size} records) and {other.file} ({other.head.size} records) are both signed and cannot "
        "both be true: keep both as proof"
    )
    return Problem(Level.TAMPERED, "fork", message, file=one.file)
