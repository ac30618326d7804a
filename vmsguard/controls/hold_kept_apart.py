"""Held footage is kept apart from live data, and on a legal order where the rule asks for one.

Documents it reads: ``hold-export`` (``hold``, ``encrypted``), whose hash is the export's, and the
``authorisation`` that a hold names as its legal order.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from vmsguard.controls.base import Control
from vmsguard.controls.held import exports_of
from vmsguard.controls.judging import failed, passed, unknown
from vmsguard.controls.papers import flaw
from vmsguard.controls.view import View
from vmsguard.model.pack import Hold
from vmsguard.model.results import Outcome
from vmsguard.model.truth import Truth
from vmsguard.model.vocabulary import Basis, Role, Verdict, Why

__all__ = ["HoldSegregated", "SegregatedParams"]

_REQUIRED = "held footage is exported, encrypted and kept apart under its case"


class SegregatedParams(Struct, frozen=True, forbid_unknown_fields=True):
    """``legal_order``: a hold is acceptable only where a court or authority ordered it."""

    legal_order: bool = False


class HoldSegregated(Control):
    """A hold without the order it needs keeps its footage all the same: to delete is final. It does not comply."""

    id = "hold.segregated"
    roles = frozenset({Role.CAMERA})
    Params = SegregatedParams
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "Footage that is held is kept apart, encrypted, with its case and an end or a review.",
        "ko": "보존 대상 영상은 사건번호와 종료일 또는 재검토일을 붙여 암호화하고 분리해 보관한다.",
    }

    def reads(self, params: SegregatedParams) -> frozenset[str]:
        return frozenset()

    def judge(self, params: SegregatedParams, view: View) -> Outcome:
        required = f"{_REQUIRED}, on a legal order" if params.legal_order else _REQUIRED
        holds = view.snapshot.holds
        if not holds:
            reason = "none-held: no hold is in force on this camera"
            return Outcome(verdict=Verdict.NOT_APPLICABLE, reason=reason, required=required, basis=Basis.READ_BACK)
        orders = {hold.id: _ordered(hold, view) if params.legal_order else Truth.TRUE for hold in holds}
        unordered = [name for name, ordered in orders.items() if ordered is Truth.FALSE]
        if unordered:
            return failed(f"hold-without-order: {', '.join(unordered)}", required, left=unordered)
        exports = {hold.id: exports_of(hold, view.camera, view.snapshot.documents, view.now) for hold in holds}
        in_place = [name for name, papers in exports.items() if not papers]
        if in_place:
            return failed(
                f"held-in-place: {', '.join(in_place)} keeps footage among live data", required, left=in_place
            )
        undecided = [name for name, ordered in orders.items() if ordered is Truth.UNKNOWN]
        if undecided:
            told = f"the legal order of {', '.join(undecided)} is requested and not decided"
            return unknown(Why.NO_DOCUMENT, told, required, left=undecided)
        found = "; ".join(f"{name} sha256:{papers[0].sha256[:12]}" for name, papers in exports.items())
        reason = "attested: held footage was exported and kept apart, the export was not opened"
        return passed(reason, required, Basis.ATTESTED, found=found)


def _ordered(hold: Hold, view: View) -> Truth:
    """Whether a granted order on record covers the camera; unknown while one is requested."""
    papers = view.documents("authorisation")
    states = [
        paper.details.get("state", "granted")
        for paper in papers
        if paper.id == hold.legal_order and not flaw(paper, view.now)
    ]
    if "granted" in states:
        return Truth.TRUE
    return Truth.UNKNOWN if "requested" in states else Truth.FALSE
