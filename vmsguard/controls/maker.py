"""Who made a device: a list of makers that funds may not be spent on. Observed, never enforced."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from vmsguard.controls.base import Control
from vmsguard.controls.judging import failed, passed, unknown
from vmsguard.controls.papers import valid_papers
from vmsguard.controls.view import View
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Basis, Role, Why

__all__ = ["InventoryVendorNotListed", "NotListedParams"]

_REQUIRED = "neither the brand nor the maker behind it is on the list"


class NotListedParams(Struct, frozen=True, forbid_unknown_fields=True):
    """``vendors``: names as devices tell them; one that is part of a told name matches."""

    vendors: tuple[str, ...]


class InventoryVendorNotListed(Control):
    """A listed brand fails. Another brand may be a listed maker's device under a new name, so it takes a
    paper of kind ``oem-evidence`` to pass."""

    id = "inventory.vendor.not_listed"
    roles = frozenset({Role.DEVICE, Role.RECORDER, Role.RELAY})
    Params = NotListedParams
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "No device comes from a listed maker.",
        "ko": "목록에 오른 제조사의 기기를 쓰지 않는다.",
    }

    def reads(self, params: NotListedParams) -> frozenset[str]:
        return frozenset()

    def judge(self, params: NotListedParams, view: View) -> Outcome:
        identity = view.identity
        told = "" if identity is None else identity.manufacturer
        stated = view.attribute("vendor")
        names = [name for name in (told, stated) if isinstance(name, str) and name]
        for name in names:
            listed = next((vendor for vendor in params.vendors if vendor.casefold() in name.casefold()), "")
            if listed:
                return failed(f"listed-maker: {listed}", _REQUIRED, found=listed)
        if not told:
            return unknown(Why.NOT_READ, "the target did not say who made it", _REQUIRED)
        papers = valid_papers(view, "oem-evidence")
        if papers:
            reason = "attested: oem-evidence provided, content and validity not checked"
            return passed(reason, _REQUIRED, Basis.ATTESTED, found=papers[0].id)
        return unknown(Why.NO_DOCUMENT, "a brand does not tell who built the device", _REQUIRED)
