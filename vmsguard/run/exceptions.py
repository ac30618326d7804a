"""What was decided on each exception for each camera it names, and since when that is no longer so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from vmsguard.evidence.writer import EvidenceWriter
from vmsguard.model.pack import Document, ExceptionGrant
from vmsguard.model.truth import Truth
from vmsguard.run.fleet import Fleet
from vmsguard.run.judge import Judged
from vmsguard.run.shorten import shorten
from vmsguard.state.store import State

__all__ = ["Decided", "decide_exceptions", "record_exceptions"]

_EXPIRED = "exception-expired"


class Decided(Struct, frozen=True):
    """The decision on one grant for one camera; granted where there is no reason against it."""

    grant: ExceptionGrant
    camera: str
    reasons: tuple[str, ...] = ()
    """Stable codes."""

    @property
    def place(self) -> tuple[str, str]:
        return self.grant.id, self.camera


def decide_exceptions(judged: Judged) -> list[Decided]:
    """The decision on every exception that bears on a rule in scope, as the rules' own gates take it."""
    return [
        Decided(standing.grant, evaluation.camera, standing.codes)
        for evaluation in judged.evaluations
        for standing in judged.snapshots[evaluation.camera].exceptions
        if evaluation.in_scope.get(standing.grant.pack, Truth.FALSE) is not Truth.FALSE
    ]


def record_exceptions(log: EvidenceWriter, run: str, fleet: Fleet, judged: Judged, state: State) -> None:
    """Record each decision; one that was granted before and expired since is said to have, once.

    One that was granted before and that nothing asks for any more was withdrawn.
    """
    decided = decide_exceptions(judged)
    before = state.exceptions_in_force(fleet.among)
    for one in decided:
        told = _told(one.grant, one.camera, fleet.documents)
        if not one.reasons:
            log.append("exception.granted", run=run, **told)
            continue
        if one.place in before and _EXPIRED in one.reasons:
            log.append("exception.expired", run=run, **told)
        log.append("exception.refused", run=run, reason_code=one.reasons[0], **told)
    granted = {one.place for one in decided if not one.reasons}
    looked_at = {evaluation.camera for evaluation in judged.evaluations}
    ended = {place for place in before if place[1] in looked_at} - granted
    for exception, camera in sorted(ended - {one.place for one in decided}):
        log.append("exception.refused", run=run, exception=exception, camera=camera, reason_code="exception-withdrawn")
    if granted - before or ended:
        state.change_exceptions_in_force(granted - before, ended)


def _told(grant: ExceptionGrant, camera: str, documents: Iterable[Document]) -> Mapping[str, Any]:
    papers = {document.id: document.sha256 for document in documents}
    legal_basis = ": ".join(part for part in (grant.legal_basis_kind, grant.legal_basis) if part)
    return {
        "exception": grant.id,
        "camera": camera,
        "pack": grant.pack,
        "rule": grant.rule,
        "type": grant.type,
        "legal_basis": shorten(legal_basis),
        "approver": grant.approver,
        "assessment_sha256": papers.get(grant.impact_assessment, ""),
        # A time without an offset is no time; that is what the exception is refused for.
        "starts": None if grant.starts.tzinfo is None else grant.starts,
        "expires": None if grant.expires.tzinfo is None else grant.expires,
    }
