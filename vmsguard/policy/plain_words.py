"""The words of the language itself as they are read aloud: forces, severities, proofs, attributes, parameters.

English reads most of them as they are written; what is not listed is told as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["PLAIN", "one_of", "plain", "plain_name"]

_ENGLISH = {
    # what proves that something is impossible
    "capability": "the device reports that it cannot",
    "refused": "the device definitively refused an administrator",
    "vendor-statement": "the maker states it",
    # what an exception states
    "area": "the area",
    "approver": "who approved it",
    "authorisation": "the authorisation",
    "consent_record": "the record of consent",
    "expires": "when it ends",
    "gallery_max": "how many faces may be searched for",
    "impact_assessment": "the impact assessment",
    "legal_basis": "the legal basis",
    "objective": "its aim",
    "public_interest": "the public interest",
    "reason": "the reason",
    "retention": "how long footage is kept",
    "starts": "when it starts",
    # what follows the end of an exception
    "revert": "the rule holds again",
    "revert-and-purge": "the rule holds again and what was gained is deleted",
    "stop-and-purge": "the use stops and what was gained is deleted",
    # when a rule applies
    "analytics.face.detect=true": "faces are detected",
    "analytics.face.identify=true": "faces are searched for among many",
    "analytics.face.recognise=true": "faces are recognised",
    "analytics.face.verify=true": "a face is compared with a claimed identity",
}

_KOREAN = {
    # forces
    "law": "법률",
    "ordinance": "조례",
    "regulator-rule": "감독기관 수칙",
    "guidance": "지침",
    "recommendation": "권고",
    "procurement": "계약·조달 조건",
    "assumption": "자체 가정",
    # severities
    "critical": "심각",
    "high": "높음",
    "medium": "보통",
    "low": "낮음",
    # modes
    "audit": "점검(audit)",
    "propose": "제안(propose)",
    "enforce": "실행(enforce)",
    # what proves that something is impossible
    "capability": "기기가 스스로 알린 기능",
    "refused": "관리자 요청에 대한 기기의 확정적 거부",
    "vendor-statement": "제조사의 진술",
    # what an exception states
    "area": "구역",
    "approver": "승인자",
    "authorisation": "허가",
    "consent_record": "동의 기록",
    "expires": "종료 시점",
    "gallery_max": "찾을 수 있는 얼굴 수",
    "impact_assessment": "영향평가",
    "legal_basis": "법적 근거",
    "objective": "목적",
    "public_interest": "공익상 필요",
    "reason": "사유",
    "retention": "보관기간",
    "starts": "시작 시점",
    # what follows the end of an exception
    "revert": "규칙을 다시 적용",
    "revert-and-purge": "규칙을 다시 적용하고 그동안 얻은 것을 삭제",
    "stop-and-purge": "사용을 멈추고 그동안 얻은 것을 삭제",
    # attributes
    "city": "도시",
    "country": "국가",
    "face_use": "얼굴 이용 방식",
    "linked_to_identity": "신원 정보와 결합",
    "managed_by": "관리 장비",
    "masks_required": "가림 필요",
    "mobility": "고정 여부",
    "modality": "촬영 방식",
    "model": "모델",
    "operator": "운영 주체",
    "purpose": "설치 목적",
    "records": "영상 저장",
    "region": "권역",
    "space": "공간",
    "space_use": "공간 용도",
    "state": "주",
    "vendor": "제조사",
    "visible_face_capture": "얼굴이 보이는 가시광 촬영",
    # their values
    "true": "예",
    "false": "아니오",
    "none": "이용하지 않음",
    "detection": "얼굴 검출",
    "verify-1to1": "1:1 대조",
    "identify-1ton": "1:N 식별",
    "fixed": "고정형",
    "mobile": "이동형",
    "visible": "가시광",
    "thermal": "열화상",
    "bispectral": "가시광·열화상 겸용",
    "public-institution": "공공기관",
    "law-enforcement": "법 집행기관",
    "on-behalf-of-law-enforcement": "법 집행기관을 대신하는 자",
    "operator=private": "민간",
    "space=private": "사적 공간",
    "public": "공개된 장소",
    "staff-only": "직원 전용 공간",
    "workplace": "직장",
    "education": "교육",
    "transit": "교통",
    "retail": "상업",
    "health": "의료",
    "housing": "주거",
    "street": "거리",
    "other": "기타",
    "fever-screening": "발열 확인",
    # when a rule applies
    "analytics.face.detect=true": "얼굴 검출을 이용하는 경우",
    "analytics.face.identify=true": "얼굴로 사람을 찾는(1:N) 경우",
    "analytics.face.recognise=true": "얼굴 인식을 이용하는 경우",
    "analytics.face.verify=true": "얼굴을 본인 확인(1:1)에 이용하는 경우",
    # parameters of controls
    "allowed": "허용",
    "at_least": "최소 수준",
    "attributes": "속성",
    "before_use": "사용 전에",
    "by": "결정 기관",
    "except": "제외",
    "independent": "독립된 기관이 수행",
    "kind": "종류",
    "legal_order": "법적 명령 필요",
    "max": "최대",
    "max_gap": "최대 간격",
    "min": "최소",
    "scope": "범위",
    "tasks": "기능",
    "timing": "시점",
    "tolerance": "허용 오차",
    "unless_only": "다음뿐이면 제외",
    "vendors": "제조사",
    "within": "기한",
    # their values
    "act-of-parliament": "법률",
    "administrative": "행정기관",
    "all": "모두",
    "any": "실시간과 사후 모두",
    "biometric-categorisation": "생체정보에 의한 분류",
    "body-temperature": "체온 측정",
    "consent": "동의",
    "contract": "계약",
    "court-order": "법원 명령",
    "crypto-erase": "암호키 폐기",
    "destinations": "보내는 곳 모두",
    "dpia": "개인정보 영향평가(DPIA)",
    "emotion": "감정 추론",
    "face-attributes": "얼굴 특징 추론",
    "face-detection": "얼굴 검출",
    "face-identification": "1:N 얼굴 식별",
    "face-verification": "1:1 얼굴 대조",
    "file-system-delete": "파일 삭제",
    "fria-art27": "기본권 영향평가(제27조)",
    "guardian": "법정대리인의 동의",
    "human-rights": "인권영향평가",
    "independent-administrative": "독립 행정기관",
    "individual-prior": "개인별 사전 동의",
    "judicial": "법원",
    "legislative": "의회",
    "live": "실시간",
    "local-display": "기기에 직접 연결한 화면",
    "overwrite": "덮어쓰기",
    "pia-kr": "개인정보 영향평가",
    "pipia-cn": "개인정보보호 영향평가(중국)",
    "post": "사후",
    "separate-sensitive": "민감정보에 대한 별도 동의",
    "written-release": "서면 동의",
}

PLAIN: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH, "ko": _KOREAN}


def plain(code: str, lang: str, of: str = "") -> str:
    """The word that is read aloud for a code, ``of`` an attribute or not; the code itself where none is needed."""
    words = PLAIN[lang]
    return words.get(f"{of}={code}") or words.get(code, code)


def one_of(told: Sequence[str], word: str) -> str:
    """``a, b or c``, with the word for *or*."""
    *before, last = told
    return f"{', '.join(before)} {word} {last}" if before else last


def plain_name(name: str, lang: str) -> str:
    """An attribute or parameter: in another language than English with the key that files use."""
    word = PLAIN[lang].get(name)
    return name if lang == "en" or word is None else f"{word}({name})"
