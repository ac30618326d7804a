"""Verdicts as they leave the engine: outcomes of controls, results of rules and cameras, findings."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from vmsguard.model.facts import FactKey
from vmsguard.model.vocabulary import Basis, Force, Qualifier, Remediation, Severity, Verdict, Why

__all__ = ["CitedFact", "Finding", "Outcome", "Result", "Unreached", "Upcoming"]


class CitedFact(Struct, frozen=True, gc=False):
    """A fact a verdict rests on, as it may be shown: value by its evidence class, never a secret."""

    key: FactKey
    shows: str
    basis: str
    observed_at: datetime


class Outcome(Struct, frozen=True, kw_only=True, gc=False):
    """What a control says of one endpoint."""

    verdict: Verdict
    reason: str
    """One sentence with a stable code in front: ``offender: job J1 records``."""
    found: str = ""
    required: str = ""
    left: tuple[str, ...] = ()
    """What is still there, or still unseen, item by item."""
    basis: Basis | None = None
    why: Why | None = None
    offenders: tuple[str, ...] = ()
    """Ids of the items that break the control; what ``enforce`` acts on."""


class Result(Struct, frozen=True, kw_only=True, gc=False):
    """One verdict: of a control at an endpoint, of a rule (``control`` empty), of a camera (``rule`` empty)."""

    camera: str
    pack: str
    rule: str = ""
    control: str = ""
    channel: str = ""
    endpoint: str = ""
    clause: str = ""
    force: Force | None = None
    severity: Severity | None = None
    verdict: Verdict
    qualifier: Qualifier | None = None
    basis: str = ""
    reason: str = ""
    why: str = ""
    found: str = ""
    required: str = ""
    left: tuple[str, ...] = ()
    facts: tuple[CitedFact, ...] = ()
    observed_at: datetime | None = None
    remediation: Remediation = Remediation.NONE
    exception: str = ""
    exposure_from: datetime | None = None
    exposure_to: datetime | None = None

    @property
    def level(self) -> str:
        return "control" if self.control else "rule" if self.rule else "camera"


class Finding(Struct, frozen=True, kw_only=True, gc=False):
    """Something a person should look at that is no verdict of a rule."""

    code: str
    subject: str
    """Camera, target or ``target/channel``."""
    message: str
    next_step: str = ""


class Unreached(Struct, frozen=True):
    """A target that could not be read, with the reason every fact of it carries."""

    target: str
    why: Why
    detail: str


class Upcoming(Struct, frozen=True):
    """What a rule that is not in force yet would say of a camera, were it in force now."""

    camera: str
    pack: str
    rule: str
    starts: date
    """The day it comes into force, in the pack's zone."""
    verdict: Verdict
