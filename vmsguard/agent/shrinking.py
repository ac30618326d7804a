"""An inventory that lost more than one in twenty of its cameras: a broken export must not end enforcement. Pure."""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["MOST_LOST", "lost_cameras", "shrank_too_far"]

MOST_LOST = 0.05


def lost_cameras(before: Collection[str], now: Collection[str], retired: Collection[str]) -> frozenset[str]:
    """Cameras that were enrolled, are not any more, and have no record of their disposal."""
    return frozenset(before) - frozenset(now) - frozenset(retired)


def shrank_too_far(before: Collection[str], now: Collection[str], retired: Collection[str]) -> bool:
    """Whether more than 5 % of the cameras that were enrolled are gone without a word."""
    return len(lost_cameras(before, now, retired)) > MOST_LOST * len(before)
