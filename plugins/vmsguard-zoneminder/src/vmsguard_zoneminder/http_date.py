"""The ``Date`` header of a reply as a moment."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

__all__ = ["moment_of"]


def moment_of(told: str) -> datetime | None:
    """The moment a ``Date`` header states; None where it states none, or none of a known zone (``-0000``)."""
    try:
        found = parsedate_to_datetime(told)
    except (ValueError, OverflowError):
        # A year or an offset of twenty digits overflows before anybody sees that it is none.
        return None
    return None if found.tzinfo is None else found
