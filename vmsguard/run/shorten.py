"""Words of policy files and of ours, as long as a record may hold them."""

from __future__ import annotations

__all__ = ["LONGEST_WORDS", "shorten"]

LONGEST_WORDS = 512
"""What ``vmsguard.evidence.fields.Words`` allows."""


def shorten(words: str) -> str:
    """The words, or as much of them as fits with an ellipsis that shows that there was more."""
    return words if len(words) <= LONGEST_WORDS else f"{words[: LONGEST_WORDS - 1]}…"
