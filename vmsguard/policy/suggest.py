"""The nearest known word to one that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["did_you_mean"]

SHOWN = 8


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint: the nearest known word, or else what there is to choose from."""
    names = sorted(known)
    begun = [name for name in names if len(word) > 2 and name.startswith(word.lower())]
    if len(begun) == 1:
        return f"did you mean {begun[0]!r}?"
    near = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    if not names:
        return "none is known here"
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"known: {', '.join(names[:SHOWN])}{more}"
