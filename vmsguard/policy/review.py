"""Whether a pack is due to be read again against its sources: it is applied all the same, and says so everywhere."""

from __future__ import annotations

from datetime import date

from vmsguard.model.pack import Pack

__all__ = ["review_notice", "review_overdue"]


def review_overdue(pack: Pack, today: date) -> bool:
    """Whether the day named under ``reviewed.next`` has passed; on the day itself there is still time."""
    return pack.reviewed_next < today


def review_notice(name: str, version: str, due: date) -> str:
    """The banner of an overdue pack, in one sentence."""
    return f"{name} {version} was to be read again by {due}; it is applied all the same"
