"""What a report says, as plain values: everything here was read from an evidence log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct

from vmsguard.model.vocabulary import Qualifier, Remediation, Verdict

__all__ = [
    "Absence",
    "Anchor",
    "Camera",
    "Counts",
    "Deletion",
    "ExceptionInForce",
    "Exposure",
    "FindingTold",
    "HoldTold",
    "Integrity",
    "Item",
    "Obligation",
    "Period",
    "Report",
    "RunTold",
    "UnknownGroup",
]


class Counts(Struct, frozen=True, kw_only=True):
    """Verdicts of rules; passes by qualifier are never merged into one number."""

    pass_direct: int = 0
    pass_fallback: int = 0
    pass_exception: int = 0
    fail: int = 0
    unknown: int = 0
    conflict: int = 0
    not_applicable: int = 0

    @property
    def passed(self) -> int:
        return self.pass_direct + self.pass_fallback + self.pass_exception

    @property
    def judged(self) -> int:
        """All but those that do not apply."""
        return self.passed + self.fail + self.unknown + self.conflict


class Anchor(Struct, frozen=True, kw_only=True):
    """Somebody outside who vouches for a head."""

    kind: str
    """``witness`` or ``tsa``."""
    name: str
    size: int
    at: datetime | None = None
    verified: bool = False
    """The verification that made this report checked it with a key of the reader's own."""
    why: str = ""
    """Why it is not verified."""


