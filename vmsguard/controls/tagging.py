"""Whether the inventory says enough of a camera for rules to select it."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from vmsguard.controls.base import Control
from vmsguard.controls.judging import failed, passed
from vmsguard.controls.view import View
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Basis, Role

__all__ = ["CompleteParams", "InventoryComplete"]


class CompleteParams(Struct, frozen=True, forbid_unknown_fields=True):
    """``attributes``: what must be stated; what rules select on most, unless they are named."""

    attributes: tuple[str, ...] = ("country", "modality", "operator", "space")


class InventoryComplete(Control):
    """An attribute nobody set keeps a camera in scope and its changes at proposals; here it is a failure."""

    id = "inventory.complete"
    roles = frozenset({Role.CAMERA})
    Params = CompleteParams
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "The inventory says what rules need to know of the camera.",
        "ko": "규칙 적용에 필요한 카메라의 속성이 모두 기록되어 있다.",
    }

    def reads(self, params: CompleteParams) -> frozenset[str]:
        return frozenset()

    def judge(self, params: CompleteParams, view: View) -> Outcome:
        required = f"the inventory states {', '.join(params.attributes)}"
        missing = tuple(name for name in params.attributes if view.attribute(name) is None)
        if missing:
            found = f"{len(missing)} not set"
            return failed(f"untagged: {', '.join(missing)}", required, left=missing, found=found, basis=Basis.ATTESTED)
        return passed("tagged: every attribute is set", required, Basis.ATTESTED)
