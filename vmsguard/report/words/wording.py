"""Stable codes of the log in a reader's words: a sentence, and what to do next.

The texts stand in one module per family (``words_reasons``, ``words_lacks``, ``words_findings``,
``words_absences``), so that another language can stand beside them. A code that no text knows comes from
a newer version or a plugin; it is shown as it is, never dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["Words", "look_up"]


class Words(NamedTuple):
    """A sentence, and the next step in another; the step is empty where nothing is to be done."""

    told: str
    next_step: str = ""


def look_up(family: Mapping[str, Words], code: str) -> Words:
    """The words for ``code``; for one that is not known, words that show it."""
    known = family.get(code)
    if known is not None:
        return known
    if not code:
        return Words("The record gives no reason.", "Look the record up with vmsguard evidence show.")
    return Words(
        f"Reason {code}: this version has no words for it.",
        "Look it up in the documentation of the version or plugin that wrote the log.",
    )