class Integrity(Struct, frozen=True, kw_only=True):
    """What `evidence verify` said when the report was made."""

    verdict: str
    """``intact and complete``, ``tampered``, ``incomplete`` or ``cannot decide``."""
    exit_code: int
    caveat: str
    origin: str
    size: int
    root: str
    signed_size: int
    checkpoint: str
    """The newest signed note as it stands in its file; empty if there is none."""
    problems: tuple[str, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    trusted: bool = False
    """The reader gave a trust file."""
    erased: int = 0
    """Records that were taken out one by one; a tombstone stands for each."""
    pruned: int = 0
    """Records at the start of the log that were taken out; their hashes are there."""
    forks: tuple[tuple[str, str], ...] = ()
    """Pairs of signed notes that cannot both be true: proof of fraud."""


class RunTold(Struct, frozen=True, kw_only=True):
    """One run: its end is None where the log has none."""

    id: str
    command: str
    mode: str
    started: datetime
    ended: datetime | None
    exit_code: int | None
    first_seq: int
    last_seq: int
    limited: bool = False
    """Somebody narrowed the run to some cameras."""
    origin: str = ""


class Item(Struct, frozen=True, kw_only=True):
    """One rule on one camera, as the newest run that judged it says; or one control of it."""

    camera: str
    site: str
    pack: str
    rule: str
    title: str
    control: str = ""
    endpoint: str = ""
    channel: str = ""
    clause: str = ""
    source: str = ""
    force: str = ""
    severity: str = ""
    verdict: Verdict
    qualifier: Qualifier | None = None
    basis: str = ""
    reason: str = ""
    """The stable reason code."""
    reason_told: str = ""
    """The same in a sentence."""
    why: str = ""
    next_step: str = ""
    found: str = ""
    required: str = ""
    remediation: Remediation = Remediation.NONE
    exception: str = ""
    exposure_from: datetime | None = None
    exposure_to: datetime | None = None
    judged_at: datetime
    facts: tuple[str, ...] = ()
    """``name at target/channel (layer, basis, time)``."""
    run: str
    seq: int
    """The record that says so."""
    parts: tuple[Item, ...] = ()
    """The verdicts of the rule's controls at their endpoints."""
    origin: str = ""
    """The log whose record ``seq`` is."""
    stale: bool = False
    """The newest run that should have looked did not, or the log went silent: a pass is then shown as unknown.

    A fail stays one: what nobody looked at mended nothing.
    """
    last_verdict: Verdict | None = None
    """Of a stale item: what was found when somebody looked last, at ``judged_at``."""
    last_qualifier: Qualifier | None = None


class Obligation(Struct, frozen=True, kw_only=True):
    """One rule with the clause it rests on, over all cameras it was judged for."""

    pack: str
    pack_title: str
    pack_version: str
    rule: str
    title: str
    clause: str
    source: str
    source_title: str
    force: str
    severity: str
    mode: str
    counts: Counts
    by_site: Mapping[str, Counts]
    standing: str = ""
    """``upcoming`` or ``lapsed`` where no text it rests on is in force; empty while it binds."""
    starts: str = ""
    """The day an upcoming rule comes into force."""
    lock: str = ""
    """Where the pack was not applied as it was accepted: ``differs``, ``edited-in-place`` or ``not-locked``."""
    locked_version: str = ""


class Camera(Struct, frozen=True, kw_only=True):
    """A camera with its worst verdict; ``judged_at`` is the last time it was looked at."""

    id: str
    site: str
    verdict: Verdict
    qualifier: Qualifier | None
    judged_at: datetime
    run: str
    origin: str = ""
    stale: bool = False
    last_verdict: Verdict | None = None


class Period(Struct, frozen=True, kw_only=True):
    """Verdicts of rules at one moment of the past, after a run: one point of the line over time.

    Where there are many runs, a point stands for those of its day (week, month) with the fewest passes,
    so that no bad one is hidden; the newest run always has a point of its own.
    """

    at: datetime
    run: str
    command: str
    counts: Counts
    """Of every rule on every camera as known after this run, whichever run judged it."""
    cameras: int
    runs: int = 1
    """How many runs this point stands for."""


class Deletion(Struct, frozen=True, kw_only=True):
    """The last verified deletion at one place that owes them, or none yet."""

    target: str
    channel: str
    cameras: tuple[str, ...]
    cutoff: datetime | None
    at: datetime | None
    """When it was verified; None: never."""
    age_seconds: int | None
    """From the cutoff to the end of the report's period; None: never."""
    max_gap_seconds: int | None
    """What the policy allows; None where the log states no duty."""
    due: datetime | None = None
    overdue: bool = False
    missed: int = 0
    observed: bool = False
    """The files were seen to be gone, not only the list."""
    site: str = ""
    store: str = ""
    seq: int | None = None
    """The record of the deletion."""
    origin: str = ""


class Exposure(Struct, frozen=True, kw_only=True):
    """A time in which a rule was known to be broken; ``control`` and ``endpoint`` name what broke it, comma-separated.

    It begins where the breach was first seen and ends where it was seen gone.
    """

    camera: str
    site: str
    pack: str
    rule: str
    control: str
    endpoint: str
    start: datetime
    end: datetime | None
    """None: it lasts."""
    seq: int
    origin: str = ""


class ExceptionInForce(Struct, frozen=True, kw_only=True):
    """An exception and what was decided on it last."""

    id: str
    pack: str
    rule: str
    type: str
    cameras: tuple[str, ...]
    legal_basis: str
    approver: str
    starts: datetime | None
    expires: datetime | None
    granted: bool
    reason: str = ""
    """Why it does not count; a stable code, empty where it counts."""
    reason_told: str = ""
    next_step: str = ""
    days_left: int | None = None
    """Whole days to the end of the exception, counted from the end of the report's period."""
    origin: str = ""


class HoldTold(Struct, frozen=True, kw_only=True):
    """A hold: footage of these cameras was kept from being deleted."""

    id: str
    state: str
    """``in-force``, ``ended`` at its time, or ``lifted``."""
    cameras: tuple[str, ...]
    approver: str
    starts: datetime | None
    ends: datetime | None
    origin: str = ""


class UnknownGroup(Struct, frozen=True, kw_only=True):
    """Unknown verdicts that lack the same thing."""

    why: str
    told: str
    next_step: str
    items: int
    cameras: tuple[str, ...]
    targets: tuple[str, ...]


class Absence(Struct, frozen=True, kw_only=True):
    """Something that was not looked at."""

    kind: str
    """``left-out``, ``no-policy``, ``unreachable``, ``site-silent``, ``plugin-failed``, ``unclaimed-channel``,
    ``store-unseen``, ``no-longer-judged`` (a rule was dropped), ``not-understood`` (records of a newer version),
    ``run-not-ended``, ``erased``, ``pruned``, ``log-silent``, ``not-recorded``."""
    subject: str
    told: str
    next_step: str
    since: datetime | None = None
    origin: str = ""


class FindingTold(Struct, frozen=True, kw_only=True):
    code: str
    subject: str
    told: str
    next_step: str
    at: datetime
    seq: int
    origin: str = ""


class Report(Struct, frozen=True, kw_only=True):
    """Everything a report shows, sorted; equal evidence gives equal reports."""

    made_at: datetime
    tool: str
    period_from: datetime | None
    period_to: datetime | None
    integrity: Integrity
    """Of the log that fared worst, where there are several."""
    runs: tuple[RunTold, ...]
    counts: Counts
    """Of the newest verdict of each rule on each camera."""
    cameras: tuple[Camera, ...]
    obligations: tuple[Obligation, ...]
    by_site: Mapping[str, Counts]
    items: tuple[Item, ...]
    """Every rule on every camera, worst first."""
    over_time: tuple[Period, ...]
    deletions: tuple[Deletion, ...]
    exposures: tuple[Exposure, ...]
    exceptions: tuple[ExceptionInForce, ...]
    unknowns: tuple[UnknownGroup, ...]
    absences: tuple[Absence, ...]
    findings: tuple[FindingTold, ...]
    holds: tuple[HoldTold, ...] = ()
    reviews: Mapping[str, date] = {}
    """Pack id to the day by which its texts are to be read again."""
    logs: tuple[Integrity, ...] = ()
    """Every log the report was made from, by origin."""
