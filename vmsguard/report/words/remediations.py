"""The next step after a repair that did not mend a failing rule, by what became of it."""

from __future__ import annotations

from collections.abc import Mapping

from vmsguard.model.vocabulary import Remediation

__all__ = ["AFTER_REPAIR"]

AFTER_REPAIR: Mapping[str, str] = {
    Remediation.PLANNED.value: (
        "The change is planned: run vmsguard apply. Where it is only proposed, vmsguard plan says what stands in "
        "its way."
    ),
    Remediation.APPLIED.value: "The change was sent and is not proven yet: run vmsguard check.",
    Remediation.NO_EFFECT.value: (
        "The target said it was done, and a fresh look shows that it was not. Switch it off by hand as the "
        "product's manual says, then run vmsguard check."
    ),
    Remediation.REFUSED.value: (
        "The target refused the change. Unlock the function or use a login that may change it; else switch it off "
        "by hand, then run vmsguard check."
    ),
    Remediation.UNSUPPORTED.value: (
        "The target has no command for it. Switch it off by hand, record the maker's statement, or let the rule's "
        "fallback be done."
    ),
    Remediation.FAILED.value: (
        "The change failed: vmsguard evidence show --event apply tells how. Then run vmsguard apply again."
    ),
    Remediation.HELD.value: (
        "A hold keeps what is left. Export its window encrypted and record the export, or lift the hold; then run "
        "vmsguard apply."
    ),
    Remediation.ROLLED_BACK.value: "The change was taken back: find out why, then run vmsguard plan.",
}
