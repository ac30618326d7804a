"""Whether ZoneMinder's daemons run, in which run state, and since when, as far as an account is told.

REST names no time at which they began. ``zmdc.pl status`` does, in local time, and 1.36 shows it to accounts whose
System right is exactly View (to administrators it refuses it); so does the log, until newer lines push it out of the
part that one request returns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from vmsguard.errors import DeviceFault, ProtocolViolation, Refused
from vmsguard_zoneminder import rows
from vmsguard_zoneminder.session import DENIED, Session

__all__ = ["RunningState", "began_in", "read_running_state", "since_in"]

_SINCE = re.compile(r"running since (\d\d/\d\d/\d\d \d\d:\d\d:\d\d)\b")
_BEGAN = "Server starting at "
_LINES = 300
"""What we ask for; 1.36.33 returns 100."""
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC).timestamp()


class RunningState(Struct, frozen=True):
    """What is told of the daemons; empty and None where nothing is."""

    word: str = ""
    """Such as ``running since 26/11/22 16:16:28, state 1``: compared with the last one, and never parsed."""
    began: datetime | None = None
    """When they began to run, by our clock."""


async def read_running_state(session: Session, system: str) -> RunningState:
    """What an account with the right ``system`` on the system is told.

    What cannot be read now leaves the word empty: half a word would differ from a whole one, and no restart is behind
    that. What the account may never read is left out of it.
    """
    try:
        daemons = await _daemons(session, system)
        active = await _active_states(session, system)
        began = None if system in ("None", "View") else await _began(session)
    except (DeviceFault, ProtocolViolation):
        return RunningState()
    states = f"state {'+'.join(map(str, active))}" if active else ""
    return RunningState(", ".join(filter(None, (daemons, states))), began)


async def _daemons(session: Session, system: str) -> str:
    if system == "View":
        try:
            told = await session.read(
                "host/daemonControl/zmwatch.pl/status.json", rows.DaemonReply, "daemons", needs="System=View"
            )
        except Refused as refusal:
            if refusal.code != DENIED:
                raise
        else:
            since = since_in(told.result)
            if since:
                return f"running since {since}"
    check = await session.read("host/daemonCheck.json", rows.DaemonReply, "daemons")
    return "running" if str(check.result) == "1" else "stopped"


async def _active_states(session: Session, system: str) -> list[int]:
    """Ids of the run states that are active: what they are called may be a person's or a room's name."""
    if system == "None":
        return []
    reply = await session.read("states.json", rows.StatesReply, "states", needs="System=View")
    return sorted(row.state.id for row in reply.states if row.state.is_active)


async def _began(session: Session) -> datetime | None:
    newest = {"limit": str(_LINES), "page": "1", "sort": "Id", "direction": "desc"}
    reply = await session.read("logs.json", rows.LogsReply, "logs", params=newest, needs="System=View")
    theirs = began_in(row.log for row in reply.logs)
    if theirs is None or session.skew_seconds is None:
        return None
    return theirs - timedelta(seconds=session.skew_seconds)


def since_in(told: object) -> str:
    """Since when a daemon runs, in ZoneMinder's local time as written; empty where it is not told."""
    found = _SINCE.search(told) if isinstance(told, str) else None
    return "" if found is None else found[1]


def began_in(lines: Iterable[rows.LogLine]) -> datetime | None:
    """When the daemons last began, of log lines in any order; None where no line tells."""
    times = [
        line.time_key
        for line in lines
        if line.component == "zmdc" and (line.message or "").startswith(_BEGAN) and line.time_key >= _EARLIEST
    ]
    try:
        return datetime.fromtimestamp(max(times), UTC) if times else None
    except (ValueError, OverflowError, OSError):  # no such year
        return None
