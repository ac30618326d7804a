"""Holds on record: placed, lifted and ended, each once, as the cameras they name are judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from vmsguard.evidence.writer import EvidenceWriter
from vmsguard.model.pack import Hold
from vmsguard.run.fleet import Fleet
from vmsguard.run.judge import Judged
from vmsguard.state.store import State

__all__ = ["record_holds"]

Place = tuple[str, str]
Term = tuple[datetime, datetime | None]


def record_holds(log: EvidenceWriter, run: str, fleet: Fleet, judged: Judged, state: State) -> None:
    """Record what changed since each camera was judged last; evidence first, so that a crash repeats and loses none.

    A hold that was in force and is not any more ended at its time, or was lifted: its file is gone, names the
    camera no longer, or was given an end that nobody knew of before.
    """
    before = state.holds_in_force(fleet.among)
    now = {
        (hold.id, name): (hold.starts, hold.ends)
        for name, snapshot in judged.snapshots.items()
        for hold in snapshot.holds
    }
    known = {hold.id: hold for hold in fleet.holds}
    placed = {place: term for place, term in now.items() if before.get(place) != term}
    over = [place for place in before if place[1] in judged.snapshots and place not in now]
    for place in sorted(placed.keys() - before.keys()):
        _append(log, "hold.placed", run, place, placed[place], known)
    for place in sorted(over):
        term = before[place]
        ended = term[1] is not None and term[1] <= judged.at
        _append(log, "hold.expired" if ended else "hold.lifted", run, place, term, known)
    if placed or over:
        state.change_holds_in_force(placed, over)


def _append(log: EvidenceWriter, event: str, run: str, place: Place, term: Term, known: Mapping[str, Hold]) -> None:
    hold = known.get(place[0])
    log.append(
        event,
        run=run,
        hold=place[0],
        camera=place[1],
        starts=term[0],
        ends=term[1],
        approver="" if hold is None else hold.approver,
        reason_code=_reason(event, hold, place[1]),
    )


def _reason(event: str, hold: Hold | None, camera: str) -> str:
    """Why it was lifted."""
    if event != "hold.lifted":
        return ""
    if hold is None:
        return "hold-withdrawn"
    return "hold-ended-early" if camera in hold.cameras else "hold-narrowed"
