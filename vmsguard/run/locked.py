"""The lock file as a run meets it: what is accepted, what is held back, and what that stops."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from vmsguard.engine.evaluate import Evaluation
from vmsguard.engine.not_accepted import hold_back
from vmsguard.model.results import Finding
from vmsguard.run.fleet import Fleet
from vmsguard.state.store import State

__all__ = ["lock_findings", "only_accepted"]

_STOPS = {
    "pack": "what it asks is only proposed",
    "plugin": "no change is sent to its targets, deletions that are due included",
}


def only_accepted(
    evaluations: tuple[Evaluation, ...], fleet: Fleet, state: State, now: datetime
) -> tuple[Evaluation, ...]:
    """The evaluations with what nobody accepted held back to proposals; accepted deletions go on."""
    lock = fleet.lock
    if not lock.held.packs and not lock.held.plugins:
        return evaluations
    return hold_back(
        evaluations,
        {one.camera: fleet.rules.get(fleet.inventory.cameras[one.camera].site, ()) for one in evaluations},
        lock.held,
        now,
        enrolled={(duty.camera, duty.pack, duty.rule) for duty in state.duties()},
        targets=lock.behind_targets,
        controls=lock.behind_controls,
    )


def lock_findings(fleet: Fleet) -> Iterator[Finding]:
    """One for each pack and plugin that waits to be accepted, and for each accepted deletion that stopped."""
    lock = fleet.lock
    for one in lock.pinned:
        if one.holds_back:
            _, _, told = one.blocker.partition(": ")
            yield Finding(
                code="not-accepted",
                subject=one.name,
                message=f"{told}; {_STOPS[one.kind]}",
                next_step=f"look at vmsguard policy lock, then vmsguard policy lock --accept {one.name} --by ROLE",
            )
    for pack, duties in sorted(lock.held.stopped.items()):
        for duty in duties:
            yield Finding(
                code="duty-stopped",
                subject=pack,
                message=f"the deletion accepted for {duty.rule} ({duty.control}) is not stated as it was: "
                "nothing is deleted for it by itself",
                next_step=f"accept {pack}, or put the accepted version back; overdue deletions are proposed meanwhile",
            )
