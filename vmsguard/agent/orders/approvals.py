"""Approvals of first deletions: so many recordings at one target, by a role, until a time; unsigned, kept in the state.

What was stored before the agent came may be wanted by somebody who was never asked. The first purge of a place
is therefore counted, and waits for a person's word; every later one is the duty's.
"""

from __future__ import annotations

from datetime import datetime

from vmsguard.model.standing_orders import Approval
from vmsguard.state.store import State

__all__ = ["approval_of_purge", "approved_count", "forget_approval"]

_COUNT = "at-most-"


def _what(target: str) -> str:
    return f"first-purge/{target}"


def approval_of_purge(target: str, count: int, by: str, at: datetime, expires: datetime) -> Approval:
    """Leave to delete at most so many recordings at a target for the first time."""
    return Approval(what=_what(target), digest=f"{_COUNT}{count}", by=by, at=at, expires=expires)


def approved_count(state: State, target: str, now: datetime) -> int | None:
    """The most that may be deleted at a target for the first time; None where nobody approved anything."""
    counts = [
        int(told)
        for one in state.approvals(_what(target), now)
        if (told := one.digest.removeprefix(_COUNT)) != one.digest and told.isdecimal()
    ]
    return max(counts, default=None)


def forget_approval(state: State, target: str) -> None:
    """The first deletion was verified: the approval has served."""
    state.drop_approvals(_what(target))
