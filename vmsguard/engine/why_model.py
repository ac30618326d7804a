"""Why a camera is judged as it is, as a tree of values: what ``policy explain`` prints and writes as JSON.

Reasons are stable codes with what was seen in the engine's own words; a language is put over them later.
A fact shows what a verdict may show of it, never more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeAlias

from msgspec import Struct

__all__ = [
    "AttributeWhy",
    "CameraWhy",
    "ChangeWhy",
    "CitationWhy",
    "ConditionWhy",
    "ControlWhy",
    "FactWhy",
    "GrantWhy",
    "GroupWhy",
    "HoldWhy",
    "PackWhy",
    "ProofWhy",
    "ReadingWhy",
    "Reason",
    "RuleWhy",
    "RungWhy",
    "SelectionWhy",
    "TargetWhy",
]


class Reason(Struct, frozen=True):
    """A stable code and what was seen; ``detail`` is empty where the code says it all."""

    code: str
    detail: str = ""


class FactWhy(Struct, frozen=True, kw_only=True):
    """One fact as a verdict rests on it."""

    name: str
    target: str
    """Empty for a fact about the camera itself."""
    channel: str
    layer: str
    store: str = ""
    state: str
    """``known``, ``absent`` (proof that the function is not there) or ``unknown``."""
    shows: str
    """Its value by evidence class, its proof of absence, or why it is unknown."""
    basis: str
    observed_at: datetime
    age_seconds: int
    source: str = ""


class AttributeWhy(Struct, frozen=True, kw_only=True, tag="attribute"):
    """One attribute that was asked for, and what was stated."""

    attribute: str
    asked: tuple[str, ...]
    truth: str
    stated: tuple[str, ...] = ()
    """Empty where nobody stated it."""
    author: str = ""
    basis: str = ""
    devices_say: tuple[str, ...] = ()
    """Values that a device's facts point to against what was stated."""


class GroupWhy(Struct, frozen=True, kw_only=True, tag="group"):
    need: str
    """``all`` or ``any`` of the parts."""
    truth: str
    parts: tuple[SelectionWhy, ...]


SelectionWhy: TypeAlias = AttributeWhy | GroupWhy


class ChangeWhy(Struct, frozen=True, kw_only=True):
    """A change that would answer a control, and whether vmsguard may make it."""

    id: str
    verb: str
    target: str
    channel: str
    item: str
    state: str
    """``enforce`` (apply sends it), ``propose`` (something is in the way), ``impossible`` (proven; it is not asked
    for again); or nothing is planned: ``audit`` (the mode), ``not-assigned`` (the reading), ``not-planned``."""
    in_the_way: tuple[Reason, ...] = ()
    destructive: bool = False
    items: int = 0
    """What a deletion would delete, as read."""


class ControlWhy(Struct, frozen=True, kw_only=True):
    """One control at one place."""

    control: str
    says: Mapping[str, str]
    """What it asks for with its parameters, by language."""
    place: str
    """``target/channel``; empty for the camera as a whole."""
    verdict: str
    reason: Reason
    basis: str = ""
    left: tuple[str, ...] = ()
    facts: tuple[FactWhy, ...] = ()
    replaced_by: int = 0
    """The number of the rung that stands in for it; 0 for none."""
    changes: tuple[ChangeWhy, ...] = ()
    by_hand: str = ""
    """How a person switches it off, from the product's manifest."""


class ProofWhy(Struct, frozen=True, kw_only=True):
    """Whether a control is proven impossible at its place."""

    control: str
    place: str
    state: str
    """``proven``, ``unseen`` (what was refused is proven, not all was seen) or ``missing``."""
    kind: str = ""
    reasons: tuple[Reason, ...] = ()
    """For a missing proof: what there is, and why it does not count."""
    proven_at: datetime | None = None
    expires: datetime | None = None


class GrantWhy(Struct, frozen=True, kw_only=True):
    """An exception for this rule, as it was decided for this camera."""

    id: str
    pack: str
    rule: str
    type: str
    valid: bool
    reasons: tuple[Reason, ...] = ()
    legal_basis: str = ""
    starts: datetime | None = None
    expires: datetime | None = None


