"""Requests of people filmed: what was taken in the time they name goes, although retention would still run.

Documents it reads: ``deletion-request`` and ``consent-withdrawal`` (``window``: ``from``, ``until``;
``requested_at``). Only the operator can tell which footage shows the person; the paper says when.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from msgspec import Struct

from vmsguard.controls.base import Control
from vmsguard.controls.device_clock import CLOCK, clock_error
from vmsguard.controls.held import held_by
from vmsguard.controls.judging import failed, listed, passed, unknown, unknown_from
from vmsguard.controls.residue import purge
from vmsguard.controls.span_words import span_in_words
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.counted import counted
from vmsguard.model.fact_values import StoredRecording
from vmsguard.model.facts import Absent, Unknown
from vmsguard.model.held_window import HeldWindow
from vmsguard.model.manifest import Manifest
from vmsguard.model.pack import Document
from vmsguard.model.paper_days import begins
from vmsguard.model.results import Outcome
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Basis, Role, Verdict, Why

__all__ = ["DeletionOnRequest", "OnRequestParams"]

_KINDS = ("deletion-request", "consent-withdrawal")


class OnRequestParams(Struct, frozen=True, forbid_unknown_fields=True):
    """``within``: how long after the request it must have been done, counted on the calendar."""

    within: Span


class _Asked(Struct, frozen=True, eq=False):
    document: Document
    window: HeldWindow
    since: datetime


class DeletionOnRequest(Control):
    """It fails as soon as something is asked for and still there: who waits for the last day deletes late."""

    id = "deletion.on_request"
    roles = frozenset({Role.DEVICE, Role.RECORDER})
    Params = OnRequestParams
    verbs: ClassVar[tuple[str, ...]] = ("footage.purge",)
    says: ClassVar = {
        "en": "Footage that people filmed ask to have deleted is deleted in time.",
        "ko": "정보주체가 삭제를 요구한 영상을 기한 안에 삭제한다.",
    }

    def reads(self, params: OnRequestParams) -> frozenset[str]:
        return frozenset({"footage.recordings", CLOCK})

    def judge(self, params: OnRequestParams, view: View) -> Outcome:
        required = f"what is asked for is deleted within {span_in_words(params.within)} of the request"
        papers = _papers(view)
        if not papers:
            reason = "none-asked: nobody asked for a deletion on this camera"
            return Outcome(verdict=Verdict.NOT_APPLICABLE, reason=reason, required=required, basis=Basis.READ_BACK)
        asked, silent = _requests(papers)
        fact = view.fact("footage.recordings")
        stored = listed(fact)
        found = {} if stored is None else _left(asked, stored.values, view)
        if found:
            return _something_left(found, params, view, required)
        if silent:
            told = f"{', '.join(silent)} does not say which time it is about"
            return unknown(Why.NO_DOCUMENT, told, required, left=silent)
        if isinstance(fact.reading, Unknown):
            return unknown_from([fact], required)
        if stored is not None and not stored.complete:
            gaps = (stored.missing or "recordings the target does not list",)
            return unknown(Why.INCOMPLETE, "nothing of it on a list that is not complete", required, left=gaps)
        basis = fact.basis if stored is not None or isinstance(fact.reading, Absent) else Basis.ATTESTED
        names = ", ".join(one.document.id for one in asked)
        return passed(f"asked-and-gone: nothing of the time that {names} names is left", required, basis)

    def enforce(self, params: OnRequestParams, view: View, manifest: Manifest) -> Sequence[Change]:
        stored = listed(view.fact("footage.recordings"))
        asked, _ = _requests(_papers(view))
        changes: list[Change] = []
        for one, items in ({} if stored is None else _left(asked, stored.values, view)).items():
            change = purge(view, min(view.now, one.window.until))
            names = ",".join(sorted(item.id for item in items))
            changes.append(
                Change(change.verb, change.target, change.channel, {**change.arguments, "recordings": names})
            )
        return changes


def _papers(view: View) -> tuple[Document, ...]:
    """Requests made by now, in whatever form their paper is: a flaw of ours is no reason to leave them undone."""
    papers = (paper for kind in _KINDS for paper in view.documents(kind))
    return tuple(paper for paper in papers if begins(paper) <= view.now)


def _requests(papers: Sequence[Document]) -> tuple[tuple[_Asked, ...], tuple[str, ...]]:
    """What each asks for, and the ids of those that do not say which time they are about."""
    asked, silent = [], []
    for paper in papers:
        window = paper.details.get("window")
        times = (window.get("from"), window.get("until")) if isinstance(window, dict) else (None, None)
        since, until = times
        if not isinstance(since, datetime) or not isinstance(until, datetime):
            silent.append(paper.id)
            continue
        told = paper.details.get("requested_at")
        made = told if isinstance(told, datetime) else begins(paper)
        asked.append(_Asked(paper, HeldWindow(since, until), made))
    return tuple(asked), tuple(silent)


def _left(
    asked: Sequence[_Asked], recordings: Sequence[StoredRecording], view: View
) -> dict[_Asked, tuple[StoredRecording, ...]]:
    error = clock_error(view)
    stored = [item for item in recordings if not item.empty]
    found = {
        one: tuple(item for item in stored if one.window.wider(error).touches(item.start, item.end)) for one in asked
    }
    return {one: items for one, items in found.items() if items}


def _something_left(
    found: dict[_Asked, tuple[StoredRecording, ...]], params: OnRequestParams, view: View, required: str
) -> Outcome:
    items = {item.id: item for left in found.values() for item in left}
    names = ", ".join(one.document.id for one in found)
    held = held_by(items.values(), view)
    due = min(params.within.after(one.since) for one in found)
    if len(held) == len(items):
        holds = ", ".join(sorted({hold for kept in held.values() for hold in kept}))
        reason = f"held: {counted(len(items), 'recording')} that {names} asks for, kept by {holds}; tell whoever asked"
    elif view.now >= due:
        reason = f"request-overdue: {counted(len(items), 'recording')} that {names} asks for, left since {due.date()}"
    else:
        reason = f"request-open: {counted(len(items), 'recording')} that {names} asks for, left and due by {due.date()}"
    return failed(
        reason,
        required,
        offenders=tuple(items),
        left=tuple(f"recording {item}" for item in items),
        found=counted(len(items), "recording"),
        basis=Basis.READ_BACK,
    )
