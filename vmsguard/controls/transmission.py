"""Sending: live media on request, pushes, clouds, and receivers that recognise faces."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import ClassVar, Literal

from msgspec import Struct

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.judging import Off, judge_off, listed
from vmsguard.controls.offender_changes import stop_each
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.facts import Fact
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Layer, Role

__all__ = [
    "StreamOffParams",
    "TransmissionCloudOff",
    "TransmissionPushOff",
    "TransmissionStreamOff",
    "TransmissionToRecognitionOff",
]

SENDERS = frozenset({Role.DEVICE, Role.RECORDER, Role.RELAY})

_STREAM = Off("media service", attrgetter("enabled"), "no live media leaves on request")
_STREAM_BUT_LOCAL = Off(
    "media service",
    lambda service: False if service.kind == "local-display" else service.enabled,
    "no live media leaves over the network",
)
_PUSH = Off("push destination", attrgetter("enabled"), "no pictures or picture metadata are pushed out")
_CLOUD = Off("connection", attrgetter("connected"), "no connection to a vendor cloud, uplink or peer is open")
_RECOGNITION = Off("recognition consumer", attrgetter("connected"), "no receiver of the pictures recognises faces")

_RTSP = frozenset({"rtsp", "rtsps"})


class StreamOffParams(Struct, frozen=True, forbid_unknown_fields=True, rename={"except_": "except"}):
    """``except: [local-display]`` leaves a picture on the guard's own panel alone; any network stream is sending."""

    except_: tuple[Literal["local-display"], ...] = ()


class TransmissionStreamOff(Control):
    id = "transmission.stream.off"
    roles = SENDERS
    Params = StreamOffParams
    verbs: ClassVar[tuple[str, ...]] = ("stream.stop",)
    by_readings: ClassVar[bool] = True
    says: ClassVar = {
        "en": "Live pictures cannot be fetched over the network.",
        "ko": "실시간 영상을 네트워크로 가져갈 수 없다.",
    }

    def reads(self, params: StreamOffParams) -> frozenset[str]:
        return frozenset({"stream.services", "stream.answers", "snapshot.answers"})

    def judge(self, params: StreamOffParams, view: View) -> Outcome:
        facts = view.layers("stream.services")
        stream, snapshot = view.witness("stream.answers"), view.witness("snapshot.answers")
        seen_on = ""
        if stream is True:
            seen_on = "a media request is answered"
        elif snapshot is True:
            seen_on = "a snapshot request is answered"
        off = _STREAM_BUT_LOCAL if params.except_ else _STREAM
        if stream is not False:
            return judge_off(off, facts, view, seen_on=seen_on)
        probed = _RTSP | {"snapshot"} if snapshot is False else _RTSP
        return judge_off(off, facts, view, seen_on=seen_on, seen_off=True, for_runtime=_all_of(probed, facts))

    def enforce(self, params: StreamOffParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return stop_each("stream.stop", "service", self.judge(params, view).offenders, view)


def _all_of(probed: frozenset[str], facts: Sequence[Fact]) -> bool:
    """Whether the probes speak for every service that is set: RTSP says nothing of multicast or WebRTC."""
    stored = [listed(fact) for fact in facts if fact.key.layer is Layer.STORED]
    return all(
        items is not None and all(item.probed or item.kind in probed for item in items.values) for items in stored
    )


class TransmissionPushOff(Control):
    id = "transmission.push.off"
    roles = SENDERS
    verbs: ClassVar[tuple[str, ...]] = ("push.stop",)
    by_readings: ClassVar[bool] = True
    says: ClassVar = {
        "en": "Nothing sends pictures or picture data out by itself.",
        "ko": "영상이나 영상 정보를 스스로 외부로 보내지 않는다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"push.destinations"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        return judge_off(_PUSH, view.layers("push.destinations"), view)

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return stop_each("push.stop", "destination", self.judge(params, view).offenders, view, whole=True)


class TransmissionCloudOff(Control):
    id = "transmission.cloud.off"
    roles = SENDERS
    verbs: ClassVar[tuple[str, ...]] = ("cloud.disconnect",)
    by_readings: ClassVar[bool] = True
    says: ClassVar = {
        "en": "There is no connection to a vendor cloud, an uplink or a peer-to-peer service.",
        "ko": "제조사 클라우드, 업링크, P2P 서비스에 연결하지 않는다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"cloud.links"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        return judge_off(_CLOUD, view.layers("cloud.links"), view)

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return stop_each("cloud.disconnect", "link", self.judge(params, view).offenders, view, whole=True)


class TransmissionToRecognitionOff(Control):
    """Observed only: which receiver recognises faces is switched at the receiver, not at the sender."""

    id = "transmission.to_recognition.off"
    roles = SENDERS
    enforceable: ClassVar[bool] = False
    by_readings: ClassVar[bool] = True
    says: ClassVar = {
        "en": "No picture goes to a service that recognises faces.",
        "ko": "얼굴을 인식하는 서비스로 영상을 보내지 않는다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"recognition.consumers"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        return judge_off(_RECOGNITION, view.layers("recognition.consumers"), view)
