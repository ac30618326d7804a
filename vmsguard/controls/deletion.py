"""Deletion as a duty: counted from the last verified one, over every store that holds personal data."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, ClassVar, Literal

from msgspec import Struct

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.device_clock import CLOCK, TOLERANCE, clock_error
from vmsguard.controls.firmware import vendor_statements
from vmsguard.controls.held import held_by, held_reason
from vmsguard.controls.judging import absent, failed, listed, passed, unknown, unknown_from, weakest
from vmsguard.controls.residue import before_cutoff, held_purges, last_cutoff, last_ended, purge, verified_deletions
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.fact_values import Store, StoredRecording, VerifiedDeletion
from vmsguard.model.facts import Absent, Fact, Unknown
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Basis, Role, Why

__all__ = ["DeletionDaily", "DeletionPeriodic", "PeriodicParams", "gap_of", "known_stores"]


class PeriodicParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``scope: all`` means every store on or behind the target, ``destinations`` every place it is sent to."""

    scope: Literal["all", "destinations"] = "all"
    max_gap: timedelta


class _PeriodicInZone(PeriodicParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    zone: tzinfo


class DeletionPeriodic(Control):
    """Two promises: no gap longer than allowed, and where that is a day, none of the calendar's days without one."""

    id = "deletion.periodic"
    roles = frozenset({Role.DEVICE, Role.RECORDER})
    Params = PeriodicParams
    verbs: ClassVar[tuple[str, ...]] = ("footage.purge",)
    says: ClassVar = {
        "en": "All that is stored is deleted again and again, on time, and the deletion is verified.",
        "ko": "저장된 모든 것을 정해진 주기 안에 삭제하고 삭제를 확인한다.",
    }

    def in_zone(self, params: PeriodicParams, zone: tzinfo) -> PeriodicParams:
        return _PeriodicInZone(scope=params.scope, max_gap=params.max_gap, zone=zone)

    def reads(self, params: PeriodicParams) -> frozenset[str]:
        if params.scope == "all":
            return frozenset({"stores", "deletion.verified", "footage.recordings", CLOCK})
        return frozenset({"storage.external", "push.destinations", "stream.services", "deletion.verified"})

    def judge(self, params: PeriodicParams, view: View) -> Outcome:
        return _judge_stores(params, view) if params.scope == "all" else _judge_destinations(params, view)

    def enforce(self, params: PeriodicParams, view: View, manifest: Manifest) -> Sequence[Change]:
        outcome = self.judge(params, view)
        if params.scope != "all" or not outcome.offenders:
            return ()
        stores, _, _ = known_stores(view, view.fact("stores"))
        footage = {store.id for store in stores if store.kind == "footage"}
        return (purge(view, view.now),) if footage.intersection(outcome.offenders) else ()


_DAY = timedelta(days=1)
_DAILY = PeriodicParams(scope="all", max_gap=_DAY)
_PERIODIC = DeletionPeriodic()


class _DailyInZone(NoParams, frozen=True, forbid_unknown_fields=True):
    zone: tzinfo


def _as_periodic(params: NoParams) -> PeriodicParams:
    return _PERIODIC.in_zone(_DAILY, params.zone) if isinstance(params, _DailyInZone) else _DAILY


class DeletionDaily(Control):
    """``deletion.periodic`` of every store with a gap of 24 hours, which a daily run breaks where clocks shift."""

    id = "deletion.daily"
    roles = DeletionPeriodic.roles
    verbs: ClassVar[tuple[str, ...]] = DeletionPeriodic.verbs
    says: ClassVar = {
        "en": "All that is stored is deleted at least every 24 hours, and the deletion is verified.",
        "ko": "저장된 모든 것을 적어도 24시간마다 삭제하고 삭제를 확인한다.",
    }

    def in_zone(self, params: NoParams, zone: tzinfo) -> NoParams:
        return _DailyInZone(zone)

    def reads(self, params: NoParams) -> frozenset[str]:
        return _PERIODIC.reads(_DAILY)

    def judge(self, params: NoParams, view: View) -> Outcome:
        return _PERIODIC.judge(_as_periodic(params), view)

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return _PERIODIC.enforce(_as_periodic(params), view, manifest)


def gap_of(control: str, params: Any) -> timedelta | None:
    """How long a control lets pass between two deletions; None for one that owes no deletion again and again."""
    if control == DeletionPeriodic.id:
        return params.max_gap if isinstance(params, PeriodicParams) else None
    return _DAILY.max_gap if control == DeletionDaily.id else None


def _required(params: PeriodicParams) -> str:
    what = "every store" if params.scope == "all" else "every place it is sent to"
    return f"{what} is emptied at least every {_hours(params.max_gap)}, verified"


def _hours(gap: timedelta) -> str:
    hours = gap / timedelta(hours=1)
    return f"{hours:g} hours"


def known_stores(view: View, fact: Fact) -> tuple[tuple[Store, ...], tuple[str, ...], Basis]:
    """The stores, what is missing from the list, and how it is known; a vendor's statement completes a list."""
    told = listed(fact)
    stores = () if told is None else told.values
    if told is not None and told.complete:
        return stores, (), fact.basis
    missing = "stores of the target" if told is None else told.missing or "stores the target does not list"
    named = [document for document in vendor_statements(view) if document.details.get("stores")]
    if not named:
        return stores, (missing,), fact.basis
    merged = {store.id: store for store in stores}
    # Each of them counts: of two statements neither is the whole truth, whatever the order of their files.
    for document in sorted(named, key=lambda one: one.id):
        for entry in document.details["stores"]:
            store = _store(entry)
            merged.setdefault(store.id, store)
    return tuple(merged.values()), (), Basis.VENDOR_MANIFEST


_KINDS = frozenset(
    {
        "destination",
        "entry-log",
        "exports",
        "face-records",
        "footage",
        "metadata",
        "snapshots",
        "temperature-log",
        "thumbnails",
        "trash",
    }
)


def _store(entry: Any) -> Store:
    """A store a vendor names: by its kind, by any other name of a place for footage, or as ``{id, kind}``."""
    if isinstance(entry, Mapping):
        return Store(str(entry["id"]), str(entry.get("kind", "footage")))
    name = str(entry)
    return Store(name, name if name in _KINDS else "footage")


def _judge_stores(params: PeriodicParams, view: View) -> Outcome:
    required = _required(params)
    fact = view.fact("stores")
    if isinstance(fact.reading, Absent):
        return absent([fact], required, view)
    stores, gaps, basis = known_stores(view, fact)
    ledger, deletions = verified_deletions(view)
    if deletions is None:
        return unknown_from([ledger], required, left=gaps)
    if gaps and isinstance(fact.reading, Unknown):
        return unknown_from([fact], required)
    late = _late(stores, deletions, params.max_gap, view)
    if late:
        kept = _kept(late, stores, params.max_gap, view)
        if kept:
            return failed(held_reason(kept), required, left=(*kept, *gaps), basis=basis)
        reason = f"never-deleted: {', '.join(late)} was never verified empty"
        if not any(told == "never" for told in late.values()):
            reason = f"overdue: {', '.join(f'{store} ({told})' for store, told in late.items())}"
        return failed(reason, required, offenders=tuple(late), left=(*late, *gaps), basis=basis)
    missed = {store.id: day for store in stores if (day := _missed_day(store, deletions, params, view))}
    if missed:
        return failed(_days_missed(missed), required, offenders=tuple(missed), left=gaps, basis=basis)
    returned = _returned(stores, deletions, view)
    if returned:
        reason = f"returned: footage from before its last verified deletion is listed again ({', '.join(returned)})"
        return failed(reason, required, offenders=returned, left=(*returned, *gaps), basis=basis)
    if gaps:
        return unknown(Why.INCOMPLETE, "not every store is known", required, left=gaps)
    ahead = tuple(
        store.id for store in stores if _ahead(last_cutoff(deletions, store.id, footage=store.kind == "footage"), view)
    )
    if ahead:
        return unknown(Why.CLOCK, _SET_BACK, required, left=ahead)
    if _undatable(view):
        return unknown(Why.CLOCK, "whether listed footage is new cannot be told by the target's clock", required)
    return passed("on-time: every store was verified empty within the gap", required, min(basis, ledger.basis))


def _late(
    stores: Sequence[Store], deletions: Sequence[VerifiedDeletion], max_gap: timedelta, view: View
) -> dict[str, str]:
    """Store id to ``never`` or how long ago; the clock runs from the cutoff of the last verified deletion."""
    late: dict[str, str] = {}
    for store in stores:
        cutoff = last_cutoff(deletions, store.id, footage=store.kind == "footage")
        if cutoff is None:
            late[store.id] = "never"
        elif view.now - cutoff > max_gap:
            late[store.id] = _hours(view.now - cutoff) + " ago"
    return late


_SET_BACK = "the last verified deletion is recorded later than now: the clock here was set back"


def _ahead(cutoff: datetime | None, view: View) -> bool:
    """A deletion that is still to come says nothing of how long ago the last one was."""
    return cutoff is not None and cutoff - view.now > TOLERANCE


def _days_missed(missed: Mapping[str, date]) -> str:
    return f"day-missed: not verified empty: {', '.join(f'{store} on {day}' for store, day in missed.items())}"


def _missed_day(store: Store, deletions: Sequence[VerifiedDeletion], params: PeriodicParams, view: View) -> date | None:
    """Yesterday, where a duty of a day was not met on it: a day may have 23 hours, in which no gap of 24 ends.

    Yesterday is the last day that is over; its hours are those of the pack's zone.
    """
    if not isinstance(params, _PeriodicInZone) or params.max_gap > _DAY:
        return None
    ended = last_ended(deletions, store.id, footage=store.kind == "footage")
    yesterday = view.now.astimezone(params.zone).date() - _DAY
    return yesterday if ended is not None and ended.astimezone(params.zone).date() < yesterday else None


def _kept(
    late: Collection[str], stores: Sequence[Store], max_gap: timedelta, view: View
) -> Mapping[str, Sequence[str]]:
    """Held footage, where that alone is why the stores are late: all else was verified gone within the gap."""
    done = held_purges(view)
    for store in stores:
        if store.id not in late:
            continue
        cutoff = last_cutoff(done, store.id, footage=store.kind == "footage")
        if store.kind != "footage" or cutoff is None or view.now - cutoff > max_gap:
            return {}
    return held_by(_listed_footage(view), view)


def _returned(stores: Sequence[Store], deletions: Sequence[VerifiedDeletion], view: View) -> tuple[str, ...]:
    """Stores of footage in which the target lists what the ledger says is gone: a deletion that did not last."""
    error = clock_error(view)
    places = {item.store for item in _listed_footage(view) if before_cutoff(item, deletions, error)}
    if not places:
        return ()
    footage = [store.id for store in stores if store.kind == "footage"]
    return tuple(store for store in footage if store in places) or tuple(footage)


def _undatable(view: View) -> bool:
    """Footage is listed, and the clock that dates it is too far off to tell it from what was deleted."""
    return bool(clock_error(view)) and bool(_listed_footage(view))


def _listed_footage(view: View) -> list[StoredRecording]:
    told = listed(view.fact("footage.recordings"))
    return [] if told is None else [item for item in told.values if not item.empty]


def _judge_destinations(params: PeriodicParams, view: View) -> Outcome:
    """Every destination proves its own deletion; who fetched a live stream nobody can list."""
    required = _required(params)
    facts = [*view.layers("storage.external"), *view.layers("push.destinations"), *view.layers("stream.services")]
    blind = [fact for fact in facts if isinstance(fact.reading, Unknown)]
    if blind:
        return unknown_from(blind, required)
    ledger, deletions = verified_deletions(view)
    if deletions is None:
        return unknown_from([ledger], required)
    late: dict[str, str] = {}
    missed: dict[str, date] = {}
    ahead: list[str] = []
    left: dict[str, None] = {}
    for fact in facts:
        told = listed(fact)
        if told is None:
            continue
        if not told.complete:
            left[told.missing or f"{fact.key.name} is not complete"] = None
        for item in told.values:
            state = item.in_use if fact.key.name == "storage.external" else item.enabled
            if state is False:
                continue
            if fact.key.name == "stream.services":
                left[f"whoever asks for {item.id}"] = None
                continue
            cutoff = last_cutoff(deletions, item.id, footage=False)
            if cutoff is None:
                left[f"destination {item.id}: no verified deletion"] = None
            elif view.now - cutoff > params.max_gap:
                late[item.id] = _hours(view.now - cutoff) + " ago"
            elif _ahead(cutoff, view):
                ahead.append(item.id)
            elif day := _missed_day(Store(item.id, "destination"), deletions, params, view):
                missed[item.id] = day
    if late:
        return failed(f"overdue: {', '.join(late)}", required, offenders=tuple(late), left=(*late, *left))
    if missed:
        return failed(_days_missed(missed), required, offenders=tuple(missed), left=tuple(left))
    if left:
        return unknown(Why.INCOMPLETE, "not every place it is sent to proves its deletion", required, left=tuple(left))
    if ahead:
        return unknown(Why.CLOCK, _SET_BACK, required, left=tuple(ahead))
    if all(isinstance(fact.reading, Absent) for fact in facts):
        return absent(facts, required, view)
    return passed("on-time: every destination proves its deletion", required, weakest((*facts, ledger)))
