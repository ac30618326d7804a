"""How deletion is done: an entry that goes while its data stay on the disk is not gone."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import Struct

from vmsguard.controls.base import Control
from vmsguard.controls.deletion import known_stores
from vmsguard.controls.firmware import vendor_statements
from vmsguard.controls.judging import absent, fabricates, failed, listed, passed, unknown, unknown_from
from vmsguard.controls.view import View
from vmsguard.model.facts import Absent, Unknown
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Basis, Role, Why

__all__ = ["METHODS", "DeletionIrrecoverable", "IrrecoverableParams"]

METHODS = ("index-only", "file-system-delete", "overwrite", "crypto-erase")
"""From the one that leaves most behind to the one that leaves least."""


class IrrecoverableParams(Struct, frozen=True, forbid_unknown_fields=True):
    """``at_least``: the weakest method that will do; an index entry alone never does."""

    at_least: Literal["file-system-delete", "overwrite", "crypto-erase"]


class DeletionIrrecoverable(Control):
    """What a device says of its stores, or else what its maker states; nobody reads a disk to find out."""

    id = "deletion.irrecoverable"
    roles = frozenset({Role.DEVICE, Role.RECORDER})
    Params = IrrecoverableParams
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "What is deleted cannot be restored.",
        "ko": "삭제한 것은 복구할 수 없다.",
    }

    def reads(self, params: IrrecoverableParams) -> frozenset[str]:
        return frozenset({"stores", "deletion.methods"})

    def judge(self, params: IrrecoverableParams, view: View) -> Outcome:
        required = f"every store deletes by {params.at_least} at least"
        fact, told = view.fact("stores"), view.fact("deletion.methods")
        if isinstance(fact.reading, Absent):
            return absent([fact], required, view)
        stores, gaps, basis = known_stores(view, fact)
        if gaps and isinstance(fact.reading, Unknown):
            return unknown_from([fact], required)
        methods = listed(told)
        stated = {item.store: item.method for item in methods.values} if methods is not None else {}
        silent = [store.id for store in stores if stated.get(store.id) not in METHODS]
        by_maker = _by_maker(view) if silent else ""
        if by_maker:
            stated |= dict.fromkeys(silent, by_maker)
            silent, basis = [], Basis.VENDOR_MANIFEST
        if methods is not None and stores:
            basis = min(basis, told.basis)
        least = METHODS.index(params.at_least)
        weak = [store.id for store in stores if store.id not in silent and METHODS.index(stated[store.id]) < least]
        if weak:
            ways = ", ".join(f"{store} by {stated[store]}" for store in weak)
            return failed(f"recoverable: {ways}", required, offenders=weak, left=(*weak, *gaps), basis=basis)
        if silent and isinstance(told.reading, Unknown):
            return unknown_from([told], required, left=gaps)
        if silent or gaps:
            left = (*(f"how {store} deletes" for store in silent), *gaps)
            return unknown(Why.INCOMPLETE, "not every store is known to delete that way", required, left=left)
        if not stores and fabricates(view):
            return unknown(Why.FABRICATED, "an empty list from a target that answers anything", required)
        return passed("irrecoverable: every store deletes that way", required, basis)


def _by_maker(view: View) -> str:
    """The method that the maker states for the whole product; empty where none is stated."""
    told = (str(paper.details.get("deletion_method", "")) for paper in vendor_statements(view))
    return next((method for method in told if method in METHODS), "")
