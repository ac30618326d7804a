"""Papers that only have to be there: dated, in force, with a hash, and in scope. At most attested.

The kind of each is what a document file states under ``kind``.
"""

from __future__ import annotations

from typing import ClassVar

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.papers import judge_papers
from vmsguard.controls.view import View
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Role

__all__ = [
    "DocumentsAccessLog",
    "DocumentsAuthorityNotified",
    "DocumentsConsultation",
    "DocumentsGalleryProvenance",
    "DocumentsNotice",
    "DocumentsOperatingPolicy",
    "DocumentsProcessorContract",
    "DocumentsPurposeRegistered",
    "DocumentsRegistration",
    "DocumentsSubjectRequestProcess",
]


class _Paper(Control):
    roles = frozenset({Role.CAMERA})
    enforceable: ClassVar[bool] = False
    kind: ClassVar[str]
    required: ClassVar[str]

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset()

    def judge(self, params: NoParams, view: View) -> Outcome:
        return judge_papers(view, self.kind, self.required)


class DocumentsAccessLog(_Paper):
    id = "documents.access_log"
    kind = "access-log"
    required = "access to stored pictures is logged, and the log is kept"
    says: ClassVar = {
        "en": "Access to stored pictures is logged.",
        "ko": "저장된 영상에 대한 접근을 기록한다.",
    }


class DocumentsAuthorityNotified(_Paper):
    id = "documents.authority_notified"
    kind = "authority-notified"
    required = "the authority was told of the use"
    says: ClassVar = {
        "en": "The authority has been told of the use.",
        "ko": "이용 사실을 감독기관에 알렸다.",
    }


class DocumentsConsultation(_Paper):
    id = "documents.consultation"
    kind = "consultation"
    required = "experts and those affected were heard first"
    says: ClassVar = {
        "en": "Experts and the people affected were heard first.",
        "ko": "전문가와 이해관계인의 의견을 미리 들었다.",
    }


class DocumentsGalleryProvenance(_Paper):
    id = "documents.gallery_provenance"
    kind = "gallery-provenance"
    required = "it is on record where the faces of every gallery come from"
    says: ClassVar = {
        "en": "It is on record where enrolled faces come from.",
        "ko": "등록된 얼굴의 출처를 기록해 두었다.",
    }


class DocumentsNotice(_Paper):
    id = "documents.notice"
    kind = "notice"
    required = "a notice tells people what is filmed, by whom and why"
    says: ClassVar = {
        "en": "People are told by a notice.",
        "ko": "안내문으로 알린다.",
    }


class DocumentsOperatingPolicy(_Paper):
    id = "documents.operating_policy"
    kind = "operating-policy"
    required = "a written policy states ground, places, hours, retention and who has access"
    says: ClassVar = {
        "en": "A written operating policy exists.",
        "ko": "영상정보처리기기 운영·관리 방침을 마련했다.",
    }


class DocumentsProcessorContract(_Paper):
    id = "documents.processor_contract"
    kind = "processor-contract"
    required = "whoever processes the pictures for the operator is bound by contract"
    says: ClassVar = {
        "en": "Processors are bound by a contract.",
        "ko": "수탁자와 계약으로 의무를 정했다.",
    }


class DocumentsPurposeRegistered(_Paper):
    id = "documents.purpose_registered"
    kind = "purpose"
    required = "the purpose is written down and is one the law allows"
    says: ClassVar = {
        "en": "The purpose is written down.",
        "ko": "설치 목적을 문서로 정했다.",
    }


class DocumentsRegistration(_Paper):
    id = "documents.registration"
    kind = "registration"
    required = "the use is entered in the register that the law names"
    says: ClassVar = {
        "en": "The use is registered.",
        "ko": "법이 정한 등록부에 등록했다.",
    }


class DocumentsSubjectRequestProcess(_Paper):
    id = "documents.subject_request_process"
    kind = "subject-request-process"
    required = "a process answers people who ask whether they are stored and to be deleted"
    says: ClassVar = {
        "en": "People can ask whether they are stored and have it erased.",
        "ko": "정보주체가 저장 여부를 확인하고 삭제를 요구할 수 있다.",
    }
