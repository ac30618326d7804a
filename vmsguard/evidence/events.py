"""Every event a record can be, and the fields each may carry: the closed, allow-listed vocabulary of the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from vmsguard.evidence.fields import (
    Code,
    Count,
    DeviceId,
    Event,
    Hex,
    Id,
    IdOrNone,
    Instant,
    Integer,
    Place,
    Reason,
    Safe,
    Words,
)
from vmsguard.evidence.policy_events import (
    DocumentRecorded,
    DutyEvent,
    ExceptionEvent,
    HoldEvent,
    PoliciesEvent,
    PolicyApplied,
    PolicyWeakened,
    RuleApplied,
    ScopeChanged,
    WritesEvent,
)
from vmsguard.evidence.state_events import CameraRetired, PurgeApproved, StateRestored
from vmsguard.model.vocabulary import Qualifier, Remediation, Verdict

__all__ = [
    "EVENTS",
    "ApplyIntent",
    "ApplyResult",
    "CheckpointAnchored",
    "CitedFact",
    "ClockStepped",
    "DeviceUnreachable",
    "DriverFailed",
    "Erasure",
    "Exchange",
    "Finding",
    "Heartbeat",
    "KeyRotated",
    "LogClosed",
    "LogOpened",
    "LogRecovered",
    "LogSealed",
    "Observe",
    "PluginFailed",
    "ProofRecorded",
    "Purge",
    "RunEnded",
    "RunPlanned",
    "RunScope",
    "TornPiece",
    "TrustEvent",
    "Verify",
    "Witness",
    "WriteFailed",
]

Outcome = Literal["accepted", "refused", "unsupported", "failed", "interrupted", "no_effect", "verified"]
Pair = Annotated[list[Id], Meta(min_length=3, max_length=4)]


class LogOpened(Event):
    size: Count
    root: Hex
    last_boot: Code = ""
    agent: Mapping[Code, Safe] = {}
    unresolved: tuple[Count, ...] = ()


class LogClosed(Event):
    """A process that ended in order; what follows a missing one is a gap."""


class TornPiece(Event):
    file: Code
    size: Count
    sha256: Hex


class LogRecovered(Event):
    torn: list[TornPiece]


class LogSealed(Event):
    """The last record of a full segment; carries what a reader of the next one alone would miss."""

    open_intents: tuple[Count, ...] = ()


class KeyRotated(Event):
    old: Words
    new: Words


class CheckpointAnchored(Event):
    """Somebody outside vouches for a head: a witness by a cosignature, a timestamping authority by a token."""

    size: Count
    root: Hex
    kind: Code
    """``witness`` or ``tsa``."""
    ref: Safe = ""
    """The file below ``anchors/`` that holds it."""
    name: Safe = ""
    """The witness's or the authority's name."""
    at: Instant = ""
    """The time they state."""
    sha256: Hex = ""
    """Of the token's file: a token holds bytes that its own signature does not cover."""


class Heartbeat(Event):
    interval: Annotated[int, Meta(ge=1, le=86_400)]
    """Seconds until the next one at the latest; twice that without a record is a gap."""


class ClockStepped(Event):
    delta_ms: Integer


class WriteFailed(Event):
    error: Code
    at: Count
    """The sequence number the lost record would have had."""
    lost: Code = ""
    """The event that could not be written."""


class RunPlanned(Event):
    pairs: Count
    digest: Hex
    command: Code
    mode: Code = ""
    uid: Count | None = None
    """The user id, on the agent's machine, of whoever asked for it; missing where the agent began it by itself."""


class RunScope(Event):
    """What the run looked at, and what of the inventory it did not."""

    cameras: Count
    """Enrolled, whether this run looked at them or not."""
    judged: Count
    targets: Count = 0
    unreached: Count = 0
    sites: tuple[Id, ...] = ()
    sites_left_off: Count = 0
    limited: bool = False
    """Somebody narrowed the run to some cameras."""
    left_out: tuple[Id, ...] = ()
    """Enrolled cameras that this run did not look at."""
    left_out_left_off: Count = 0
    without_policy: tuple[Id, ...] = ()
    """Cameras that were in the run and to which no assigned pack applies."""
    without_policy_left_off: Count = 0


class RunEnded(Event):
    verdicts: Mapping[Verdict, Count]
    """How many final ``verify`` records of this run have each verdict."""
    exit: Annotated[int, Meta(ge=0, le=255)]


class Observe(Event):
    target: Id
    site: Safe = ""
    vendor: Safe = ""
    model: Safe = ""
    firmware: Safe = ""
    facts: Count = 0
    unknown: Count = 0
    requests: Count = 0
    replies: Safe = ""
    """Keyed digest of every reply's bytes, in order: whoever kept them can show that these were meant."""
    reply_bytes: Count = 0


class ApplyIntent(Event):
    change: Safe
    verb: Id
    target: Id
    camera: Safe = ""
    channel: DeviceId = ""
    arguments: Mapping[Code, Safe] = {}
    causes: tuple[Pair, ...] = ()
    causes_left_off: Count = 0
    single_person: bool = False
    confirmed_count: Count = 0
    oldest: Instant = ""
    """The oldest footage a purge would delete, rounded to the hour."""


class Exchange(Struct, forbid_unknown_fields=True):
    """One request of a change and its reply, as keyed digests of the bytes on the wire.

    Keyed, because the plain hash of a message that holds a password can be guessed.
    """

    operation: Safe
    sent: Safe
    sent_bytes: Count
    received: Safe = ""
    received_bytes: Count = 0
    status: Count = 0


