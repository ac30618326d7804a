"""Reason codes of verdicts in Korean; the English texts, which are the reference, are in ``reasons``."""

from __future__ import annotations

from collections.abc import Mapping

from vmsguard.report.words.lacks_ko import LACKS_KO
from vmsguard.report.words.wording import Words

__all__ = ["REASONS_KO"]

_PLAN = "vmsguard plan에서 고칠 변경과 막고 있는 것을 확인한 뒤 vmsguard apply를 실행하세요."
_PAPER = "문서를 바로잡거나 유효한 문서를 등록한 뒤 vmsguard check를 실행하세요."
_EXCEPTION = "예외를 바로잡아 다시 승인받거나, 규칙을 지키세요."
_ASSESSMENT = "규칙에 맞는 영향평가를 등록하세요. 늦은 평가는 그 이전 기간을 정당화하지 않습니다."
_CONSENT = "사전에 받은 동의를 등록하고 예외에 그 문서를 적거나, 규칙을 지키세요."
_REQUEST = "사용을 중지하고 그로부터 얻은 것을 삭제하세요. 신청과 결정은 나오는 대로 등록하세요."
_DELETE = "vmsguard apply를 실행하여 삭제하고 확인하세요. 에이전트나 일정이 계속 실행되게 하세요."

_HOLDS: Mapping[str, Words] = {
    "direct": Words("규칙의 모든 통제 항목을 충족합니다."),
    "fallback": Words("끌 수 없음이 입증되었고, 규칙이 대신 요구하는 것을 이행하고 있습니다."),
    "exception": Words("유효한 예외가 이 카메라에 대해 규칙을 면제하며, 안전조치를 충족합니다."),
    "off": Words("꺼져 있어야 하는 것 가운데 켜진 것이 없습니다."),
    "empty": Words("남아 있는 것이 없습니다."),
    "newer": Words("남아 있는 것은 모두 마지막으로 확인된 삭제 이후에 시작된 것입니다."),
    "on-time": Words("모든 저장소가 허용된 시간 안에 비워졌음이 확인되었습니다."),
    "within": Words("허용된 기간보다 오래 보관하는 것이 없습니다."),
    "encrypted": Words("암호화되어 있습니다."),
    "least": Words("필요한 계정과 접근 경로만 있습니다."),
    "bounded": Words("비교가 1:1이며 정해진 범위 안에 있음이 입증되었습니다."),
    "listed": Words("등록된 모든 녹화기의 목록이 완전하며, 이 카메라의 채널을 판정했습니다."),
    "clock-right": Words("기기의 시계가 허용 오차 안에 있습니다."),
    "few-faces": Words("등록된 얼굴 수가 허용 범위 안입니다."),
    "kept-long-enough": Words("모든 설정이 의무 기간만큼 영상을 보관합니다."),
    "irrecoverable": Words("모든 저장소가 최소 기준을 충족하는 방식으로 삭제합니다."),
    "in-bounds": Words("예외가 정한 범위 안에서만 얼굴로 사람을 찾습니다."),
    "enrolled-in-time": Words("허용된 기간보다 오래 등록된 얼굴이 없습니다."),
    "masked": Words("가려야 하는 모든 영역이 모든 영상과 녹화에서 가려져 있습니다."),
    "limited": Words("제한 설정이 화면을 정해진 범위 안에 둡니다."),
    "shown": Words("촬영 중임이 표시됩니다."),
    "tagged": Words("필요한 속성이 모두 인벤토리에 기재되어 있습니다."),
    "inside": Words("사용 중인 모든 전송 대상이 허용된 국가에 있습니다."),
    "attested": Words("문서에 그렇게 적혀 있습니다. 내용과 유효성은 확인하지 않았습니다."),
    "none-in-use": Words("이 카메라에 사용 중인 예외가 없습니다."),
    "none-ended": Words("이 카메라에서 끝난 예외 가운데 삭제를 요구하는 것이 없습니다."),
    "none-rejected": Words("이 카메라의 예외 가운데 거부된 것이 없습니다."),
    "none-held": Words("이 카메라에 시행 중인 보존 조치가 없습니다."),
    "none-asked": Words("이 카메라에 대한 삭제 요청이 없습니다."),
    "exceptions-valid": Words("사용 중인 모든 예외가 유효합니다. 예외가 주장하는 내용은 확인하지 않았습니다."),
    "nothing-gained": Words("끝난 예외로 얻은 것이 남아 있지 않습니다."),
    "asked-and-gone": Words("삭제를 요청받은 것이 남아 있지 않습니다."),
    "pass": Words("적용되는 모든 규칙을 충족합니다."),
}

