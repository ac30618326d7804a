"""What the verification of the log means for the reader of the report."""

from __future__ import annotations

from msgspec import Struct

from vmsguard.report.model import Integrity, Report
from vmsguard.report.page.page_words import plural

__all__ = ["Banner", "banner", "not_proven", "proven"]

_TAMPERED, _INCOMPLETE = 1, 2


class Banner(Struct, frozen=True):
    """``css`` is ``intact``, ``tampered``, ``incomplete`` or ``undecided``; each also has a symbol of its own."""

    css: str
    symbol: str
    headline: str
    meaning: str


_BANNERS = {
    0: Banner(
        "intact",
        "direct",
        "The evidence is intact and complete.",
        "Every record is covered by a signature that your trust file accepts, none is missing, and everything "
        "the log announced is there.",
    ),
    _TAMPERED: Banner(
        "tampered",
        "fail",
        "The evidence has been tampered with.",
        "Records, their order or a signed head do not fit together. Do not rely on any figure below: they are shown "
        "as they were found, so that the damage can be examined.",
    ),
    _INCOMPLETE: Banner(
        "incomplete",
        "unknown",
        "The evidence is incomplete.",
        "No change to a signed record was found, but something that the log announced is missing, or its last records "
        "are not signed. What is missing could change the figures below.",
    ),
}
_UNDECIDED = Banner(
    "undecided",
    "unknown",
    "It could not be decided whether the evidence is genuine.",
    "No tampering was found, yet a key, a signature or a needed witness was missing to say more. "
    "Treat the figures below as the operator’s own statement.",
)


def banner(integrity: Integrity) -> Banner:
    """The banner for a verdict; a code that this version does not know counts as undecided."""
    return _BANNERS.get(integrity.exit_code, _UNDECIDED)


def _empty(integrity: Integrity) -> bool:
    return integrity.size == 0


def proven(report: Report) -> tuple[str, ...]:
    """What a reader may rely on, for exactly this verification."""
    integrity = report.integrity
    if integrity.exit_code == _TAMPERED or _empty(integrity):
        return ()
    told = []
    if integrity.trusted and integrity.signed_size:
        told.append(
            f"Since they were signed, none of the first {plural(integrity.signed_size, 'record')} was changed, "
            "removed, added or put in another order. This is arithmetic and needs no trust in vmsguard."
        )
    for anchor in integrity.anchors:
        if anchor.verified:
            who = "A witness outside" if anchor.kind == "witness" else "A timestamping authority outside"
            told.append(
                f"{who} vouches for the first {plural(anchor.size, 'record')} as they stood then: not even the "
                "operator can rewrite those unseen."
            )
            break
    if integrity.exit_code == 0:
        told.append("Every check that a run announced has its verdict, and every change it began has its result.")
    told.append(
        "Each verdict here is a record of the log, with its number beside it. It says what was seen then, and how "
        "it is known."
    )
    return tuple(told)


def not_proven(report: Report) -> tuple[str, ...]:
    """What no verification can show, or this one did not; never empty."""
    integrity = report.integrity
    told = []
    if integrity.exit_code == _TAMPERED:
        told.append("Anything else in this report: the log it was made from does not hold together.")
    if not integrity.trusted:
        told.append(
            "Who wrote this log. The report was made without a trust file, so no signature was checked against a key "
            "that you hold."
        )
    unsigned = integrity.size - integrity.signed_size
    if integrity.trusted and unsigned > 0:
        told.append(f"The last {plural(unsigned, 'record')}: no accepted signature covers them yet.")
    if not any(anchor.verified for anchor in integrity.anchors):
        told.append(
            "That this is the only version of the log. No outside anchor was verified, so whoever holds the signing "
            "key could have written a different history."
        )
    told += [
        "That what was recorded is true. The log shows what the program saw; a device may lie, which is why verdicts "
        "say how they are known, and “observed” means that a second source agreed.",
        "Anything about a camera that nobody enrolled. A pass means off on the enrolled devices and recorders, never "
        "“off everywhere”.",
        "What happened between two looks. A verdict holds for the moment it was made.",
        "That this page was not edited after it was made: it is a view and is not signed. Make it again from the log, "
        "with the command below, and compare.",
    ]
    return tuple(told)
