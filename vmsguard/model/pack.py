"""Policy files as typed values: packs, assignments, exceptions and documents (DESIGN 5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from msgspec import Struct, field

from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Basis, Force, Mode, Severity

__all__ = [
    "AllOf",
    "AnyOf",
    "AssignedPack",
    "Assignment",
    "AttributeTest",
    "Citation",
    "Document",
    "ExceptionGate",
    "ExceptionGrant",
    "ExceptionType",
    "Freeze",
    "FromException",
    "FromProfile",
    "Gate",
    "Hold",
    "ImpossibleGate",
    "Pack",
    "Profile",
    "Requirement",
    "Rule",
    "Rung",
    "Selector",
    "Source",
]


class Source(Struct, frozen=True, kw_only=True):
    """A text that obliges, advises or recommends; force belongs to it, never to the pack."""

    id: str
    title: str
    force: Force
    since: date
    until: date | None = None
    confirmed: str = "unconfirmed"
    """``primary`` (the text was read), ``secondary`` (a report of it) or ``unconfirmed``."""
    native_title: str = ""


class Citation(Struct, frozen=True):
    source: str
    clause: str = ""


class FromException(Struct, frozen=True):
    """A parameter whose value the exception in use supplies (``{from_exception: retention}``)."""

    field: str


class FromProfile(Struct, frozen=True):
    """A parameter whose value the assigned profile states (``{from_profile: retention}``)."""

    field: str


class Requirement(Struct, frozen=True, kw_only=True):
    """One control with its parameters, already decoded to the control's ``Params`` type."""

    control: str
    params: Any
    min_basis: Basis | None = None
    pending: Mapping[str, FromException] = field(default_factory=dict)
    """Parameters that wait for the exception; empty once they are filled in."""
    from_profile: Mapping[str, FromProfile] = field(default_factory=dict)
    """Parameters whose value each profile states; empty, like ``per_profile``, once one profile is chosen."""
    per_profile: Mapping[str, Any] = field(default_factory=dict)
    """The parameters under each profile, decoded like ``params``, where some come from the profile;
    ``params`` are then those of the first one."""
    line: int = 0


class ImpossibleGate(Struct, frozen=True, tag="if_impossible"):
    """Open where every failed control it would replace is proven impossible by one of these proofs."""

    proofs: tuple[str, ...]
    """Of ``capability``, ``refused`` and ``vendor-statement``."""


class ExceptionGate(Struct, frozen=True, tag="if_excepted"):
    """Open where a valid exception of this type lifts the rule for the camera."""

    exception_type: str


Gate: TypeAlias = ImpossibleGate | ExceptionGate


class Rung(Struct, frozen=True):
    gate: Gate
    require: tuple[Requirement, ...]


class AttributeTest(Struct, frozen=True, tag="test"):
    """True if the attribute has one of the values; unknown if nobody set it."""

    attribute: str
    any_of: tuple[Any, ...]


class AllOf(Struct, frozen=True, tag="all"):
    of: tuple[Selector, ...] = ()


class AnyOf(Struct, frozen=True, tag="any"):
    of: tuple[Selector, ...] = ()


Selector: TypeAlias = AttributeTest | AllOf | AnyOf


class Rule(Struct, frozen=True, kw_only=True):
    id: str
    title: str
    native_title: str = ""
    """The title in the language of the place whose law it is, for whoever reads the pack in that language."""
    severity: Severity
    cites: tuple[Citation, ...]
    require: tuple[Requirement, ...]
    otherwise: tuple[Rung, ...] = ()
    when: Mapping[str, Any] = field(default_factory=dict)
    """Facts that must have these values; unknown applies the rule and stops writes at ``propose``."""
    select: Selector | None = None
    min_basis: Basis | None = None
    line: int = 0


class Profile(Struct, frozen=True, kw_only=True):
    """One reading of a pack; shown side by side with the others wherever a pack is explained."""

    id: str
    title: str = ""
    native_title: str = ""
    select: Selector
    cites: Mapping[str, tuple[Citation, ...]] = field(default_factory=dict)
    """What rules cite under this profile besides their own citations, by rule id."""