_BROKEN: Mapping[str, Words] = {
    "offender": Words("꺼져 있어야 하는 것이 켜져 있습니다.", _PLAN),
    "seen-on": Words("제2의 증인이 작동 중임을 확인했습니다.", _PLAN),
    "residue": Words("마지막으로 확인된 삭제 이전의 영상이나 한 번도 삭제되지 않은 영상이 남아 있습니다.", _DELETE),
    "never-deleted": Words("그곳에 저장된 것이 삭제되었음이 확인된 적이 없습니다.", _DELETE),
    "day-missed": Words("확인된 삭제 없이 달력상 하루가 지났습니다.", _DELETE),
    "overdue": Words("마지막으로 확인된 삭제가 허용된 기간보다 오래되었습니다.", _DELETE),
    "returned": Words(
        "삭제가 확인된 영상이 다시 목록에 있습니다.",
        "누가 복원했는지 또는 무엇이 되돌리는지 찾은 뒤 다시 삭제하고 확인하세요.",
    ),
    "kept-too-long": Words("허용된 기간보다 오래 보관하는 것이 있습니다.", _PLAN),
    "kept-too-short": Words(
        "영상을 의무 기간보다 짧게 보관합니다.",
        "기기의 보관 기간을 규칙이 정한 시간으로 맞춘 뒤 vmsguard check를 실행하세요.",
    ),
    "clock-off": Words(
        "기기의 시계가 허용 오차를 벗어났습니다.",
        "기기의 시계나 시각 서버를 맞춘 뒤 vmsguard check를 실행하세요.",
    ),
    "listed-maker": Words(
        "규칙이 배제하는 제조사의 기기입니다.",
        "기기를 교체하거나, 배제가 적용되지 않는 이유를 기록하세요.",
    ),
    "too-many-faces": Words(
        "허용된 수보다 많은 얼굴이 등록되어 있습니다.",
        "한도에 맞을 때까지 갤러리에서 얼굴을 삭제한 뒤 vmsguard check를 실행하세요.",
    ),
    "open-access": Words(
        "기본 계정, 익명 접근, 로그인 없는 스트림처럼 필요 없는 접근 경로가 있습니다.",
        "기기에서 해당 계정과 서비스를 제거하거나 로그인을 요구하게 한 뒤 vmsguard check를 실행하세요.",
    ),
    "plain": Words("암호화되어 있지 않습니다.", "기기에서 암호화를 켠 뒤 vmsguard check를 실행하세요."),
    "unbounded": Words(
        "비교가 1:1 확인의 범위를 벗어납니다.",
        "한 사람을 한 기록과만 비교하도록 설정하거나 비교를 끄세요.",
    ),
    "not-one-to-one": Words(
        "1:1 확인만 허용되는 곳에서 여러 사람 가운데 얼굴을 찾습니다.",
        "한 사람을 한 기록과만 비교하도록 설정하거나 검색을 끄세요.",
    ),
    "recoverable": Words(
        "그곳에서 삭제한 것은 복구할 수 있습니다.",
        "더 강한 방식으로 삭제하도록 설정하거나, 그렇게 한다는 제조사의 진술을 등록하세요.",
    ),
    "out-of-bounds": Words(
        "예외의 범위를 벗어나 얼굴로 사람을 찾습니다.",
        "검색을 끄거나, 예외가 그 카메라와 시간을 명시하게 하세요.",
    ),
    "gallery-too-large": Words(
        "예외가 허용한 수보다 많은 얼굴을 찾습니다.",
        "예외가 정한 수에 맞을 때까지 갤러리에서 얼굴을 삭제한 뒤 vmsguard check를 실행하세요.",
    ),
    "enrolled-too-long": Words(
        "허용된 기간보다 오래 등록된 얼굴이 있습니다.",
        "기간이 지난 항목을 갤러리에서 삭제한 뒤 vmsguard check를 실행하세요.",
    ),
    "not-masked": Words(
        "가려야 하는 영역이 보입니다.",
        "모든 영상과 녹화를 가리도록 기기의 마스크를 설정한 뒤 vmsguard check를 실행하세요.",
    ),
    "not-limited": Words(
        "화면을 정해진 범위 안에 두는 제한이 없습니다.",
        "기기에 회전 한계나 프리셋을 설정한 뒤 vmsguard check를 실행하세요.",
    ),
    "not-shown": Words("촬영 중임이 표시되지 않습니다.", "표시 기능을 켠 뒤 vmsguard check를 실행하세요."),
    "untagged": Words("규칙에 필요한 속성이 인벤토리에 없습니다.", "해당 속성을 인벤토리에 기재하세요."),
    "abroad": Words("허용되지 않은 국가로 보내는 것이 있습니다.", _PLAN),
    "in-part": Words("이 통제 항목을 이루는 항목 가운데 하나를 충족하지 못했습니다.", _PLAN),
    "temperature-log": Words(
        "누구의 것인지 알 수 있는 정보와 함께 체온이 저장됩니다.",
        "기록을 끄거나 이름 및 출입 기록과 분리하고, 저장된 것을 삭제하세요.",
    ),
    "private-space": Words(
        "카메라가 사생활 공간을 비춥니다.", "카메라를 철거하거나 방향을 바꾼 뒤 인벤토리를 고치세요."
    ),
    "gained-left": Words("끝난 예외로 얻은 것이 남아 있습니다.", _DELETE),
    "rejected-left": Words("허가가 거부되었거나 늦은 사용에서 얻은 것이 남아 있습니다.", _DELETE),
    "exception-not-valid": Words("유효하지 않은 예외가 사용 중입니다.", _EXCEPTION),
    "request-open": Words("삭제를 요청받은 것이 아직 남아 있습니다.", _DELETE),
    "request-overdue": Words("삭제를 요청받은 것이 기한이 지나도록 남아 있습니다.", _DELETE),
    "hold-without-order": Words(
        "규칙이 요구하는 법적 명령 없이 영상을 보존하고 있습니다.",
        "법적 명령을 문서로 등록하고 보존 조치 파일에 적거나 보존을 해제하세요. 그동안 영상은 보존됩니다.",
    ),
    "held-in-place": Words(
        "보존 중인 영상이 현재의 데이터와 섞여 있습니다.",
        "보존 구간을 암호화하여 내보내고 그 사실을 기록한 뒤 나머지를 삭제하세요.",
    ),
    "held": Words(
        "보존 조치가 지키는 것만 남아 있습니다. 그동안 삭제 의무는 이행되지 않은 상태입니다.",
        "보존 구간을 암호화하여 내보내고 기록하거나 보존을 해제한 뒤 vmsguard apply를 실행하세요.",
    ),
    "fail": Words("충족하지 못한 규칙이 하나 이상 있습니다.", "카메라의 규칙을 확인하세요."),
    "conflict": Words(
        "규칙들이 서로 반대되는 것을 요구합니다.",
        "두 조항을 모두 읽고, 어느 것을 따를지 사람이 결정하여 배정을 바꾸세요.",
    ),
    "unknown": Words(
        "판정할 수 없는 규칙이 하나 이상 있으며, 충족하지 못한 것으로 확인된 규칙은 없습니다.", "규칙을 확인하세요."
    ),
}

