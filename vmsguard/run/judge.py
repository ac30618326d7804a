"""Observe, look for oneself, merge, evaluate and plan: one judgement of a fleet at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from vmsguard.engine.due import with_due_purges
from vmsguard.engine.evaluate import Evaluation, evaluate
from vmsguard.engine.findings import fleet_findings
from vmsguard.engine.plan import Claims, make_plan
from vmsguard.engine.wanted import wanted_facts
from vmsguard.model.facts import Fact, FactKey
from vmsguard.model.inventory import Inventory
from vmsguard.model.ledger import Deletion, HeldPurge
from vmsguard.model.plan import Plan
from vmsguard.model.results import Finding, Result, Unreached, Upcoming
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.run.assemble import assemble_snapshots
from vmsguard.run.equipment import Instruments
from vmsguard.run.exception_notices import exception_notices
from vmsguard.run.exception_standings import with_standings
from vmsguard.run.firmware import with_known_firmware
from vmsguard.run.first_use import with_first_uses
from vmsguard.run.fleet import Fleet
from vmsguard.run.holds import freezes_in_force, kept_in_place, with_holds
from vmsguard.run.locked import lock_findings, only_accepted
from vmsguard.run.observe import TargetObservation, observe_targets
from vmsguard.run.plan_file import with_digests
from vmsguard.run.sightings import Seen, look_for_ourselves
from vmsguard.run.time_notices import time_notices
from vmsguard.run.trust_kept import keep_trust, trust_findings

__all__ = ["Judged", "claims_of", "judge"]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A judgement with all that it rests on."""

    at: datetime
    observations: Mapping[str, TargetObservation]
    seen: Seen
    snapshots: Mapping[str, CameraSnapshot]
    evaluations: tuple[Evaluation, ...]
    plan: Plan
    findings: tuple[Finding, ...]

    @property
    def results(self) -> tuple[Result, ...]:
        return tuple(result for evaluation in self.evaluations for result in evaluation.results)

    @property
    def upcoming(self) -> tuple[Upcoming, ...]:
        return tuple(told for evaluation in self.evaluations for told in evaluation.upcoming)

    @property
    def unreachable(self) -> tuple[Unreached, ...]:
        return tuple(
            Unreached(target, observation.seen.why, observation.seen.detail)
            for target, observation in sorted(self.observations.items())
            if observation.seen.why is not None
        )

    @property
    def facts(self) -> dict[FactKey, Fact]:
        """Every fact of a driver by key; what prior values are taken from."""
        return {key: fact for observation in self.observations.values() for key, fact in observation.facts.items()}


async def judge(
    fleet: Fleet,
    equipment: Instruments,
    run: str,
    *,
    again: frozenset[str] | None = None,
    before: Judged | None = None,
    remember: bool = True,
) -> Judged:
    """The judgement of a fleet from fresh sessions.

    With ``again`` and ``before`` only those targets are opened anew and every witness of theirs looks
    again; the rest stands as it was seen earlier in the same run. Without ``remember`` nothing that was seen
    is kept for later runs: what nobody records must not be relied on either.
    """
    everywhere = {rules for site in fleet.rules.values() for rules in site}
    wanted = frozenset(name for rules in everywhere for name in wanted_facts([rules]))
    targets = [target for target in fleet.targets if again is None or target.id in again]
    observations = await observe_targets(targets, fleet.inventory, wanted, fleet.facts, equipment)
    if before is not None:
        observations = {**before.observations, **observations}
    seen = await look_for_ourselves(
        fleet.inventory,
        observations,
        wanted,
        equipment,
        again=again or frozenset(),
        before=None if before is None else before.seen,
    )
    if remember:
        equipment.state.remember_sightings(seen.fresh)
        keep_trust(observations, seen.looked, equipment)
    now = equipment.clock.now()
    snapshots = assemble_snapshots(
        fleet.inventory,
        fleet.cameras,
        observations,
        now=now,
        deletions=equipment.state.deletions(),
        held=equipment.state.held_purges(),
        proofs=with_known_firmware(equipment.state.proofs(now), observations, equipment.state.digest),
        documents=fleet.documents,
        witnessed=seen.facts,
        first_uses=equipment.state.first_uses(),
    )
    latest = equipment.state.highest_time()
    snapshots = with_holds(snapshots, fleet, now, latest)
    # Before anything is judged: an assessment may already be late by what this very run sees.
    snapshots = with_first_uses(snapshots, fleet, equipment.state if remember else None, now)
    snapshots = with_standings(snapshots, fleet, now, latest)
    if remember:
        equipment.state.note_time(now)
    strange = fleet.lock.held.never_accepted
    evaluations = tuple(
        evaluate(fleet.rules.get(camera.site, ()), snapshots[camera.id], now, fleet.grants, unaccepted=strange)
        for camera in fleet.cameras
    )
    if fleet.due:
        done: list[Deletion | HeldPurge] = [*equipment.state.deletions(), *equipment.state.held_purges()]
        evaluations = with_due_purges(evaluations, snapshots, fleet.rules, fleet.due, done, now)
    evaluations = only_accepted(evaluations, fleet, equipment.state, now)
    claims = replace(claims_of(fleet.inventory, snapshots, observations), holds=kept_in_place(fleet, now, latest))
    plan = make_plan(
        evaluations,
        snapshots,
        claims,
        now=now,
        run=run,
        verbs=fleet.verbs,
        facts=fleet.facts,
        freezes=freezes_in_force(fleet.freezes, now),
    )
    merged = {key: fact for observation in observations.values() for key, fact in observation.facts.items()}
    return Judged(
        at=now,
        observations=observations,
        seen=seen,
        snapshots=snapshots,
        evaluations=evaluations,
        plan=with_digests(plan, merged),
        findings=(
            *lock_findings(fleet),
            *time_notices(fleet, snapshots, now, latest),
            *exception_notices(snapshots, now if latest is None else max(now, latest)),
            *fleet_findings(evaluations, snapshots, claims),
            *trust_findings(fleet.targets, equipment.state.trusts(), observations),
        ),
    )


def claims_of(
    inventory: Inventory, snapshots: Mapping[str, CameraSnapshot], observations: Mapping[str, TargetObservation]
) -> Claims:
    """Who claims which channel, and which channels each target lists; cameras outside this run count too."""
    claimed: dict[tuple[str, str], set[str]] = {}
    for snapshot in snapshots.values():
        for endpoint in snapshot.endpoints:
            claimed.setdefault((endpoint.target, endpoint.channel), set()).add(snapshot.camera.id)
    for camera in inventory.cameras.values():
        if camera.id not in snapshots:
            for ref in camera.endpoints:
                for channel in ref.channels:
                    claimed.setdefault((ref.target, channel), set()).add(camera.id)
    listed = {
        target: None if observation.listed is None else tuple(channel.id for channel in observation.listed)
        for target, observation in observations.items()
    }
    return Claims(
        cameras={place: tuple(sorted(cameras)) for place, cameras in claimed.items()},
        listed=listed,
    )
