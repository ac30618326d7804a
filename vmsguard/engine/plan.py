"""Plan: the demands of many rules merged into changes, each with its causes, its mode and what stands in the way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter

from msgspec.structs import replace

from vmsguard.engine.blast import Claims, Neighbours, is_wide
from vmsguard.engine.conflicts import settle
from vmsguard.engine.demands import CONFLICT, Demand
from vmsguard.engine.evaluate import Evaluation
from vmsguard.engine.freezes import capped
from vmsguard.engine.held import held_at, leave_held
from vmsguard.engine.order import SendingPlace, placed
from vmsguard.engine.purges import footage_at, purge_blocker, purge_extent, without_named_twice, without_widening
from vmsguard.model.changes import Change, VerbSpec
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.manifest import Manifest, VerbSupport
from vmsguard.model.pack import Freeze
from vmsguard.model.plan import Cause, Plan, PlannedChange
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.vocabulary import Mode, Stage

__all__ = ["Claims", "in_one_plan", "make_plan", "plan_changes"]

_REACH = {Mode.AUDIT: 0, Mode.PROPOSE: 1, Mode.ENFORCE: 2}


def make_plan(
    evaluations: Sequence[Evaluation],
    snapshots: Mapping[str, CameraSnapshot],
    claims: Claims,
    *,
    now: datetime,
    run: str,
    verbs: Mapping[str, VerbSpec],
    facts: Mapping[str, FactSpec],
    freezes: Iterable[Freeze] = (),
) -> Plan:
    """What would be changed, in the order in which it would be sent; sends nothing, and asks nobody.

    Equal changes of several rules are one change with several causes, in the furthest mode any of them may
    go by itself. A change is ``enforce`` only where nothing stands in its way. ``freezes`` are those in force.
    """
    changes = plan_changes(evaluations, snapshots, claims, now=now, verbs=verbs, freezes=freezes)
    return in_one_plan(changes, now=now, run=run)


def in_one_plan(changes: Iterable[tuple[SendingPlace, PlannedChange]], *, now: datetime, run: str) -> Plan:
    """The plan of changes that were planned together or apart."""
    return Plan(id=run, made_at=now, changes=tuple(planned for _, planned in sorted(changes, key=itemgetter(0))))


def plan_changes(
    evaluations: Sequence[Evaluation],
    snapshots: Mapping[str, CameraSnapshot],
    claims: Claims,
    *,
    now: datetime,
    verbs: Mapping[str, VerbSpec],
    freezes: Iterable[Freeze] = (),
    owners: Collection[str] | None = None,
) -> list[tuple[SendingPlace, PlannedChange]]:
    """The changes of cameras that share no target with others of the run, each with its place in the whole plan.

    ``owners`` are the targets that own the configuration of some camera of the run; of these cameras where not given.
    """
    manifests = _manifests(snapshots.values())
    if owners is None:
        owners = {snapshot.camera.managed_by for snapshot in snapshots.values()} - {""}
    neighbours = Neighbours(claims, evaluations, snapshots)
    asked = (demand for evaluation in evaluations for demand in evaluation.demands)
    merged = _merge(capped(asked, freezes, snapshots), manifests)
    planned = [_planned(group, snapshots, manifests, owners, neighbours, verbs) for group in settle(merged, verbs)]
    planned = [_with_purge_in_order(change, planned, snapshots, now) for change in planned]
    after = {
        target: {support.verb: support.after for support in manifest.verbs} for target, manifest in manifests.items()
    }
    return placed(planned, after)


def _manifests(snapshots: Iterable[CameraSnapshot]) -> dict[str, Manifest]:
    return {
        target: seen.manifest
        for snapshot in snapshots
        for target, seen in snapshot.targets.items()
        if seen.manifest is not None
    }


def _merge(demands: Iterable[Demand], manifests: Mapping[str, Manifest]) -> list[list[Demand]]:
    """Demands by change; a change of the whole target asked for at two of its channels is one."""
    groups: dict[tuple[str, ...], list[Demand]] = {}
    for demand in demands:
        change = demand.change
        manifest = manifests.get(change.target)
        support = None if manifest is None else manifest.verb(change.verb)
        told = tuple(f"{key}={value}" for key, value in sorted(change.arguments.items()) if key != "cutoff")
        wide = support is not None and support.scope == "whole"
        channel = "" if wide else change.channel
        groups.setdefault((change.target, channel, change.verb, *told), []).append(demand)
    return without_named_twice(without_widening(groups.values()))


def _planned(
    demands: Sequence[Demand],
    snapshots: Mapping[str, CameraSnapshot],
    manifests: Mapping[str, Manifest],
    owners: Iterable[str],
    neighbours: Neighbours,
    verbs: Mapping[str, VerbSpec],
) -> PlannedChange:
    snapshot = snapshots[demands[0].camera]
    change = _widest(demands)
    spec = verbs.get(change.verb)
    manifest = manifests.get(change.target)
    support = None if manifest is None else manifest.verb(change.verb)
    scope = "channel" if support is None else support.scope
    asking = frozenset(demand.camera for demand in demands)
    # Who asks for it but may not have it by itself is a neighbour of those who may.
    free = frozenset(demand.camera for demand in demands if demand.free)
    holds = held_at(neighbours.claims, change, wide=is_wide(change, scope))
    change, held = leave_held(change, holds, support, footage_at(snapshot, change), snapshot)
    items, oldest = purge_extent(change, snapshot)
    barred = (
        # One cause that is in conflict bars the change for all: it would be sent for that one too.
        *(why for demand in demands for why in demand.blockers if why.startswith(f"{CONFLICT}:")),
        *_unsupported(demands, spec, support, manifest),
        *((held,) if held else ()),
        *("protected" for camera in sorted(asking) if snapshots[camera].camera.protected),
        *neighbours.blockers(change, scope, free or asking),
    )
    mode, blockers = _mode(demands, tuple(dict.fromkeys(barred)))
    return PlannedChange(
        change=change,
        causes=tuple(dict.fromkeys(Cause(one.camera, one.pack, one.rule, one.control) for one in demands)),
        mode=mode,
        stage=Stage.STORING if spec is None else spec.stage,
        owner_rank=0 if change.target in owners else 1,
        scope="whole" if is_wide(change, scope) else scope,
        blockers=blockers,
        destructive=spec is None or spec.destructive,
        items=items,
        oldest=oldest,
        cites=tuple(dict.fromkeys(key for demand in demands for key in demand.cites)),
        because=tuple(dict.fromkeys(demand.because for demand in demands if demand.because)),
        settle_seconds=1.0 if support is None else support.settle_seconds,
    )


def _widest(demands: Sequence[Demand]) -> Change:
    """The change to send: of two cutoffs the later one deletes what both ask for."""
    return max((demand.change for demand in demands), key=lambda change: change.arguments.get("cutoff", ""))


def _unsupported(
    demands: Sequence[Demand], spec: VerbSpec | None, support: VerbSupport | None, manifest: Manifest | None
) -> list[str]:
    change = demands[0].change
    if spec is None:
        return [f"unsupported: no plugin declares {change.verb}"]
    if support is not None:
        return []
    told = manifest.how_to_disable.get(demands[0].control, "") if manifest is not None else ""
    by_hand = f"; by hand: {told}" if told else ""
    return [f"unsupported: the driver has no {change.verb}{by_hand}"]


def _mode(demands: Sequence[Demand], barred: tuple[str, ...]) -> tuple[Mode, tuple[str, ...]]:
    """The furthest mode one of the demands may go by itself; blockers only where they hold it back."""
    furthest = max((demand.mode for demand in demands), key=_REACH.__getitem__)
    free = max((demand.mode for demand in demands if not demand.blockers), key=_REACH.__getitem__, default=Mode.PROPOSE)
    mode = Mode.PROPOSE if barred else free
    if mode is Mode.ENFORCE:
        return mode, ()
    held = () if furthest is not Mode.ENFORCE else tuple(blocker for one in demands for blocker in one.blockers)
    return Mode.PROPOSE, tuple(dict.fromkeys((*held, *barred)))


def _with_purge_in_order(
    planned: PlannedChange,
    others: Sequence[PlannedChange],
    snapshots: Mapping[str, CameraSnapshot],
    now: datetime,
) -> PlannedChange:
    """A purge for what was stored before waits until nothing stores any more."""
    if planned.stage is not Stage.PURGING or planned.mode is not Mode.ENFORCE:
        return planned
    blocker = purge_blocker(planned, others, snapshots, now)
    return planned if not blocker else replace(planned, mode=Mode.PROPOSE, blockers=(blocker,))
