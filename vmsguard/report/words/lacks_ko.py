"""What an unknown verdict lacks, in Korean; the English texts are in ``lacks``."""

from __future__ import annotations

from collections.abc import Mapping

from vmsguard.model.vocabulary import Why
from vmsguard.report.words.wording import Words

__all__ = ["LACKS_KO"]

LACKS_KO: Mapping[str, Words] = {
    Why.NOT_READ.value: Words(
        "판정에 필요한 것을 아무도 읽지 않았습니다.",
        "vmsguard check를 실행하세요. 그래도 같으면 통제 항목 설명에서 무엇을 읽는지 확인하세요.",
    ),
    Why.NO_DRIVER_FACT.value: Words(
        "이 제품의 드라이버는 통제 항목이 읽는 값을 제공하지 않습니다.",
        "vmsguard plugins list에서 드라이버가 읽을 수 있는 것을 확인하고, 다른 드라이버를 쓰거나 규칙이 인정하는 "
        "경우 날짜가 있는 문서를 등록하세요.",
    ),
    Why.UNREACHABLE.value: Words(
        "대상 기기가 쓸 수 있는 응답을 하지 않았습니다.",
        "vmsguard를 실행하는 곳에서 기기에 전원과 네트워크로 접속할 수 있는지 확인한 뒤 vmsguard check를 실행하세요.",
    ),
    Why.AUTH.value: Words(
        "대상 기기가 로그인을 거부했습니다.",
        "로그인 비밀 정보를 고치고 먼저 기기 한 대에서 시험한 뒤 vmsguard check를 실행하세요.",
    ),
    Why.NO_SECRET.value: Words(
        "로그인이 가리키는 비밀 정보를 찾을 수 없습니다.",
        "인벤토리에 적힌 비밀 정보를 제공한 뒤 vmsguard doctor를 실행하세요.",
    ),
    Why.FAULT.value: Words(
        "대상 기기가 오류로 답했으며, 그 오류로는 기능이 있는지 없는지 알 수 없습니다.",
        "기기의 로그와 펌웨어를 확인한 뒤 vmsguard check를 실행하세요.",
    ),
    Why.PROTOCOL.value: Words(
        "대상 기기의 응답이 질문에 대한 답이 아닙니다.",
        "등록된 주소와 드라이버가 제품에 맞는지 확인하고, 제조사에 펌웨어를 문의하세요.",
    ),
    Why.INCOMPLETE.value: Words(
        "빠짐없어야 하는 목록이 완전하지 않습니다.",
        "로그인에 모든 것을 볼 권한을 주거나, 목록에 나오지 않은 것을 등록하세요.",
    ),
    Why.FABRICATED.value: Words(
        "대상 기기는 존재할 수 없는 동작에도 성공이라고 답하므로 그 말은 증거가 되지 않습니다.",
        "제조사에 사실대로 답하는 펌웨어를 요청하고, 그때까지는 제2의 증인으로 확인하세요.",
    ),
    Why.UNSUPPORTED_UNPROVEN.value: Words(
        "기능이 없는 것으로 보이나 입증되지 않았습니다.",
        "관리자 로그인으로 읽거나, 이 펌웨어에 관한 제조사의 서명된 진술을 등록하세요.",
    ),
    Why.NOT_ATTRIBUTED.value: Words(
        "판정에 필요한 속성이 인벤토리에 없습니다.",
        "카메라나 그룹의 속성으로 인벤토리에 기재하세요. 어느 속성인지는 vmsguard policy explain이 알려 줍니다.",
    ),
    Why.NO_DOCUMENT.value: Words(
        "규칙이 요구하는 문서가 등록되어 있지 않거나 필요한 내용이 없습니다.",
        "해시와 날짜를 갖춘 문서를 등록한 뒤 vmsguard check를 실행하세요.",
    ),
    Why.NO_RECORDER.value: Words(
        "사이트에 등록된 녹화기가 없고, 녹화기가 없다는 문서도 없습니다.",
        "사이트의 녹화기를 등록하거나, 녹화기가 없음을 밝히는 날짜가 있는 문서를 등록하세요.",
    ),
    Why.NO_ENDPOINT.value: Words(
        "통제 항목을 읽을 수 있는 등록된 지점이 카메라에 없습니다.",
        "인벤토리에서 카메라에 필요한 역할(device, recorder, relay)의 지점을 추가하세요.",
    ),
    Why.CONTRADICTED.value: Words(
        "두 증인의 말이 서로 다릅니다.",
        "기기를 직접 확인하세요. 둘 중 하나는 사실이 아닙니다.",
    ),
    Why.STALE.value: Words(
        "알려진 내용이 너무 오래되었습니다. 다시 확인했어야 할 때 아무도 확인하지 않았습니다.",
        "그곳에서 vmsguard check를 실행하고, 왜 확인되지 않았는지 알아보세요.",
    ),
    Why.BREAKER_OPEN.value: Words(
        "여러 기기가 이 로그인을 거부하여 더 시도하지 않았습니다. 거부가 반복되면 계정이 잠깁니다.",
        "비밀 정보를 고치세요. 한 기기가 받아들이면 나머지도 다시 시도합니다.",
    ),
    Why.PLUGIN.value: Words(
        "이 기기를 담당하는 플러그인을 불러오지 못했거나 플러그인이 실패했습니다.",
        "vmsguard plugins check에서 이유를 확인하고 플러그인을 갱신하거나 고치세요.",
    ),
    Why.CLOCK.value: Words(
        "대상 기기의 시계를 믿을 수 없어, 기기가 말하는 시각은 증거가 되지 않습니다.",
        "기기의 시계나 시각 서버를 맞춘 뒤 vmsguard check를 실행하세요.",
    ),
    Why.BASIS.value: Words(
        "알려져 있으나 규칙이 요구하는 것보다 약한 근거입니다.",
        "기기에서 직접 읽거나 제2의 증인이 확인하게 하세요. 설명서의 말로는 부족합니다.",
    ),
    Why.CERTIFICATE.value: Words(
        "기기가 정해진 것과 다른 인증서를 제시하여 아무것도 보내지 않았습니다.",
        "기기에서 직접 인증서를 대조한 뒤 vmsguard trust show와 vmsguard trust accept를 실행하세요.",
    ),
    Why.LOGIN_WEAKENED.value: Words(
        "기기가 이전보다 약한 방식의 로그인을 요구하여 로그인 정보를 보내지 않았습니다.",
        "기기에서 이유를 알아보세요. 약한 방식이 의도된 것이면 대상의 auth 옵션을 설정하세요.",
    ),
    Why.OUT_OF_TIME.value: Words(
        "기기가 응답은 했으나 너무 느려, 한 기기에 허용된 시간 안에 다 읽지 못했습니다.",
        "기기와 회선을 살펴보세요. 시간이 더 필요한 기기라면 인벤토리의 limits.session_seconds를 늘리세요.",
    ),
    "not-stated": Words(
        "기록에 무엇이 부족한지 적혀 있지 않습니다.",
        "현재 버전으로 vmsguard check를 실행하세요. 그 기록에는 적힙니다.",
    ),
    "not-understood": Words(
        "기록에 이 버전이 모르는 말이 있어 확인 불가로 봅니다.",
        "로그를 기록한 버전이나 더 새로운 버전으로 보고서를 만드세요.",
    ),
}
