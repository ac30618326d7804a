"""What a verification can find, how bad it is, and what the whole amounts to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

__all__ = ["CATEGORIES", "AnchorTold", "Category", "Fork", "Level", "Problem", "VerifyReport", "summed_up"]

_TOLD_EACH = 20


class Level(StrEnum):
    """Worst first."""

    TAMPERED = "tampered"
    INCOMPLETE = "incomplete"
    UNDECIDED = "undecided"
    NOTICE = "notice"


class Category(StrEnum):
    """What sort of thing is wrong, for who looks for one sort only."""

    MISSING = "missing"
    """A segment, file or head is not there."""
    GAP = "gap"
    """Records that must exist do not."""
    INVALID = "invalid"
    """What is there is damaged, or its hash, signature, token or time is wrong."""
    MOVED = "moved"
    """A segment, record or head stands in another place than it says, or belongs to another log."""
    ERASED = "erased"
    """Records were taken out."""
    UNKNOWN_KEY = "unknown-key"
    UNANCHORED = "unanchored"
    INCOMPLETE = "incomplete"
    """Something that the log announced did not follow."""


def _sorted_out(*lists: tuple[Category, str]) -> dict[str, Category]:
    return {kind: category for category, kinds in lists for kind in kinds.split()}


CATEGORIES: Mapping[str, Category] = _sorted_out(
    (
        Category.MISSING,
        "anchor-missing head-missing head-unreadable segment-missing tile-missing torn-missing unreadable",
    ),
    (Category.GAP, "gap shorter silence torn torn-record unsigned-tail write-failed"),
    (
        Category.INVALID,
        "anchor-changed anchor-time chain clock damaged fork head-damaged malformed root since-invalid signature tile"
        " token torn-changed",
    ),
    (Category.MOVED, "head-moved other-origin segment-moved segment-repeated sequence"),
    (
        Category.ERASED,
        "erased erased-unannounced erasure-unfinished not-erased pruned pruned-unannounced run-cut-by-erasure",
    ),
    (Category.UNKNOWN_KEY, "key-rotated no-trust-file unknown-key"),
    (Category.UNANCHORED, "quorum token-unchecked"),
    (
        Category.INCOMPLETE,
        "counts-differ duty-ended duty-late duty-moved duty-open ended-unplanned not-judged planned-twice run-cut-short"
        " run-not-ended scope-differs unplanned-verdict unresolved-intent verdict-twice verdicts-differ"
        " verdicts-missing unsupported",
    ),
)
"""Every kind of problem there is; kinds are stable."""


class Problem(Struct, frozen=True):
    """One thing found; ``kind`` is stable, ``seq`` is the record it stands at, if it stands at one."""

    level: Level
    kind: str
    message: str
    seq: int | None = None
    file: str = ""
    """The file it is about, relative to the log's directory."""

    @property
    def category(self) -> Category:
        return CATEGORIES[self.kind]


class Fork(Struct, frozen=True, kw_only=True):
    """Two heads that one log signed and that cannot both be true: proof of fraud, to be kept."""

    first_file: str
    first_note: str
    """The signed note in full."""
    second_file: str
    second_note: str


class AnchorTold(Struct, frozen=True, kw_only=True):
    """Somebody outside who vouches for a head, and whether that was verified."""

    kind: str
    """``witness`` or ``tsa``."""
    name: str
    size: int
    file: str
    verified: bool
    at: str = ""
    """The time they state, RFC 3339; empty where it could not be verified."""
    why: str = ""
    """Why it is not verified."""


class VerifyReport(Struct, frozen=True, kw_only=True):
    """The verdict on a log directory."""

    origin: str
    size: int
    """Records found, erased and pruned ones included."""
    root: str
    """Over all of them, hex."""
    signed_size: int
    """Records covered by the newest head that a trusted key signed."""
    witnessed_size: int
    """Records covered by a head that trusted witnesses cosigned as the quorum asks."""
    witnesses: tuple[str, ...]
    trusted: bool
    """Whether a trust file was given."""
    problems: tuple[Problem, ...]
    anchored_size: int = 0
    """Records covered by anything outside that was verified: a witness's cosignature or a timestamp."""
    anchored_at: str = ""
    """When the newest verified timestamp saw its head, RFC 3339; empty without one."""
    anchors: tuple[AnchorTold, ...] = ()
    since: int = 0
    """Records before this one are covered by hash only: the saved head vouches for them."""
    pruned: int = 0
    """Records at the start of the log that were taken out; their hashes are there."""
    erased: int = 0
    """Records that were taken out one by one; a tombstone stands for each."""
    events: Mapping[str, int] = {}
    """How many records of each event were read."""
    forks: tuple[Fork, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 intact and complete, 1 tampered, 2 incomplete, 3 cannot decide.

        Without a trust file nothing but tampering can be shown.
        """
        levels = {problem.level for problem in self.problems}
        if Level.TAMPERED in levels:
            return 1
        if not self.trusted:
            return 3
        if Level.INCOMPLETE in levels:
            return 2
        return 3 if Level.UNDECIDED in levels else 0

    @property
    def verdict(self) -> str:
        return ("intact and complete", "tampered", "incomplete", "cannot decide")[self.exit_code]

    @property
    def caveat(self) -> str:
        """What this verification cannot rule out, in words; empty when an outside witness covers every record."""
        if self.witnessed_size == self.size and self.witnesses:
            return ""
        if self.anchored_at and self.anchored_size > self.witnessed_size:
            return (
                f"A timestamp shows that the first {self.anchored_size} records existed by {self.anchored_at}. "
                f"Before that, and from record {self.anchored_size} on, the operator could have rewritten this."
            )
        if self.witnessed_size:
            return (
                f"From record {self.witnessed_size} on, no outside witness has signed: "
                "the operator could have rewritten this."
            )
        return "No outside witness has signed a head: the operator could have rewritten this."


def summed_up(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Worst first, then by record, then what stands at none; of a kind that repeats, the first and how many more."""
    order = {level: rank for rank, level in enumerate(Level)}
    ranked = sorted(
        problems, key=lambda one: (order[one.level], one.kind != "fork", one.seq is None, one.seq or 0, one.kind)
    )
    seen: dict[tuple[Level, str], int] = {}
    told = []
    for problem in ranked:
        sort = (problem.level, problem.kind)
        seen[sort] = seen.get(sort, 0) + 1
        if seen[sort] <= _TOLD_EACH:
            told.append(problem)
    more = [
        Problem(level, kind, f"{count - _TOLD_EACH} more of this kind")
        for (level, kind), count in seen.items()
        if count > _TOLD_EACH
    ]
    return tuple(told + more)
