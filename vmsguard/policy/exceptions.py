"""The one function that decides every exception: complete, approved by another, in scope, in time, assessed.

An exception that misses one of these is not valid, and its rung stays shut. A consent counts only with its
document on record; what that document says, or a public interest, is asserted and not checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from vmsguard.controls.papers import completed_on, covers, flaw
from vmsguard.model.inventory import Camera
from vmsguard.model.pack import Document, ExceptionGrant, ExceptionType, Pack, Rule
from vmsguard.model.paper_days import day_at
from vmsguard.policy.authorised import authorisation_flaws
from vmsguard.policy.people import plain_role, two_people

__all__ = ["Denied", "Granted", "decide", "written_flaws"]

_CONSENT = "consent"

_FIELDS = {
    "approver": lambda grant: grant.approver,
    "area": lambda grant: grant.area,
    "authorisation": lambda grant: grant.authorisation,
    "consent_record": lambda grant: grant.consent_record,
    "expires": lambda grant: grant.expires,
    "gallery_max": lambda grant: grant.gallery_max,
    "impact_assessment": lambda grant: grant.impact_assessment,
    "legal_basis": lambda grant: grant.legal_basis,
    "legal_basis_kind": lambda grant: grant.legal_basis_kind,
    "objective": lambda grant: grant.objective,
    "public_interest": lambda grant: grant.public_interest,
    "reason": lambda grant: grant.reason,
    "retention": lambda grant: grant.retention,
    "scope": lambda grant: grant.cameras,
    "starts": lambda grant: grant.starts,
}


class Granted(Struct, frozen=True):
    grant: ExceptionGrant


class Denied(Struct, frozen=True):
    """Not valid, with every reason as ``<stable-code>: sentence``."""

    reasons: tuple[str, ...]


def decide(
    grant: ExceptionGrant,
    exception_type: ExceptionType,
    pack: Pack,
    rule: Rule,
    camera: Camera,
    documents: Iterable[Document],
    now: datetime,
    first_seen_use: datetime | None,
    *,
    others: Iterable[ExceptionGrant],
) -> Granted | Denied:
    """Whether the grant lifts this rule of this pack for this camera at ``now``.

    ``others`` are all exceptions there are, itself among them or not: a type may not be renewable.
    """
    reasons = [
        *_named(grant, exception_type, pack, rule, camera),
        *_people(grant),
        *_complete(grant, exception_type),
        *_in_time(grant, exception_type, now),
        *_renewal(grant, exception_type, camera, others),
        *authorisation_flaws(grant, exception_type, camera, documents, now),
        *_assessed(grant, exception_type, camera, documents, now, first_seen_use),
        *_consented(grant, camera, documents, now),
    ]
    return Denied(tuple(reasons)) if reasons else Granted(grant)


def written_flaws(grant: ExceptionGrant, exception_type: ExceptionType) -> tuple[str, ...]:
    """Why it can never stand as it is written, whatever the camera, its papers and the time, as reasons of a denial."""
    at_its_start = _in_time(grant, exception_type, grant.starts)
    return (*_people(grant), *_complete(grant, exception_type), *at_its_start)


def _named(
    grant: ExceptionGrant, exception_type: ExceptionType, pack: Pack, rule: Rule, camera: Camera
) -> Iterator[str]:
    asked = (grant.pack, grant.rule, grant.type)
    if asked != (pack.id, rule.id, exception_type.id):
        yield f"exception-elsewhere: {grant.id} lifts {'/'.join(asked)}"
    if camera.id not in grant.cameras:
        yield f"exception-scope: {grant.id} does not name this camera"


def _people(grant: ExceptionGrant) -> Iterator[str]:
    if not two_people(grant.author, grant.approver):
        yield f"exception-self-approved: {grant.id} needs an approver who is not its author"


def _complete(grant: ExceptionGrant, exception_type: ExceptionType) -> Iterator[str]:
    for name in exception_type.requires:
        read = _FIELDS.get(name)
        if read is None:
            yield f"exception-incomplete: {exception_type.id} requires {name!r}, which no exception can state"
        elif not read(grant):
            yield f"exception-incomplete: {grant.id} does not state {name}"
    if exception_type.objectives and grant.objective not in exception_type.objectives:
        told = grant.objective or "none"
        yield f"exception-objective: {grant.id} names {told}, not one of {', '.join(exception_type.objectives)}"


def _in_time(grant: ExceptionGrant, exception_type: ExceptionType, now: datetime) -> Iterator[str]:
    """Half-open: valid while ``starts <= now < expires``; a time without an offset is no time."""
    if grant.starts.tzinfo is None or grant.expires.tzinfo is None:
        yield f"exception-time: {grant.id} states a time without an offset"
        return
    if grant.expires <= grant.starts:
        yield f"exception-time: {grant.id} ends before it starts"
    if grant.expires > exception_type.max_duration.after(grant.starts):
        yield f"exception-too-long: {grant.id} runs {(grant.expires - grant.starts).days} days, over the longest"
    if now < grant.starts:
        yield f"exception-not-started: {grant.id} starts on {grant.starts.isoformat()}"
    if now >= grant.expires:
        yield f"exception-expired: {grant.id} expired on {grant.expires.isoformat()}"


def _renewal(
    grant: ExceptionGrant, exception_type: ExceptionType, camera: Camera, others: Iterable[ExceptionGrant]
) -> Iterator[str]:
    """What follows another of its type too closely renews it, whatever it calls itself.

    Too closely: it starts before as much time as the type's longest duration has passed since the end of an
    earlier one for the same rule and camera.
    """
    if exception_type.renewable or grant.starts.tzinfo is None:
        return
    if grant.renews:
        yield f"exception-not-renewable: {grant.id} renews {grant.renews}, which its type does not allow"
    lifted = (grant.pack, grant.rule, grant.type)
    for other in others:
        if other.id == grant.id or (other.pack, other.rule, other.type) != lifted or camera.id not in other.cameras:
            continue
        if other.starts.tzinfo is None or other.expires.tzinfo is None:
            continue
        earlier = (other.starts, other.id) < (grant.starts, grant.id)
        if earlier and grant.starts < exception_type.max_duration.after(other.expires):
            yield f"exception-not-renewable: {grant.id} follows {other.id} on this camera too closely"


def _assessed(
    grant: ExceptionGrant,
    exception_type: ExceptionType,
    camera: Camera,
    documents: Iterable[Document],
    now: datetime,
    first_seen_use: datetime | None,
) -> Iterator[str]:
    """An assessment that came late never cures the time before it (policy-packs 6.5, 31).

    Its day is compared with the days of its own zone: late in the evening in Seoul is the same day as early that
    day in UTC, and the offset in which somebody wrote down when the exception starts makes it no later day.
    """
    if not exception_type.assessment_kind and not grant.impact_assessment:
        return
    found = next((document for document in documents if document.id == grant.impact_assessment), None)
    if found is None:
        yield f"assessment-missing: no document {grant.impact_assessment or '(none named)'}"
        return
    if found.kind != "impact-assessment":
        yield f"assessment-kind: {found.id} is a document of kind {found.kind}"
    told = found.details.get("assessment_kind")
    if exception_type.assessment_kind and told != exception_type.assessment_kind:
        yield f"assessment-kind: {found.id} is of kind {told or 'not stated'}, not {exception_type.assessment_kind}"
    if not covers(found, camera):
        yield f"assessment-scope: {found.id} does not cover this camera"
    why = flaw(found, now)
    if why:
        yield why
    if not _independent(found, grant, camera):
        yield f"assessor-not-independent: {found.id} was not done by a body independent of operator and vendor"
    done = completed_on(found)
    if grant.starts.tzinfo is not None and done > day_at(found, grant.starts):
        yield f"assessment-late: {found.id} was completed on {done}, after the exception starts"
    used = None if first_seen_use is None else day_at(found, first_seen_use)
    if used is not None and done >= used:
        yield f"assessment-late: {found.id} was completed on {done}, not before use observed on {used}"


def _consented(grant: ExceptionGrant, camera: Camera, documents: Iterable[Document], now: datetime) -> Iterator[str]:
    """Who says that people consented names the document that shows it, given before the exception began.

    A type that requires a record of consent has asked for its name already.
    """
    if not grant.consent_record:
        if grant.legal_basis_kind == _CONSENT:
            yield f"consent-missing: {grant.id} rests on consent and names no consent_record"
        return
    found = next((document for document in documents if document.id == grant.consent_record), None)
    if found is None:
        yield f"consent-missing: no document {grant.consent_record}"
        return
    if found.kind != _CONSENT:
        yield f"consent-kind: {found.id} is a document of kind {found.kind}"
    if not covers(found, camera):
        yield f"consent-scope: {found.id} does not cover this camera"
    why = flaw(found, now)
    if why:
        yield why
    if grant.starts.tzinfo is not None and found.dated > day_at(found, grant.starts):
        yield f"consent-late: {found.id} is dated {found.dated}, after the exception starts"


def _independent(document: Document, grant: ExceptionGrant, camera: Camera) -> bool:
    """The document must say so and name its assessor, who must not be a party to the exception."""
    assessor = plain_role(str(document.details.get("assessor", "")))
    parties = {"operator", "vendor", plain_role(grant.author), plain_role(grant.approver)}
    for name in ("operator", "vendor"):
        attribute = camera.attributes.get(name)
        if attribute is not None:
            parties.add(plain_role(str(attribute.value)))
    return document.details.get("independent") is True and bool(assessor) and assessor not in parties