_DOES_NOT_APPLY: Mapping[str, Words] = {
    "absent": Words("기능이 없음이 입증되었습니다."),
    "no-channel": Words("등록된 모든 녹화기의 목록이 완전하며 이 카메라를 가진 녹화기가 없습니다."),
    "not-in-use": Words("그곳에서는 얼굴로 사람을 찾지 않습니다."),
    "not-required": Words("그곳에 요구되는 것이 없습니다."),
    "fixed": Words("고정되어 있어 움직일 수 없습니다."),
    "out-of-scope": Words("규칙이 이 카메라에 적용되지 않음이 확인되었습니다."),
    "upcoming": Words("규칙의 근거가 아직 시행되지 않았습니다. 그 전에는 누구도 구속하지 않습니다."),
    "lapsed": Words("규칙의 근거가 더 이상 시행되지 않습니다."),
    "when-not-met": Words("규칙이 적용되는 조건이 충족되지 않음이 확인되었습니다."),
    "not-a-code": Words("이유가 정해진 코드가 아니어서 기록하지 않았습니다."),
    "not-applicable": Words("이 카메라에 적용되는 규칙이 없습니다."),
    "no-policy": Words(
        "카메라의 사이트에 배정된 정책이 없어 요구된 것이 없습니다.",
        "사이트에 정책을 배정하거나, 적용되지 않는 이유를 인벤토리에 적으세요.",
    ),
}

