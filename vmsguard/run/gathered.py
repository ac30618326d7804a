"""What the end of a run needs of every camera, taken batch by batch: the rest is on the disk or gone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from msgspec.structs import replace

from vmsguard.engine.evaluate import Evaluation
from vmsguard.engine.findings import findings_in_order
from vmsguard.engine.order import SendingPlace
from vmsguard.engine.plan import in_one_plan
from vmsguard.model.facts import Fact, FactKey
from vmsguard.model.plan import PlannedChange
from vmsguard.model.results import Finding, Result
from vmsguard.model.snapshot import CameraSnapshot, TargetSeen
from vmsguard.model.truth import Truth
from vmsguard.run.duties import CONTROLS
from vmsguard.run.fleet import Fleet
from vmsguard.run.judge import Judged, findings_on_all
from vmsguard.run.observe import TargetObservation
from vmsguard.run.planned_pairs import PlannedPairs
from vmsguard.run.record import observation_entries, witness_entries
from vmsguard.run.remediation import with_remediation
from vmsguard.run.sightings import Seen
from vmsguard.run.spool import EntrySpool, ResultSpool
from vmsguard.run.standings import exposed
from vmsguard.state.store import State

__all__ = ["Gathered"]

_REACHED = TargetObservation(seen=TargetSeen(target=""))
"""Stands for every target that was read: what it told was used."""

_NO_FACTS: Mapping[FactKey, Fact] = {}
_NO_TARGETS: Mapping[str, TargetSeen] = {}


class Gathered:
    """Takes judgements of batches and gives back one of the whole fleet, without what they rest on.

    Results go to ``spool``, records of what was seen to ``observations`` and ``witnesses``. The plan is kept only
    where ``keep_plan`` says that somebody will read it.
    """

    def __init__(self, fleet: Fleet, state: State, spool: ResultSpool, *, keep_plan: bool) -> None:
        self._fleet, self._state, self._spool, self._keep_plan = fleet, state, spool, keep_plan
        self._sites = fleet.sites_of_targets
        self.pairs = PlannedPairs()
        self.observations, self.witnesses = EntrySpool(), EntrySpool()
        self.with_deletions: set[str] = set()
        """Cameras of which a rule asks for a deletion again and again."""
        self._seen: dict[str, TargetObservation] = {}
        self._snapshots: dict[str, CameraSnapshot] = {}
        self._evaluations: dict[str, Evaluation] = {}
        self._changes: list[tuple[SendingPlace, PlannedChange]] = []
        self._of_fleet: list[Finding] = []
        self._of_trust: list[Finding] = []
        self._scopes: dict[tuple[tuple[str, Truth], ...], Mapping[str, Truth]] = {}

    def take(self, judged: Judged) -> None:
        """Keep what is needed of one batch."""
        results = with_remediation(judged.results, [judged.plan], ())
        before = self._state.standings(among=judged.snapshots.keys())
        for camera, told in _by_camera(exposed(results, before, judged.at)):
            self._spool.put(camera, told)
            self.pairs.add(camera, told)
            if any(result.control in CONTROLS for result in told):
                self.with_deletions.add(camera)
        self.observations.put(observation_entries(judged.observations, self._sites))
        self.witnesses.put(witness_entries(judged.seen.looked))
        for name, observation in judged.observations.items():
            self._seen[name] = _REACHED if observation.reached else TargetObservation(seen=observation.seen)
        for name, snapshot in judged.snapshots.items():
            self._snapshots[name] = _thin(snapshot)
        for evaluation in judged.evaluations:
            self._evaluations[evaluation.camera] = self._thin_evaluation(evaluation)
        self._of_fleet += judged.of_fleet
        self._of_trust += judged.of_trust
        if self._keep_plan:
            self._changes += judged.changes

    def judged(self, at: datetime, run: str, latest: datetime | None) -> Judged:
        """The whole fleet as judged by ``at``; its results are in the spool, its observations say who was reached."""
        judged = Judged(
            at=at,
            observations=dict(sorted(self._seen.items())),
            seen=Seen(),
            snapshots=dict(sorted(self._snapshots.items())),
            evaluations=tuple(evaluation for _, evaluation in sorted(self._evaluations.items())),
            plan=in_one_plan(self._changes, now=at, run=run),
        )
        of_trust = sorted(self._of_trust, key=attrgetter("subject"))
        return _with_findings(
            judged, findings_on_all(self._fleet, judged, latest), findings_in_order(self._of_fleet), of_trust
        )

    def _thin_evaluation(self, evaluation: Evaluation) -> Evaluation:
        scope = self._scopes.setdefault(tuple(evaluation.in_scope.items()), evaluation.in_scope)
        return Evaluation(
            camera=evaluation.camera, in_scope=scope, upcoming=evaluation.upcoming, enforced=evaluation.enforced
        )


def _with_findings(
    judged: Judged, of_all: Iterable[Finding], of_fleet: Iterable[Finding], of_trust: Iterable[Finding]
) -> Judged:
    return dataclasses.replace(judged, of_all=tuple(of_all), of_fleet=tuple(of_fleet), of_trust=tuple(of_trust))


def _by_camera(results: Iterable[Result]) -> Iterator[tuple[str, list[Result]]]:
    for camera, told in groupby(results, key=attrgetter("camera")):
        yield camera, list(told)


def _thin(snapshot: CameraSnapshot) -> CameraSnapshot:
    """The camera with its holds and exceptions, and the facts that bear on whether a hold is at risk."""
    facts = _NO_FACTS
    if snapshot.holds:
        facts = {key: fact for key, fact in snapshot.facts.items() if key.name == "recording.retention"}
    return replace(snapshot, endpoints=(), facts=facts, targets=_NO_TARGETS, proofs=())