class ExceptionType(Struct, frozen=True, kw_only=True):
    id: str
    lifts: tuple[str, ...]
    """Control ids that an exception of this type replaces."""
    requires: tuple[str, ...]
    max_duration: Span
    on_expiry: str = "revert-and-purge"
    assessment_kind: str = ""
    """Kind of impact assessment the exception needs, completed before the first observed use."""
    objectives: tuple[str, ...] = ()
    """The aims of which the exception must name one; empty where the type knows none."""
    request_by: timedelta | None = None
    """How long after its start an authorisation must have been asked for."""
    max_pending: timedelta | None = None
    """How long after the request the exception stands while nobody has decided."""
    renewable: bool = True
    on_rejected: str = ""
    """What follows a refused, late or undecided authorisation; empty: the same as ``on_expiry``."""


class Pack(Struct, frozen=True, kw_only=True):
    """What the rules are: vendor-neutral, versioned, without a site's name in it."""

    id: str
    version: str
    title: str
    native_title: str = ""
    timezone: str
    reviewed_on: date
    reviewed_next: date
    reviewed_line: int = 0
    sources: Mapping[str, Source]
    select: Selector
    rules: tuple[Rule, ...]
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    exception_types: Mapping[str, ExceptionType] = field(default_factory=dict)
    jurisdiction: str = ""
    digest: str = ""
    """SHA-256 of the canonical JSON of the loaded file, hex; what evidence records name."""
    origin: str = ""


class AssignedPack(Struct, frozen=True, kw_only=True):
    pack: str
    mode: Mode
    profile: str = ""
    version: str = ""
    line: int = 0


class Assignment(Struct, frozen=True, kw_only=True):
    """Which packs, how far, on which sites."""

    id: str
    sites: tuple[str, ...]
    packs: tuple[AssignedPack, ...]
    origin: str = ""


class ExceptionGrant(Struct, frozen=True, kw_only=True):
    """A request to lift one rule of one pack for named cameras; whether it is valid is decided elsewhere, once."""

    id: str
    pack: str
    rule: str
    type: str
    cameras: tuple[str, ...]
    author: str
    approver: str
    starts: datetime
    expires: datetime
    legal_basis: str = ""
    reason: str = ""
    retention: Span | None = None
    consent_record: str = ""
    """The id of a document of kind ``consent``."""
    public_interest: str = ""
    impact_assessment: str = ""
    """The id of a document."""
    legal_basis_kind: str = ""
    objective: str = ""
    authorisation: str = ""
    """The id of a document of kind ``authorisation``: the request, or the decision on it."""
    renews: str = ""
    """The id of the exception that this one continues."""
    gallery_max: int | None = None
    """How many faces may be searched for at most."""
    area: str = ""
    """Where, in words; asserted, as nobody can tell from a camera what it sees."""
    origin: str = ""


class Hold(Struct, frozen=True, kw_only=True):
    """An order to keep footage of named cameras for a time window: it suspends deletion there, and nothing else.

    In force while ``starts <= now`` and not ended; reviewed at least every 90 days, or a finding.
    """

    id: str
    case_reference: str
    """An opaque reference; never a person's name."""
    cameras: tuple[str, ...]
    window_from: datetime
    window_until: datetime
    """Half-open: footage taken while ``window_from <= t < window_until`` is kept."""
    author: str
    approver: str
    starts: datetime
    review_on: date | None = None
    """When somebody looks at it again; a hold that outlasts 90 days needs one."""
    reviewed_on: date | None = None
    """When somebody last did."""
    ends: datetime | None = None
    """The first moment at which it no longer holds; None while nobody has set one."""
    legal_order: str = ""
    """The id of a document of kind ``authorisation``, where a court or authority ordered the hold."""
    reason: str = ""
    origin: str = ""


class Freeze(Struct, frozen=True, kw_only=True):
    """A time in which no configuration is changed; duties of deletion go on all the same."""

    id: str
    sites: tuple[str, ...]
    starts: datetime
    ends: datetime
    max_mode: Mode
    except_controls: tuple[str, ...] = ()
    """Controls whose changes go on; those of ``deletion.periodic`` always do."""
    reason: str = ""
    origin: str = ""


class Document(Struct, frozen=True, kw_only=True):
    """A paper as hash, kind, dates and roles; never a person's name."""

    id: str
    kind: str
    sha256: str
    dated: date
    expires: date | None = None
    timezone: str = ""
    """Where its days are counted; empty for those of the place it is read for."""
    issuer: str = ""
    """Role or body."""
    sites: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    """What the kind asks for: ``consent_kind``, ``assessor``, ``independent``, ``completed_on``,
    ``model``, ``firmware``, ``stores``, ``impossible`` ..."""
    origin: str = ""
