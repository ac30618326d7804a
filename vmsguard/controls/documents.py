"""Papers with a kind or conditions of their own: consents, assessments, legal bases.

At most attested; what they say is asserted, not checked. Kinds and details a document file uses:
``consent`` (``consent_kind``); ``impact-assessment`` (``assessment_kind``, ``independent``, ``assessor``,
``completed_on``); ``legal-basis`` (``legal_basis_kind``); ``no-recorder``; ``vendor-statement``
(``model``, ``firmware``, ``stores``, ``impossible``). Papers without conditions are in ``papers_on_record``.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import Struct

from vmsguard.controls.base import Control
from vmsguard.controls.judging import failed, passed, unknown
from vmsguard.controls.papers import completed_on, judge_papers
from vmsguard.controls.view import View
from vmsguard.model.pack import Document
from vmsguard.model.paper_days import day_at
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Basis, Role, Why

__all__ = [
    "ConsentParams",
    "DocumentsConsent",
    "DocumentsImpactAssessment",
    "DocumentsLegalBasis",
    "ImpactAssessmentParams",
    "LegalBasisParams",
]


class ConsentParams(Struct, frozen=True, forbid_unknown_fields=True):
    kind: Literal["individual-prior", "separate-sensitive", "written-release", "guardian"]


class DocumentsConsent(Control):
    id = "documents.consent"
    roles = frozenset({Role.CAMERA})
    Params = ConsentParams
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "The people filmed have consented beforehand.",
        "ko": "촬영되는 사람의 사전 동의를 받는다.",
    }

    def reads(self, params: ConsentParams) -> frozenset[str]:
        return frozenset()

    def judge(self, params: ConsentParams, view: View) -> Outcome:
        required = f"consent of kind {params.kind} is on record"

        named = "" if view.exception is None else view.exception.consent_record

        def objection(document: Document) -> Outcome | None:
            if named and document.id != named:  # what people agreed to once does not carry another use
                return unknown(Why.NO_DOCUMENT, f"{document.id} is not the one that the exception names", required)
            told = document.details.get("consent_kind")
            if told == params.kind:
                return None
            return unknown(Why.NO_DOCUMENT, f"{document.id} records consent of kind {told or 'not stated'}", required)

        return judge_papers(view, "consent", required, objection=objection, wanted=f"consent ({params.kind})")


class ImpactAssessmentParams(Struct, frozen=True, forbid_unknown_fields=True):
    """``before_use``: completed before recognition was first observed in use; a later one cures nothing before."""

    kind: Literal["human-rights", "fria-art27", "dpia", "pia-kr", "pipia-cn"]
    independent: bool = False
    before_use: bool = False


class DocumentsImpactAssessment(Control):
    id = "documents.impact_assessment"
    roles = frozenset({Role.CAMERA})
    Params = ImpactAssessmentParams
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "An impact assessment was completed.",
        "ko": "영향평가를 마쳤다.",
    }

    def reads(self, params: ImpactAssessmentParams) -> frozenset[str]:
        return frozenset()

    def judge(self, params: ImpactAssessmentParams, view: View) -> Outcome:
        required = f"an impact assessment of kind {params.kind}"
        required += ", by an independent body" if params.independent else ""
        required += ", completed before use" if params.before_use else ""
        return judge_papers(
            view,
            "impact-assessment",
            required,
            objection=lambda document: _assessment_flaw(document, params, view, required),
            wanted=f"impact-assessment ({params.kind})",
        )


def _assessment_flaw(document: Document, params: ImpactAssessmentParams, view: View, required: str) -> Outcome | None:
    told = document.details.get("assessment_kind")
    if told != params.kind:
        return unknown(Why.NO_DOCUMENT, f"{document.id} is of kind {told or 'not stated'}", required)
    if params.independent:
        independent = document.details.get("independent")
        if independent is None:
            return unknown(Why.NO_DOCUMENT, f"{document.id} does not say whether the body is independent", required)
        if independent is not True:
            return failed(f"assessor-not-independent: {document.id}", required, left=(document.id,))
    used = view.snapshot.first_seen_use
    if params.before_use and used is not None:
        done, day = completed_on(document), day_at(document, used)
        if done > day:
            return failed(
                f"assessment-late: {document.id} was completed on {done}, use was observed on {day}",
                required,
                left=(document.id,),
            )
        if done == day:
            return unknown(Why.NO_DOCUMENT, f"{document.id} bears the day of first observed use", required)
    return None


class LegalBasisParams(Struct, frozen=True, forbid_unknown_fields=True):
    kind: Literal["", "act-of-parliament", "ordinance", "court-order", "contract", "consent"] = ""


class DocumentsLegalBasis(Control):
    """Met by a document, or by the legal basis the exception in use cites."""

    id = "documents.legal_basis"
    roles = frozenset({Role.CAMERA})
    Params = LegalBasisParams
    enforceable: ClassVar[bool] = False
    says: ClassVar = {"en": "A legal basis is cited.", "ko": "법적 근거를 제시한다."}

    def reads(self, params: LegalBasisParams) -> frozenset[str]:
        return frozenset()

    def judge(self, params: LegalBasisParams, view: View) -> Outcome:
        required = f"a legal basis of kind {params.kind} is cited" if params.kind else "a legal basis is cited"
        grant = view.exception
        if grant is not None and grant.legal_basis and params.kind in ("", grant.legal_basis_kind):
            reason = "attested: the exception cites it, validity not checked"
            return passed(reason, required, Basis.ATTESTED, found=grant.id)

        def objection(document: Document) -> Outcome | None:
            told = document.details.get("legal_basis_kind")
            if params.kind in ("", told):
                return None
            return unknown(Why.NO_DOCUMENT, f"{document.id} cites a basis of kind {told or 'not stated'}", required)

        return judge_papers(view, "legal-basis", required, objection=objection)
