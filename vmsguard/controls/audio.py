"""Sound: what takes it in, encodes it or records it beside the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.judging import Off, judge_off
from vmsguard.controls.offender_changes import stop_each
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Role

__all__ = ["AudioOff"]


def _sounds(source: Any) -> bool | None:
    """What a profile or recording takes sound from is on, muted or not: a mute is lifted without a trace."""
    return True if source.attached_to else source.enabled


_AUDIO = Off("audio source", _sounds, "no profile and no recording takes in sound")


class AudioOff(Control):
    """A muted microphone is no pass; one that nothing takes sound from is."""

    id = "audio.off"
    roles = frozenset({Role.DEVICE, Role.RECORDER, Role.RELAY})
    by_readings: ClassVar[bool] = True
    verbs: ClassVar[tuple[str, ...]] = ("audio.stop",)
    says: ClassVar = {
        "en": "No sound is taken in, sent or recorded.",
        "ko": "소리를 수집하거나 보내거나 녹음하지 않는다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"audio.sources"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        return judge_off(_AUDIO, view.layers("audio.sources"), view)

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return stop_each("audio.stop", "source", self.judge(params, view).offenders, view)