_UNDECIDED: Mapping[str, Words] = {
    "when-unknown": Words(
        "규칙이 적용되는지 알 수 없어 적용되는 것으로 판정했으며, 규칙에 어긋난다고는 할 수 없습니다.",
        "규칙이 말하는 조건을 기재하거나 읽히게 한 뒤 vmsguard check를 실행하세요.",
    ),
    "may-conflict": Words(
        "다른 규칙이 반대되는 것을 요구하며, 둘 다 적용되는지 알 수 없습니다.",
        "이를 가릴 속성과 값을 제공하세요. 둘 다 적용되면 사람이 결정해야 합니다.",
    ),
    "rung-unknown": Words(
        "규칙이 대신 요구하는 것이 이행되었는지도, 이행되지 않았는지도 확인되지 않았습니다.",
        "확인되지 않은 통제 항목을 찾아 부족한 것을 제공하세요.",
    ),
    "fallback-not-proven": Words(
        "끌 수 없다는 증거가 없어 대체 조치가 열리지 않습니다.",
        "관리자 로그인으로 vmsguard apply를 실행하세요. 확정적인 거부가 증거입니다. 또는 제조사의 서명된 진술을 "
        "등록하세요.",
    ),
    "gate-not-proven": Words(
        "출입 인증이 1:1로 비교한다는 것이 입증되지 않아 제안으로만 변경합니다.",
        "비교 방식을 입증하거나 사람이 변경을 승인하세요.",
    ),
    "not-certain": Words("규칙에 어긋나는지 확실하지 않습니다.", "판정에 부족한 것을 제공하세요."),
    "not-looked-at": Words(
        "확인했어야 할 최근 실행이 확인하지 않았습니다. 그때의 사실이 지금은 아닐 수 있습니다.",
        "그곳에서 vmsguard check를 실행하고 왜 확인되지 않았는지 알아보세요. 카메라가 없어졌다면 문서로 밝히세요.",
    ),
    "not-understood": LACKS_KO["not-understood"],
}

