"""How long to leave a target alone that did not answer. Pure. The duty's own clock goes on all the while."""

from __future__ import annotations

from vmsguard.agent.schedule.chance import fraction

__all__ = ["FIRST", "MOST", "retry_after"]

FIRST = 30.0
MOST = 3600.0
"""Seconds: an account that is locked, or a link that is down, gains nothing from more knocking."""

_DOUBLINGS = 16


def retry_after(attempt: int, seed: str, target: str) -> float:
    """Seconds until the next try after ``attempt`` failures in a row (1 is the first), between half and whole."""
    whole = min(MOST, FIRST * 2.0 ** min(max(attempt, 1) - 1, _DOUBLINGS))
    return whole * (0.5 + 0.5 * fraction(seed, target, str(attempt)))
