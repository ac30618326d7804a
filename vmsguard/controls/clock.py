"""The target's clock: proofs of deletion are only as good as the times they rest on."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from msgspec import Struct

from vmsguard.controls.base import Control
from vmsguard.controls.judging import absent, failed, passed, unknown, unknown_from
from vmsguard.controls.view import View
from vmsguard.model.facts import Absent, Unknown
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Role, Why

__all__ = ["SecurityTimeSync", "TimeSyncParams"]


class TimeSyncParams(Struct, frozen=True, forbid_unknown_fields=True):
    """``tolerance``: how far the target's clock may be from ours."""

    tolerance: timedelta = timedelta(minutes=1)


class SecurityTimeSync(Control):
    id = "security.time.sync"
    roles = frozenset({Role.DEVICE, Role.RECORDER})
    Params = TimeSyncParams
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "The clock is right.",
        "ko": "시각이 정확하다.",
    }

    def reads(self, params: TimeSyncParams) -> frozenset[str]:
        return frozenset({"clock.skew_seconds"})

    def judge(self, params: TimeSyncParams, view: View) -> Outcome:
        seconds = int(params.tolerance.total_seconds())
        required = f"the clock is at most {seconds} s off"
        fact = view.fact("clock.skew_seconds")
        reading = fact.reading
        if isinstance(reading, Unknown):
            return unknown_from([fact], required)
        if isinstance(reading, Absent):
            return absent([fact], required, view)
        skew = reading.value
        if not isinstance(skew, int) or isinstance(skew, bool):
            return unknown(Why.PROTOCOL, "the answer is no number of seconds", required)
        if abs(skew) > seconds:
            return failed(f"clock-off: by {skew} s", required, found=f"{skew} s", basis=fact.basis)
        return passed("clock-right: within the tolerance", required, fact.basis, found=f"{skew} s")
