"""When a paper counts: in scope, dated, not expired, with a well-formed hash. What it says is not checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime

from vmsguard.controls.judging import failed, passed, unknown
from vmsguard.controls.view import View
from vmsguard.model.inventory import Camera
from vmsguard.model.pack import Document
from vmsguard.model.paper_days import begins, day_at, ends
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Basis, Verdict, Why

__all__ = ["completed_on", "covers", "flaw", "judge_papers", "valid_papers"]

_SHA256 = re.compile(r"[0-9a-f]{64}")


def covers(document: Document, camera: Camera) -> bool:
    """Whether a document speaks of the camera: by name, by site, or of everything."""
    return (not document.cameras or camera.id in document.cameras) and (
        not document.sites or camera.site in document.sites
    )


def flaw(document: Document, now: datetime) -> str:
    """Why a paper does not count at ``now``, by the days of its own zone; empty if it does.

    It counts from the first moment of the day it is dated until the first moment of the day it expires.
    """
    if not _SHA256.fullmatch(document.sha256):
        return f"document-hash: the hash of {document.id} is no SHA-256"
    if now < begins(document):
        return f"document-not-yet: {document.id} counts from {begins(document).isoformat()}"
    end = ends(document)
    if end is not None and now >= end:
        return f"document-expired: {document.id} expired on {end.isoformat()}"
    return ""


def valid_papers(view: View, kind: str) -> tuple[Document, ...]:
    return tuple(document for document in view.documents(kind) if not flaw(document, view.now))


def completed_on(document: Document) -> date:
    """When the work a paper reports was completed: ``details.completed_on``, else its own date."""
    told = document.details.get("completed_on")
    if isinstance(told, datetime):
        return day_at(document, told)
    if isinstance(told, date):
        return told
    return date.fromisoformat(told) if isinstance(told, str) else document.dated


Objection = Callable[[Document], Outcome | None]


def judge_papers(
    view: View, kind: str, required: str, *, objection: Objection | None = None, wanted: str = ""
) -> Outcome:
    """Pass (attested) on one good paper; a missing paper is unknown, a bad one a failure that says why."""
    bad: list[Outcome] = []
    for document in view.documents(kind):
        why = flaw(document, view.now)
        outcome = failed(why, required, left=(document.id,)) if why else objection and objection(document)
        if not outcome:
            reason = f"attested: {kind} provided, content and validity not checked"
            return passed(reason, required, Basis.ATTESTED, found=f"{document.id} sha256:{document.sha256[:12]}")
        bad.append(outcome)
    if bad:
        return next((outcome for outcome in bad if outcome.verdict is Verdict.UNKNOWN), bad[-1])
    elsewhere = _excluding(view, kind)
    if elsewhere:
        return failed(
            f"document-out-of-scope: {elsewhere[0].id} is of this site and leaves this camera out",
            required,
            left=tuple(document.id for document in elsewhere),
        )
    return unknown(Why.NO_DOCUMENT, f"no document of kind {wanted or kind} covers this camera", required)


def _excluding(view: View, kind: str) -> Sequence[Document]:
    """Papers of the camera's own site that name other cameras and not this one."""
    camera = view.camera
    return [
        document
        for document in view.snapshot.documents
        if document.kind == kind
        and camera.site in document.sites
        and document.cameras
        and camera.id not in document.cameras
    ]
