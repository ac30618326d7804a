"""What ``vmsguard state show`` tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vmsguard.state.store import State

__all__ = ["lines_of", "overview_of", "pause_line"]


def overview_of(state: State, now: datetime) -> dict[str, Any]:
    """As ``--format json`` prints it."""
    duties, work = state.duties(), state.all_work()
    return {
        "where": state.where,
        "schema": state.schema(),
        "latest_run": _utc(state.highest_time()),
        "duties": len(duties),
        "duties_overdue": sum(duty.next_due < now for duty in duties),
        "next_duty_due": _utc(duties[0].next_due if duties else None),
        "targets_with_work": len(work),
        "targets_due": sum(one.next_due <= now for one in work),
        "leases": sum(bool(one.owner) for one in work),
        "pauses": [
            {
                "scope": str(pause.scope),
                "name": pause.name,
                "by": pause.by,
                "until": _utc(pause.until),
                "duties": pause.duties,
            }
            for pause in state.pauses(now)
        ],
        "unsent_notices": state.unsent_count(),
        "rows": dict(state.row_counts()),
    }


def lines_of(overview: Mapping[str, Any]) -> Iterator[str]:
    """For people."""
    yield f"{'state':<16}{overview['where']}"
    yield f"{'schema':<16}{overview['schema']}"
    yield f"{'latest run':<16}{overview['latest_run'] or 'none yet'}"
    due = f", the next by {overview['next_duty_due']}" if overview["duties"] else ""
    yield f"{'duties':<16}{overview['duties']}, {overview['duties_overdue']} overdue{due}"
    yield f"{'targets':<16}{overview['targets_with_work']}, {overview['targets_due']} due, {overview['leases']} leased"
    for pause in overview["pauses"]:
        yield f"{'paused':<16}{pause_line(pause)}"
    yield f"{'notices':<16}{overview['unsent_notices']} to send"
    for table, count in overview["rows"].items():
        if count:
            yield f"  {table:<22}{count:>8}"


def pause_line(pause: Mapping[str, Any]) -> str:
    """What stands still, who said so, and until when."""
    where = f"{pause['scope']} {pause['name']}" if pause["name"] else "everywhere"
    until = f"until {pause['until']}" if pause["until"] else "until it is resumed"
    duties = ", deletions too" if pause["duties"] else ""
    return f"{where} by {pause['by']} {until}{duties}"


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")