class RungWhy(Struct, frozen=True, kw_only=True):
    """One alternative of a rule: whether its gate is open, and why."""

    number: int
    gate: str
    """``if_impossible`` or ``if_excepted``."""
    accepts: tuple[str, ...]
    """Kinds of proof, or the type of exception."""
    state: str
    """``open``, ``shut``, or ``not-tried`` because the rule holds without it."""
    verdict: str = ""
    """Of an open one."""
    holds_the_rule: bool = False
    because: str = ""
    replaces: tuple[str, ...] = ()
    """The controls it stands in for, each with its place."""
    lifts: tuple[str, ...] = ()
    """The controls that an exception of the type may replace."""
    nothing_to_lift: bool = False
    """No control that fails is one that the gate could replace."""
    proofs: tuple[ProofWhy, ...] = ()
    grants: tuple[GrantWhy, ...] = ()
    asks: tuple[ControlWhy, ...] = ()


class CitationWhy(Struct, frozen=True, kw_only=True):
    source: str
    title: str
    native_title: str
    clause: str
    force: str
    since: date
    until: date | None
    confirmed: str
    in_force: bool


class ConditionWhy(Struct, frozen=True, kw_only=True):
    """One fact under ``when``."""

    fact: str
    wanted: str
    truth: str
    facts: tuple[FactWhy, ...] = ()


class RuleWhy(Struct, frozen=True, kw_only=True):
    pack: str
    rule: str
    title: str
    native_title: str = ""
    severity: str
    citations: tuple[CitationWhy, ...]
    verdict: str
    qualifier: str
    reason: Reason
    decisive: str = ""
    """The control that weighed most, with its place; empty for a rule that holds or was not judged."""
    besides: tuple[Reason, ...] = ()
    """What other rules ask against it, and what it would have said alone."""
    select: SelectionWhy | None = None
    when: tuple[ConditionWhy, ...] = ()
    decided_by: int | None = None
    """0 for what is required in the first place, else the number of the rung; None where neither decided."""
    controls: tuple[ControlWhy, ...] = ()
    rungs: tuple[RungWhy, ...] = ()


class ReadingWhy(Struct, frozen=True, kw_only=True):
    """What another reading of the pack would say of this camera."""

    profile: str
    title: str
    truth: str
    """Whether it concerns the camera."""
    assigned: bool
    verdicts: Mapping[str, str]
    """Rule to verdict, a pass with its qualifier."""


class PackWhy(Struct, frozen=True, kw_only=True):
    pack: str
    version: str
    title: str
    native_title: str = ""
    profile: str
    profile_title: str
    mode: str
    assignment: str
    """Empty for a reading that is not assigned."""
    truth: str
    """Whether the pack concerns the camera; unknown is judged."""
    select: SelectionWhy
    profile_select: SelectionWhy | None
    missing: tuple[str, ...]
    """Attributes that would settle it."""
    rules: tuple[RuleWhy, ...] = ()
    readings: tuple[ReadingWhy, ...] = ()


class TargetWhy(Struct, frozen=True, kw_only=True):
    target: str
    role: str
    reached: bool
    reason: Reason | None = None


class HoldWhy(Struct, frozen=True, kw_only=True):
    """An order to keep footage of a time window, in force for this camera."""

    id: str
    window_from: datetime
    window_until: datetime
    review_on: date | None
    ends: datetime | None


class CameraWhy(Struct, frozen=True, kw_only=True):
    """One camera explained, as it was seen at ``at``."""

    camera: str
    site: str
    at: datetime
    verdict: str
    qualifier: str
    reason: Reason
    targets: tuple[TargetWhy, ...]
    packs: tuple[PackWhy, ...]
    exceptions: tuple[GrantWhy, ...] = ()
    """Those that name the camera and lift no rule explained here."""
    holds: tuple[HoldWhy, ...] = ()
