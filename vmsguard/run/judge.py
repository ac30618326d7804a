"""Observe, look for oneself, merge, evaluate and plan: one judgement of a fleet at one moment."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from vmsguard.engine.due import with_due_purges
from vmsguard.engine.evaluate import Evaluation, evaluate
from vmsguard.engine.findings import fleet_findings
from vmsguard.engine.order import SendingPlace
from vmsguard.engine.plan import Claims, in_one_plan, plan_changes
from vmsguard.engine.wanted import wanted_facts
from vmsguard.model.facts import Fact, FactKey
from vmsguard.model.inventory import Camera
from vmsguard.model.ledger import Deletion, HeldPurge
from vmsguard.model.plan import Plan, PlannedChange
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
from vmsguard.run.known_before import KnownBefore, of_targets
from vmsguard.run.locked import lock_findings, only_accepted, remember_lock
from vmsguard.run.match import RecorderChannels, recorder_channels
from vmsguard.run.observe import TargetObservation, observe_targets
from vmsguard.run.plan_file import with_digest
from vmsguard.run.sightings import Seen, look_for_ourselves
from vmsguard.run.time_notices import time_notices
from vmsguard.run.trust_kept import keep_trust, trust_findings

__all__ = [
    "Judged",
    "claims_of",
    "findings_on_all",
    "judge",
    "judge_what_was_seen",
    "owners_in",
    "wanted_by",
]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A judgement with all that it rests on."""

    at: datetime
    observations: Mapping[str, TargetObservation]
    seen: Seen
    snapshots: Mapping[str, CameraSnapshot]
    evaluations: tuple[Evaluation, ...]
    plan: Plan
    changes: tuple[tuple[SendingPlace, PlannedChange], ...] = ()
    """Those of the plan, each with its place in the plan of the whole fleet."""
    of_all: tuple[Finding, ...] = ()
    """What is told once for the run: of packs, exceptions, holds and the clock."""
    of_fleet: tuple[Finding, ...] = ()
    of_trust: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (*self.of_all, *self.of_fleet, *self.of_trust)

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
    """The judgement of a fleet from fresh sessions, all of it at once.

    With ``again`` and ``before`` only those targets are opened anew and every witness of theirs looks
    again; the rest stands as it was seen earlier in the same run. Without ``remember`` nothing that was seen
    is kept for later runs: what nobody records must not be relied on either.
    """
    wanted = wanted_by(fleet)
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
    about = None if fleet.among is None else observations.keys()
    known = KnownBefore.of(equipment.state, equipment.clock.now(), about, fleet.among)
    judged = judge_what_was_seen(
        fleet,
        equipment,
        run,
        fleet.cameras,
        observations,
        seen,
        known=known,
        recorders=recorder_channels(fleet.inventory, observations),
        claimants=fleet.inventory.cameras.values(),
        owners=owners_in(fleet),
        remember=remember,
    )
    return dataclasses.replace(judged, of_all=findings_on_all(fleet, judged, known.latest))


def wanted_by(fleet: Fleet) -> frozenset[str]:
    """The facts that some rule of the fleet reads."""
    everywhere = {rules for site in fleet.rules.values() for rules in site}
    return frozenset(name for rules in everywhere for name in wanted_facts([rules]))


def owners_in(fleet: Fleet) -> frozenset[str]:
    """The targets that own the configuration of cameras of this run."""
    return frozenset(camera.managed_by for camera in fleet.cameras if camera.managed_by)


def findings_on_all(fleet: Fleet, judged: Judged, latest: datetime | None) -> tuple[Finding, ...]:
    """What is to be told once for the whole run; of snapshots it reads holds, exceptions and retention."""
    now = judged.at
    return (
        *lock_findings(fleet),
        *time_notices(fleet, judged.snapshots, now, latest),
        *exception_notices(judged.snapshots, now if latest is None else max(now, latest)),
    )


def judge_what_was_seen(
    fleet: Fleet,
    equipment: Instruments,
    run: str,
    cameras: Iterable[Camera],
    observations: Mapping[str, TargetObservation],
    seen: Seen,
    *,
    known: KnownBefore,
    recorders: Mapping[str, Sequence[RecorderChannels]],
    claimants: Iterable[Camera],
    owners: frozenset[str],
    remember: bool = True,
) -> Judged:
    """The judgement of cameras whose targets were all observed; other cameras of the run have none of these.

    ``recorders`` are those of the cameras' sites, ``claimants`` the cameras of the inventory that name one of the
    targets, in this run or not, ``owners`` those of the whole run.
    """
    state = equipment.state
    if remember:
        state.remember_sightings(seen.fresh)
        keep_trust(observations, seen.facts, equipment)
    now, latest = equipment.clock.now(), known.latest
    deletions, held = of_targets(known.deletions, observations), of_targets(known.held, observations)
    snapshots = assemble_snapshots(
        fleet.inventory,
        cameras,
        observations,
        now=now,
        deletions=deletions,
        held=held,
        proofs=with_known_firmware(of_targets(known.proofs, observations), observations, state.digest),
        papers_at=fleet.papers_at,
        witnessed=seen.facts,
        first_uses=known.first_uses,
        recorders=recorders,
    )
    snapshots = with_holds(snapshots, fleet, now, latest)
    # Before anything is judged: an assessment may already be late by what this very run sees.
    snapshots = with_first_uses(snapshots, fleet, state if remember else None, now)
    snapshots = with_standings(snapshots, fleet, now, latest)
    if remember:
        state.note_time(now)
        remember_lock(fleet, state)
    strange = fleet.lock.held.never_accepted
    evaluations = tuple(
        evaluate(fleet.rules.get(one.camera.site, ()), one, now, fleet.grants, unaccepted=strange)
        for one in snapshots.values()
    )
    if fleet.due:
        done: list[Deletion | HeldPurge] = [*deletions, *held]
        evaluations = with_due_purges(evaluations, snapshots, fleet.rules, fleet.due, done, now)
    evaluations = only_accepted(evaluations, fleet, state, now)
    near = {camera.id: camera for camera in claimants}
    kept = kept_in_place(fleet, now, latest, near.keys() | snapshots.keys())
    claims = replace(claims_of(near.values(), snapshots, observations), holds=kept)
    changes = plan_changes(
        evaluations,
        snapshots,
        claims,
        now=now,
        verbs=fleet.verbs,
        freezes=freezes_in_force(fleet.freezes, now),
        owners=owners,
    )
    merged = {key: fact for observation in observations.values() for key, fact in observation.facts.items()}
    changes = [(place, with_digest(planned, merged)) for place, planned in changes]
    looked_at = [fleet.inventory.targets[name] for name in observations]
    return Judged(
        at=now,
        observations=observations,
        seen=seen,
        snapshots=snapshots,
        evaluations=evaluations,
        changes=tuple(changes),
        plan=in_one_plan(changes, now=now, run=run),
        of_fleet=fleet_findings(evaluations, snapshots, claims),
        of_trust=tuple(trust_findings(looked_at, state.trusts(observations.keys()), observations)),
    )


def claims_of(
    claimants: Iterable[Camera],
    snapshots: Mapping[str, CameraSnapshot],
    observations: Mapping[str, TargetObservation],
) -> Claims:
    """Who claims which channel, and which channels each target lists; cameras outside this run count too."""
    claimed: dict[tuple[str, str], set[str]] = {}
    for snapshot in snapshots.values():
        for endpoint in snapshot.endpoints:
            claimed.setdefault((endpoint.target, endpoint.channel), set()).add(snapshot.camera.id)
    for camera in claimants:
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
