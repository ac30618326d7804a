"""The closed vocabularies of vmsguard (DESIGN 2): every enum that more than one room uses."""

from __future__ import annotations

from enum import IntEnum, StrEnum

__all__ = [
    "WHOLE",
    "Basis",
    "Effect",
    "EvidenceClass",
    "Force",
    "Layer",
    "Mode",
    "Qualifier",
    "Remediation",
    "Role",
    "Severity",
    "Stage",
    "Support",
    "Verdict",
    "Why",
]

WHOLE = "*"
"""The channel of facts and changes that concern a target as a whole."""


class Role(StrEnum):
    """What a target is to a camera; ``CAMERA`` is the camera itself: its attributes and documents."""

    DEVICE = "device"
    RECORDER = "recorder"
    RELAY = "relay"
    CAMERA = "camera"


class Layer(StrEnum):
    """Where a setting is true: in the running device, or in what it will load after a restart."""

    __hash__ = str.__hash__  # part of every fact key: an enum's own hash is a Python call

    RUNTIME = "runtime"
    STORED = "stored"


class Basis(IntEnum):
    """How a fact is known, weakest first; ``OBSERVED`` is a second witness and assigned by the core alone."""

    ATTESTED = 1
    VENDOR_MANIFEST = 2
    READ_BACK = 3
    OBSERVED = 4

    @property
    def label(self) -> str:
        return self.name.lower().replace("_", "-")

    @classmethod
    def from_label(cls, label: str) -> Basis:
        return cls[label.upper().replace("-", "_")]


class Verdict(StrEnum):
    """What is true of a control, a rule or a camera; unknown is never compliant."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    CONFLICT = "conflict"


class Qualifier(StrEnum):
    """How a pass was reached; summaries never merge them."""

    DIRECT = "direct"
    FALLBACK = "fallback"
    EXCEPTION = "exception"


class Remediation(StrEnum):
    """What was done about a verdict; a field of its own, never a verdict."""

    NONE = "none"
    PLANNED = "planned"
    APPLIED = "applied"
    VERIFIED = "verified"
    REFUSED = "refused"
    UNSUPPORTED = "unsupported"
    NO_EFFECT = "no_effect"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"
    HELD = "held"
    """A hold keeps what is left; all else was done or is planned."""


class Mode(StrEnum):
    """How far an assignment lets us go."""

    AUDIT = "audit"
    PROPOSE = "propose"
    ENFORCE = "enforce"


class Force(StrEnum):
    """What kind of text a source is; a report never calls a recommendation a breach of law."""

    LAW = "law"
    ORDINANCE = "ordinance"
    REGULATOR_RULE = "regulator-rule"
    GUIDANCE = "guidance"
    RECOMMENDATION = "recommendation"
    PROCUREMENT = "procurement"
    ASSUMPTION = "assumption"


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class EvidenceClass(StrEnum):
    """What of a fact's value may enter the evidence log."""

    FLAG = "flag"
    COUNT = "count"
    ENUM = "enum"
    SETTING = "setting"
    SECRET = "secret"


class Effect(StrEnum):
    """What a request does to a device; WRITE needs a live permit."""

    READ = "read"
    SESSION = "session"
    WRITE = "write"


class Stage(IntEnum):
    """The order of changes inside one target: stop sending first, purge last (DESIGN 6)."""

    SENDING = 1
    STORING = 2
    SEARCHING = 3
    GALLERIES = 4
    PURGING = 5


class Support(StrEnum):
    """What a driver's claim rests on: run against the real program, its documents, or third-party code."""

    SUPPORTED = "supported"
    DOCUMENTED = "documented"
    EXPERIMENTAL = "experimental"


class Why(StrEnum):
    """Why a fact is unknown; the reasons reports group by."""

    NOT_READ = "not-read"
    NO_DRIVER_FACT = "no-driver-delivers-it"
    UNREACHABLE = "unreachable"
    AUTH = "login-refused"
    NO_SECRET = "secret-missing"
    FAULT = "fault"
    PROTOCOL = "protocol-violation"
    INCOMPLETE = "list-incomplete"
    FABRICATED = "answers-anything"
    UNSUPPORTED_UNPROVEN = "unsupported-not-proven"
    NOT_ATTRIBUTED = "attribute-not-set"
    NO_DOCUMENT = "document-missing"
    NO_RECORDER = "no-recorder-enrolled"
    NO_ENDPOINT = "no-endpoint-of-role"
    CONTRADICTED = "witnesses-contradict"
    STALE = "stale"
    BREAKER_OPEN = "credential-breaker-open"
    PLUGIN = "plugin-not-loaded"
    CLOCK = "device-clock-not-trusted"
    BASIS = "basis-too-weak"
    CERTIFICATE = "certificate-refused"
    LOGIN_WEAKENED = "login-weakened"
    OUT_OF_TIME = "out-of-time"
