"""An authorisation of a court or authority: granted beforehand, or asked for in time and not refused.

Kinds and details a document file uses: ``authorisation`` (``authority_kind``, ``state``: ``requested``,
``granted`` or ``refused``, and granted unless it says; ``requested_at``, ``decided_at``).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import ClassVar, Literal

from msgspec import Struct

from vmsguard.controls.base import Control
from vmsguard.controls.judging import failed, passed, unknown
from vmsguard.controls.papers import flaw, judge_papers
from vmsguard.controls.view import View
from vmsguard.model.pack import Document
from vmsguard.model.paper_days import day_at
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Basis, Role, Verdict, Why

__all__ = ["AuthorisationParams", "DocumentsAuthorisation"]

_KIND = "authorisation"


class AuthorisationParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``by``: whose order counts. ``within``: how long after the exception's start it may still be asked for;
    left out, it must have been granted by then."""

    by: tuple[Literal["judicial", "independent-administrative", "administrative", "legislative"], ...]
    within: timedelta | None = None


class DocumentsAuthorisation(Control):
    """The latest decision counts: a refusal ends what an earlier grant or a pending request allowed."""

    id = "documents.authorisation"
    roles = frozenset({Role.CAMERA})
    Params = AuthorisationParams
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "A court or authority has authorised it.",
        "ko": "법원이나 권한 있는 기관의 허가를 받았다.",
    }

    def reads(self, params: AuthorisationParams) -> frozenset[str]:
        return frozenset()

    def judge(self, params: AuthorisationParams, view: View) -> Outcome:
        required = f"an authorisation of the kind {' or '.join(params.by)}"
        papers = view.documents(_KIND)
        if not papers:
            return judge_papers(view, _KIND, required)
        named = "" if view.exception is None else view.exception.authorisation
        if named:  # each use needs its own: what was once allowed for another does not carry this one
            papers = tuple(paper for paper in papers if paper.id == named)
        decided = [paper for paper in papers if _state(paper, view.now) != "requested" and not _flaw(paper, view.now)]
        last = max(decided, key=lambda paper: (_decided_on(paper), _state(paper, view.now)), default=None)
        if last is not None and _state(last, view.now) == "refused":
            return failed(f"authorisation-refused: {last.id} was refused", required, left=(last.id,))
        outcomes = [_judge(paper, params, view, required) for paper in papers if _state(paper, view.now) != "refused"]
        return _best(outcomes, required)


_ORDER = (Verdict.PASS, Verdict.UNKNOWN, Verdict.FAIL)


def _best(outcomes: list[Outcome], required: str) -> Outcome:
    """One good paper is enough; where there is none, one that may be good keeps the question open."""
    if not outcomes:
        return unknown(Why.NO_DOCUMENT, "no authorisation is in force", required)
    return min(outcomes, key=lambda outcome: _ORDER.index(outcome.verdict))


def _judge(paper: Document, params: AuthorisationParams, view: View, required: str) -> Outcome:
    why = _flaw(paper, view.now)
    if why:
        return failed(why, required, left=(paper.id,))
    kind = paper.details.get("authority_kind")
    if kind not in params.by:
        return unknown(Why.NO_DOCUMENT, f"{paper.id} is of an authority of kind {kind or 'not stated'}", required)
    late = _late(paper, params.within, view, required)
    if late is not None:
        return late
    if _state(paper, view.now) == "requested":
        reason = "attested: the authorisation was asked for in time and is not decided yet"
    else:
        reason = "attested: authorisation provided, content and validity not checked"
    return passed(reason, required, Basis.ATTESTED, found=f"{paper.id} sha256:{paper.sha256[:12]}")


def _late(paper: Document, within: timedelta | None, view: View, required: str) -> Outcome | None:
    """Why it does not count for the time of the exception in use; None where it does."""
    grant, asked = view.exception, _moment(paper, "requested_at")
    pending = _state(paper, view.now) == "requested"
    if pending and within is None:
        return failed(f"authorisation-pending: {paper.id} is not decided yet", required, left=(paper.id,))
    if grant is None:
        why = "no exception is in use whose start it could be measured against"
        return unknown(Why.NO_DOCUMENT, why, required, left=(paper.id,)) if pending else None
    if within is not None and asked is not None:
        in_time = asked <= grant.starts + within
    elif pending:
        return unknown(Why.NO_DOCUMENT, f"{paper.id} does not say when it was requested", required, left=(paper.id,))
    else:
        latest = grant.starts + (within or timedelta())
        decided = _moment(paper, "decided_at")
        in_time = decided <= latest if decided is not None else paper.dated <= day_at(paper, latest)
    if in_time:
        return None
    return failed(f"authorisation-late: {paper.id} came after the time allowed", required, left=(paper.id,))


def _state(paper: Document, now: datetime) -> str:
    """``requested``, ``granted`` or ``refused`` at ``now``: a decision still to come is a request."""
    state = str(paper.details.get("state", "granted"))
    decided = _moment(paper, "decided_at")
    return "requested" if decided is not None and decided > now else state


def _decided_on(paper: Document) -> date:
    decided = _moment(paper, "decided_at")
    return paper.dated if decided is None else day_at(paper, decided)


def _flaw(paper: Document, now: datetime) -> str:
    """The day on a request is that of its place, which may begin before ours; its instant is exact."""
    why = flaw(paper, now)
    asked = _moment(paper, "requested_at")
    return "" if why.startswith("document-not-yet") and asked is not None and asked <= now else why


def _moment(paper: Document, key: str) -> datetime | None:
    """A stated moment; one without an offset is none."""
    told = paper.details.get(key)
    return told if isinstance(told, datetime) and told.tzinfo is not None else None