_EXCEPTIONS: Mapping[str, Words] = {
    "no-exception": Words("이 카메라를 지정한 예외가 없습니다.", "규칙을 지키거나 예외를 신청하세요."),
    "exception-elsewhere": Words("예외가 다른 규칙에 관한 것입니다.", _EXCEPTION),
    "exception-scope": Words("예외가 이 카메라를 지정하지 않습니다.", _EXCEPTION),
    "exception-self-approved": Words("예외를 작성자가 스스로 승인했습니다.", _EXCEPTION),
    "exception-incomplete": Words("예외에 그 유형이 요구하는 기재 사항이 빠져 있습니다.", _EXCEPTION),
    "exception-time": Words("예외의 시각을 쓸 수 없습니다.", _EXCEPTION),
    "exception-too-long": Words("예외가 그 유형의 최장 기간을 넘습니다.", _EXCEPTION),
    "exception-not-started": Words("예외가 아직 시작되지 않았습니다.", "시작될 때까지 규칙을 지키세요."),
    "exception-expired": Words("예외의 기간이 끝났습니다.", "규칙을 지키거나 새 예외를 신청하세요."),
    "exception-withdrawn": Words(
        "최근 실행에는 그런 예외가 더 이상 없습니다.", "규칙을 지키거나 예외를 다시 기재하세요."
    ),
    "exception-objective": Words("예외의 목적이 그 유형이 인정하는 것이 아닙니다.", _EXCEPTION),
    "exception-not-renewable": Words(
        "갱신할 수 없는 유형의 예외를 이어 가는 예외입니다.", "규칙을 지키거나 허가를 신청하세요."
    ),
    "authorisation-missing": Words("예외가 말하는 허가가 등록되어 있지 않습니다.", _PAPER),
    "authorisation-kind": Words("예외가 허가라고 말하는 것이 다른 종류의 문서입니다.", _PAPER),
    "authorisation-scope": Words("허가가 이 카메라를 포함하지 않습니다.", _PAPER),
    "authorisation-undated": Words("허가를 언제 신청했는지 적혀 있지 않습니다.", _PAPER),
    "authorisation-pending": Words("허가가 아직 결정되지 않았습니다.", "허가될 때까지 규칙을 지키세요."),
    "authorisation-not-requested": Words("허용된 시간 안에 허가를 신청하지 않았습니다.", _REQUEST),
    "authorisation-late": Words("허용된 시간이 지난 뒤에 허가를 신청했습니다.", _REQUEST),
    "authorisation-pending-too-long": Words("예외가 기다릴 수 있는 시간 안에 허가가 결정되지 않았습니다.", _REQUEST),
    "authorisation-refused": Words("허가가 거부되었습니다.", _REQUEST),
    "exception-in-use": Words("예외가 대신하고 있습니다."),
    "assessment-missing": Words("예외에 필요한 영향평가가 등록되어 있지 않습니다.", _ASSESSMENT),
    "assessment-kind": Words("영향평가가 규칙이 요구하는 것과 다른 종류입니다.", _ASSESSMENT),
    "assessment-scope": Words("영향평가가 이 카메라를 포함하지 않습니다.", _ASSESSMENT),
    "assessment-late": Words("영향평가가 사용이 시작된 뒤에 끝났습니다.", _ASSESSMENT),
    "consent-missing": Words("예외가 근거로 삼는 동의가 등록되어 있지 않습니다.", _CONSENT),
    "consent-kind": Words("예외가 동의 기록이라고 말하는 것이 다른 종류의 문서입니다.", _CONSENT),
    "consent-scope": Words("동의 기록이 이 카메라를 포함하지 않습니다.", _CONSENT),
    "consent-late": Words("동의 기록의 날짜가 예외가 시작된 뒤입니다.", _CONSENT),
    "assessor-not-independent": Words("영향평가를 운영자와 공급자로부터 독립된 기관이 하지 않았습니다.", _ASSESSMENT),
    "document-hash": Words("문서의 해시가 SHA-256이 아닙니다.", _PAPER),
    "document-not-yet": Words("문서에 아직 오지 않은 날짜가 적혀 있습니다.", _PAPER),
    "document-expired": Words("문서의 유효기간이 지났습니다.", _PAPER),
    "document-out-of-scope": Words("있는 문서가 이 카메라를 포함하지 않습니다.", _PAPER),
}

REASONS_KO: Mapping[str, Words] = {**LACKS_KO, **_HOLDS, **_BROKEN, **_DOES_NOT_APPLY, **_UNDECIDED, **_EXCEPTIONS}
