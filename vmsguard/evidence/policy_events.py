"""Events about what is asked and on whose word: packs and their rules, exceptions, holds, papers, duties, scope."""

from __future__ import annotations

from vmsguard.evidence.fields import Code, Count, DeviceId, Event, Hex, Id, IdOrNone, Instant, Reason, Safe, Words

__all__ = [
    "DocumentRecorded",
    "DutyEvent",
    "ExceptionEvent",
    "HoldEvent",
    "PoliciesEvent",
    "PolicyApplied",
    "PolicyWeakened",
    "RuleApplied",
    "ScopeChanged",
    "WritesEvent",
]


class PolicyApplied(Event):
    """A pack as this run applied it."""

    pack: Id
    version: Safe
    sha256: Hex
    title: Words
    mode: Code
    profile: Safe = ""
    sites: tuple[Id, ...] = ()
    sites_left_off: Count = 0
    reviewed_next: Safe = ""
    """The day by which its texts are to be read again."""
    lock: Code = ""
    """``accepted``, ``differs``, ``edited-in-place`` or ``not-locked``; empty where nothing is locked."""
    locked_version: Safe = ""
    locked_sha256: Hex = ""
    """What was accepted, where that is another."""
    accepted_by: IdOrNone = ""
    """The role that accepted what is locked."""
    accepted_at: Instant = ""


class RuleApplied(Event):
    """A rule of an applied pack, with the text it rests on: what a reader of verdicts needs to understand them."""

    pack: Id
    rule: Id
    title: Words
    severity: Code = ""
    clause: Words = ""
    source: Safe = ""
    source_title: Words = ""
    force: Code = ""
    standing: Code = ""
    """``upcoming`` or ``lapsed`` where no text it rests on is in force; empty while it binds."""
    starts: Safe = ""
    """The day an upcoming rule comes into force."""
    controls: tuple[Id, ...] = ()
    controls_left_off: Count = 0


class ExceptionEvent(Event):
    """What was decided on an exception for one camera; the reason code says why one was refused."""

    exception: Safe
    camera: Safe = ""
    pack: Safe = ""
    rule: Safe = ""
    type: Safe = ""
    legal_basis: Words = ""
    approver: Safe = ""
    """A role and a keyed pseudonym."""
    assessment_sha256: Hex = ""
    starts: Instant = ""
    expires: Instant = ""
    reason_code: Reason = ""


class HoldEvent(Event):
    hold: Safe
    camera: Safe = ""
    starts: Instant = ""
    ends: Instant = ""
    approver: Safe = ""
    reason_code: Reason = ""


class DocumentRecorded(Event):
    document: Safe
    kind: Code
    sha256: Hex


class ScopeChanged(Event):
    added: Count = 0
    removed: Count = 0
    total: Count = 0
    digest: Hex = ""
    code: Reason = ""
    gone: tuple[Id, ...] = ()
    """Cameras that were enrolled and are no longer."""
    gone_left_off: Count = 0


class PolicyWeakened(Event):
    """Less is asked than at the run before: of cameras that left a pack's scope or mode, or by the pack itself."""

    pack: Id
    rule: Safe = ""
    control: Safe = ""
    code: Reason = ""
    """``selection-changed``, ``attributes-changed``, ``device-tells-otherwise``, ``unassigned``, ``mode-lowered``,
    ``rule-dropped``, ``control-dropped``, ``severity-lowered``, ``condition-added``, ``way-out-added`` or
    ``terms-changed``; the last three say that a rule is put otherwise, which may be less."""
    cameras: tuple[Id, ...] = ()
    """Those it no longer reaches, or reaches in a lower mode."""
    cameras_left_off: Count = 0
    author: IdOrNone = ""
    """The role that accepted the pack in the lock; empty where nobody is known to have decided it."""
    old_sha256: Hex = ""
    new_sha256: Hex = ""


class PoliciesEvent(Event):
    """A bundle of policies that the hub handed on: taken over, or left out and why."""

    number: Count
    """The one it was signed under; 0 where nothing signed could be read."""
    sha256: Hex = ""
    files: Count = 0
    reason_code: Reason = ""


class DutyEvent(Event):
    """A deletion that is owed (``duty.due``), happened and was verified (``duty.met``), or did not in time
    (``duty.missed``); warned of (``duty.warned``, ``duty.paged``) before that; a day without one (``duty.day_missed``).

    Every ``duty.due`` is answered by one of the latter two, or by ``duty.ended`` where nothing is owed any more.
    """

    camera: Id
    target: Safe = ""
    channel: DeviceId = ""
    pack: Safe = ""
    rule: Safe = ""
    due: Instant = ""
    """By then the next deletion must have been verified: the longest gap after the cutoff of the last one."""
    at: Instant = ""
    """When it was verified; of a miss without a deletion, when the miss was found."""
    gap_seconds: Count = 0
    """From the cutoff of the verified deletion before (from the enrolment, where there was none) until ``at``."""
    max_gap_seconds: Count = 0
    reason_code: Reason = ""
    """Why nothing is owed any more; of a miss ``held``, where a hold alone kept what was left."""
    day: Safe = ""
    """Of ``duty.day_missed``: the calendar day, in the zone of the pack or site, on which nothing was verified."""


class WritesEvent(Event):
    """Changes of configuration that stand still until further notice, or go on; deletions that are due go on anyway."""

    reach: Code
    """``all``, ``site`` or ``target``."""
    name: Safe = ""
    """Of the site or target."""
    approver: IdOrNone = ""
    """The role that said so; ``agent`` where nobody did."""
    reason_code: Reason = ""
    """``flapping``, ``inventory-shrank`` or ``by-hand``."""
    duties: bool = False
    """Whether deletions stand still too."""
    uid: Count | None = None
    """The user id whose process said so; missing where the agent did, or found it in its state."""
