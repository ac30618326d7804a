"""The lock file as a run meets it: what is accepted, what is held back, and what that stops."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from vmsguard.engine.evaluate import Evaluation
from vmsguard.engine.not_accepted import hold_back
from vmsguard.model.results import Finding
from vmsguard.policy.lock.compare import HeldBack
from vmsguard.policy.lock.duties import duties_of
from vmsguard.run.fleet import Fleet
from vmsguard.state.store import State

__all__ = ["lock_findings", "only_accepted", "remember_lock"]

_GONE = "not-accepted: a lock was accepted here and vmsguard.lock is gone; put it back, or accept all that is here anew"
_STOPS = {
    "pack": "what it asks is only proposed",
    "plugin": "no change is sent to its targets, deletions that are due included",
}


def only_accepted(
    evaluations: tuple[Evaluation, ...], fleet: Fleet, state: State, now: datetime
) -> tuple[Evaluation, ...]:
    """The evaluations with what nobody accepted held back to proposals; accepted deletions go on."""
    lock = fleet.lock
    held = _without_the_file(fleet, state) if not lock.present and state.lock_digest() is not None else lock.held
    if not held.packs and not held.plugins:
        return evaluations
    return hold_back(
        evaluations,
        {one.camera: fleet.rules.get(fleet.inventory.cameras[one.camera].site, ()) for one in evaluations},
        held,
        now,
        enrolled={(duty.camera, duty.pack, duty.rule) for duty in state.duties(cameras=fleet.among)},
        targets=lock.behind_targets,
        controls=lock.behind_controls,
    )


def remember_lock(fleet: Fleet, state: State) -> None:
    """Keep that something was accepted here, and what: whoever removes the file does not thereby unlock all."""
    if not fleet.lock.present:
        return
    told = sorted(f"{one.kind}:{one.name}:{one.locked_sha256}" for one in fleet.lock.pinned)
    digest = hashlib.sha256("\n".join(told).encode()).hexdigest()
    if state.lock_digest() != digest:
        state.remember_lock(digest)


def _without_the_file(fleet: Fleet, state: State) -> HeldBack:
    """All is held back; deletions that cameras owe already go on where their pack is the one applied last."""
    packs = {rules.pack.id: rules.pack for site in fleet.rules.values() for rules in site}
    known = state.pack_contents()
    same = {name: pack for name, pack in packs.items() if name in known and known[name].sha256 == pack.digest}
    return HeldBack(
        packs=dict.fromkeys(packs, _GONE),
        kept={name: frozenset((duty.rule, duty.control) for duty in duties_of(pack)) for name, pack in same.items()},
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
