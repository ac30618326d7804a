"""Two writers, each undoing the other's changes: after three reversals by one system ours stop. Pure.

Deletions are no part of it: a duty does not end because somebody switches recording on again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from vmsguard.model.standing_orders import Reversal

__all__ = ["LIMIT", "WINDOW", "flapping_systems"]

LIMIT = 3
WINDOW = timedelta(hours=24)


def flapping_systems(reversals: Iterable[Reversal], now: datetime) -> tuple[str, ...]:
    """The systems that undid our changes three times or more within the last 24 hours, by name.

    Where nobody says who owns a configuration, the target itself is named.
    """
    recent = Counter(one.system or one.target for one in reversals if now - WINDOW < one.at <= now)
    return tuple(sorted(system for system, count in recent.items() if count >= LIMIT))