class ApplyResult(Event):
    change: Safe
    outcome: Outcome
    code: Safe = ""
    target: Safe = ""
    channel: DeviceId = ""
    announced: Count = 0
    """Deletions of tracks that the device told of by itself meanwhile; its word, beside which it is still looked at."""
    exchanges: tuple[Exchange, ...] = ()
    exchanges_left_off: Count = 0


class CitedFact(Struct, forbid_unknown_fields=True):
    name: Id
    target: Safe = ""
    channel: DeviceId = ""
    layer: Code = ""
    basis: Code = ""
    at: Instant = ""


class Verify(Event):
    """A verdict of a control, of a rule (no control) or of a camera (no rule)."""

    camera: Id
    verdict: Verdict
    final: bool
    """Each planned pair has exactly one final verdict; earlier ones of the run say false."""
    pack: IdOrNone = ""
    rule: IdOrNone = ""
    control: IdOrNone = ""
    channel: DeviceId = ""
    endpoint: Place = ""
    policy_sha256: Hex = ""
    site: Safe = ""
    clause: Words = ""
    force: Code = ""
    severity: Code = ""
    qualifier: Qualifier | None = None
    basis: Code = ""
    reason_code: Reason = ""
    why: Code = ""
    """What an unknown lacks: a word of ``vmsguard.model.vocabulary.Why``."""
    remediation: Remediation = Remediation.NONE
    found: Safe = ""
    required: Words = ""
    exception: Safe = ""
    exposure_from: Instant = ""
    exposure_to: Instant = ""
    facts: tuple[CitedFact, ...] = ()
    facts_left_off: Count = 0


class Witness(Event):
    target: Id
    point_kind: Code
    proves: Id
    answered: Literal["yes", "no", "unclear"]
    channel: DeviceId = ""
    positive_before: bool = False


class DeviceUnreachable(Event):
    target: Id
    why: Reason
    site: Safe = ""


class DriverFailed(Event):
    target: Id
    operation: Safe
    error: Safe


class Purge(Event):
    target: Id
    cutoff: Instant
    """Our own, so exact; times of footage are rounded."""
    before: Count
    after: Count
    observed: bool
    channel: DeviceId = ""
    store: DeviceId = ""
    oldest: Instant = ""


class ProofRecorded(Event):
    target: Id
    verb: Id
    kind: Code
    channel: DeviceId = ""
    firmware: Safe = ""


class PluginFailed(Event):
    plugin: Safe
    error: Safe


class Finding(Event):
    code: Reason
    subject: Place


class TrustEvent(Event):
    """A certificate that a target is held to from here on: learned from it, or accepted by a person."""

    target: Id
    how: Code
    """``first-use``, ``authority`` (an authority vouches for it; the key is not held to), ``accepted``."""
    key: Hex
    """SHA-256 of its public key (SubjectPublicKeyInfo)."""
    certificate: Hex = ""
    """SHA-256 of the certificate that held the key then."""
    since: Instant = ""
    approver: Safe = ""
    """The role that accepted it."""
    uid: Count | None = None
    """The user id whose process said so."""


class Erasure(Event):
    """Records that are taken out: whole segments (``pruned``) or single ones (``tombstone``).

    What a reader of the rest would miss stands here: which runs lost records, which intents were open at
    the border.
    """

    first: Count
    last: Count
    kind: Literal["pruned", "tombstone"]
    code: Reason = ""
    """Why, as a stable word: ``retention-ended``, ``erasure-request``, ``court-order``."""
    policy: Words = ""
    """The rule of retention it follows."""
    events: Mapping[Code, Count] = {}
    """How many records of each event are taken out."""
    cut_runs: tuple[Code, ...] = ()
    """Runs that keep only a part of their records."""
    open_intents: tuple[Count, ...] = ()
    open_duties: Count = 0


EVENTS: dict[str, type[Event]] = {
    "log.opened": LogOpened,
    "log.closed": LogClosed,
    "log.recovered": LogRecovered,
    "log.sealed": LogSealed,
    "key.rotated": KeyRotated,
    "checkpoint.anchored": CheckpointAnchored,
    "heartbeat": Heartbeat,
    "clock.stepped": ClockStepped,
    "write.failed": WriteFailed,
    "run.planned": RunPlanned,
    "run.scope": RunScope,
    "policy.applied": PolicyApplied,
    "rule.applied": RuleApplied,
    "run.ended": RunEnded,
    "observe": Observe,
    "apply.intent": ApplyIntent,
    "apply.result": ApplyResult,
    "verify": Verify,
    "witness": Witness,
    "device.unreachable": DeviceUnreachable,
    "driver.error": DriverFailed,
    "purge": Purge,
    "proof.recorded": ProofRecorded,
    "exception.granted": ExceptionEvent,
    "exception.refused": ExceptionEvent,
    "exception.expired": ExceptionEvent,
    "hold.placed": HoldEvent,
    "hold.lifted": HoldEvent,
    "hold.expired": HoldEvent,
    "document.recorded": DocumentRecorded,
    "scope.changed": ScopeChanged,
    "policy.weakened": PolicyWeakened,
    "plugin.failed": PluginFailed,
    "duty.due": DutyEvent,
    "duty.met": DutyEvent,
    "duty.missed": DutyEvent,
    "duty.ended": DutyEvent,
    "duty.warned": DutyEvent,
    "duty.paged": DutyEvent,
    "duty.day_missed": DutyEvent,
    "policies.taken": PoliciesEvent,
    "policies.refused": PoliciesEvent,
    "writes.paused": WritesEvent,
    "writes.resumed": WritesEvent,
    "purge.approved": PurgeApproved,
    "camera.retired": CameraRetired,
    "state.restored": StateRestored,
    "trust.learned": TrustEvent,
    "trust.accepted": TrustEvent,
    "finding": Finding,
    "erase.requested": Erasure,
    "erase.done": Erasure,
}
