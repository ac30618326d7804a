"""The nearest known word to one that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["did_you_mean", "nearest"]

SHOWN = 8


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """The known word that was probably meant, or none."""
    names = sorted(filter(None, known))
    lower = word.lower()
    begun = [
        name for name in names if min(len(word), len(name)) > 2 and (name.startswith(lower) or lower.startswith(name))
    ]
    if len(begun) == 1:
        return begun
    return difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.6)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint: the nearest known word, or else what there is to choose from."""
    names = sorted(filter(None, known))
    for near in nearest(word, names):
        return f"did you mean {near!r}?"
    if not names:
        return "none is known here"
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"known: {', '.join(names[:SHOWN])}{more}"
