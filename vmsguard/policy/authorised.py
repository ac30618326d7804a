"""Whether an exception's authorisation was asked for in time, and how it was decided.

A request counts from the moment it was made, a decision from the moment it was taken. A refusal ends the
exception at once, whatever else its paper lacks. Where the type grants time to ask (``request_by``) an
exception stands without a paper until that time is over (AI Act 5(3)).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from vmsguard.controls.papers import covers, flaw
from vmsguard.model.inventory import Camera
from vmsguard.model.pack import Document, ExceptionGrant, ExceptionType

__all__ = ["authorisation_flaws"]

_KIND = "authorisation"


def authorisation_flaws(
    grant: ExceptionGrant,
    exception_type: ExceptionType,
    camera: Camera,
    documents: Iterable[Document],
    now: datetime,
) -> Iterator[str]:
    """Why the exception lacks its authorisation at ``now``; nothing where neither type nor grant speaks of one."""
    if grant.starts.tzinfo is None:
        return  # refused as a time without an offset
    paper = next((document for document in documents if document.id == grant.authorisation), None)
    if grant.authorisation and paper is None:
        yield f"authorisation-missing: no document {grant.authorisation}"
    elif paper is not None:
        yield from _on_paper(grant, exception_type, paper, camera, now)
    elif exception_type.request_by is not None and now >= grant.starts + exception_type.request_by:
        yield f"authorisation-not-requested: {grant.id} was not followed by a request within the time allowed"


def _on_paper(
    grant: ExceptionGrant, exception_type: ExceptionType, paper: Document, camera: Camera, now: datetime
) -> Iterator[str]:
    asked, decided = _instant(paper, "requested_at"), _instant(paper, "decided_at")
    state = str(paper.details.get("state", "granted"))
    open_still = state == "requested" or (decided is not None and decided > now)
    if state == "refused" and not open_still:
        yield f"authorisation-refused: {paper.id} was refused"
        return
    if paper.kind != _KIND:
        yield f"authorisation-kind: {paper.id} is a document of kind {paper.kind}"
    if not covers(paper, camera):
        yield f"authorisation-scope: {paper.id} does not cover this camera"
    why = flaw(paper, now)
    # The day on a request is that of its place, which may begin before ours; its instant is exact.
    if why and not (why.startswith("document-not-yet") and asked is not None and asked <= now):
        yield why
    since = asked if asked is not None or open_still else decided
    limited = exception_type.request_by is not None or exception_type.max_pending is not None
    if since is None and limited and (open_still or exception_type.request_by is not None):
        yield f"authorisation-undated: {paper.id} does not say when it was requested"
    elif since is not None and _late(since, grant, exception_type):
        yield f"authorisation-late: {paper.id} was requested on {since.isoformat()}, after the time allowed"
    if not open_still:
        return
    if not limited:
        yield f"authorisation-pending: {paper.id} is not decided yet"
    elif exception_type.max_pending is not None and asked is not None and now >= asked + exception_type.max_pending:
        yield f"authorisation-pending-too-long: {paper.id} was not decided within the time allowed"


def _late(since: datetime, grant: ExceptionGrant, exception_type: ExceptionType) -> bool:
    return exception_type.request_by is not None and since > grant.starts + exception_type.request_by


def _instant(paper: Document, key: str) -> datetime | None:
    """A stated moment; one without an offset is none."""
    told = paper.details.get(key)
    return told if isinstance(told, datetime) and told.tzinfo is not None else None
