"""What still lies there: footage from before, and the purge that answers it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.device_clock import CLOCK, clock_error
from vmsguard.controls.held import held_by, held_reason
from vmsguard.controls.judging import (
    absent,
    contradicted,
    fabricates,
    failed,
    listed,
    passed,
    unknown,
    unknown_from,
    weakest,
)
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.counted import counted
from vmsguard.model.fact_values import StoredRecording, VerifiedDeletion
from vmsguard.model.facts import Absent, Fact, FactKey, Unknown
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import WHOLE, Basis, Role, Why

__all__ = [
    "StorageResidueEmpty",
    "before_cutoff",
    "held_purges",
    "last_cutoff",
    "last_ended",
    "purge",
    "verified_deletions",
]

_ANNOUNCED = "deletion.announced"
"""What a target told of by itself: shown beside what it lists, and never in its place."""
_RESIDUE = "no footage that was stored before is left"
_WHOLE_SECONDS = timedelta(seconds=1)
"""Devices tell whole seconds: footage of the cutoff's own second is new."""


class StorageResidueEmpty(Control):
    """What was stored before is gone; footage newer than a verified deletion is ``storage.*.off``'s matter."""

    id = "storage.residue.empty"
    roles = frozenset({Role.DEVICE, Role.RECORDER})
    verbs: ClassVar[tuple[str, ...]] = ("footage.purge",)
    says: ClassVar = {
        "en": "Footage that was stored before is deleted.",
        "ko": "이전에 저장된 영상을 삭제한다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"footage.recordings", "footage.files", "deletion.verified", _ANNOUNCED, CLOCK})

    def judge(self, params: NoParams, view: View) -> Outcome:
        fact = view.fact("footage.recordings")
        files = view.witness("footage.files")
        if isinstance(fact.reading, Unknown):
            return unknown_from([fact], _RESIDUE)
        if isinstance(fact.reading, Absent):
            return _row_gone(files, fabricates(view)) if files else absent([fact], _RESIDUE, view)
        recordings = listed(fact)
        if recordings is None:
            return unknown(Why.PROTOCOL, "the list of recordings is no list", _RESIDUE)
        remaining = [recording for recording in recordings.values if not recording.empty]
        gaps = () if recordings.complete else (recordings.missing or "recordings the target does not list",)
        if not remaining:
            if files:
                return _row_gone(files, bool(gaps) or (not recordings.values and fabricates(view)))
            if gaps:
                return unknown(Why.INCOMPLETE, "no footage on a list that is not complete", _RESIDUE, left=gaps)
            if not recordings.values and fabricates(view):
                return unknown(Why.FABRICATED, "an empty list from a target that answers anything", _RESIDUE)
            return passed("empty: no footage is left", _RESIDUE, fact.basis if files is None else Basis.OBSERVED)
        return _judge_remaining(view, fact, remaining, gaps)

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return (purge(view, view.now),) if self.judge(params, view).offenders else ()


def _row_gone(files: bool | int, unsaid: bool) -> Outcome:
    seen = f"{counted(int(files), 'file')} of the channel in visible storage"
    if unsaid:
        return failed(f"residue: {seen}", _RESIDUE, left=(seen,), basis=Basis.OBSERVED)
    return contradicted(f"{seen} (row gone, files stay)", _RESIDUE, "the target lists no footage")


def _judge_remaining(view: View, fact: Fact, remaining: Sequence[StoredRecording], gaps: Sequence[str]) -> Outcome:
    ledger, deletions = verified_deletions(view)
    if deletions is None:
        return unknown_from([ledger], _RESIDUE, left=tuple(item.id for item in remaining))
    old, undated = [], []
    error = clock_error(view)
    for recording in remaining:
        cutoff = last_cutoff(deletions, recording.store)
        if cutoff is None or before_cutoff(recording, deletions, error):
            old.append(recording)
        elif recording.start is None:
            undated.append(recording)
    held = held_by(old, view)
    if old and len(held) == len(old):
        return failed(
            held_reason(held),
            _RESIDUE,
            offenders=tuple(held),
            left=(*(f"recording {name}: {', '.join(holds)}" for name, holds in held.items()), *gaps),
            found=counted(len(held), "recording"),
            basis=fact.basis,
        )
    if old:
        locked = [recording.id for recording in old if recording.locked]
        told = f"; locked by the product: {', '.join(locked)}" if locked else ""
        return failed(
            f"residue: {counted(len(old), 'recording')} from before left{told}",
            _RESIDUE,
            offenders=tuple(recording.id for recording in old),
            left=(*(_described(recording, _announced(view)) for recording in old), *gaps),
            found=counted(len(old), "recording"),
            basis=fact.basis,
        )
    if undated:
        left = tuple(f"recording {recording.id}: start unknown" for recording in undated)
        return unknown(Why.INCOMPLETE, "the target does not say when footage begins", _RESIDUE, left=left)
    if gaps:
        return unknown(Why.INCOMPLETE, "no old footage on a list that is not complete", _RESIDUE, left=gaps)
    if error:
        left = tuple(recording.id for recording in remaining)
        return unknown(Why.CLOCK, f"footage is dated by a clock that is {error} off", _RESIDUE, left=left)
    reason = "newer: all footage left began after the last verified deletion"
    return passed(reason, _RESIDUE, weakest((fact, ledger)), found=f"{len(remaining)} newer")


def _described(recording: StoredRecording, announced: frozenset[str]) -> str:
    notes = ["locked"] if recording.locked else []
    notes += ["the target announced a deletion of it"] if recording.id in announced else []
    return f"recording {recording.id} ({'; '.join(notes)})" if notes else f"recording {recording.id}"


def _announced(view: View) -> frozenset[str]:
    """The recordings of which the target told a deletion; where it told none, that is not worth citing."""
    view.trace = None
    endpoint = view.endpoint
    fact = None if endpoint is None else view.snapshot.facts.get(FactKey(endpoint.target, endpoint.channel, _ANNOUNCED))
    told = None if fact is None else listed(fact)
    if fact is None or told is None or not told.values:
        return frozenset()
    view.recite([fact])
    return frozenset(deletion.id for deletion in told.values)


def verified_deletions(view: View) -> tuple[Fact, tuple[VerifiedDeletion, ...] | None]:
    """The ledger at the endpoint; None where it could not be read.

    The ledger is the core's own book: an endpoint it says nothing of had no deletion verified.
    """
    fact = view.fact("deletion.verified")
    if not view.delivered(fact):
        return fact, ()
    deletions = listed(fact)
    return fact, None if deletions is None else tuple(done for done in deletions.values if not done.left)


def held_purges(view: View) -> tuple[VerifiedDeletion, ...]:
    """Purges at the endpoint that left nothing but held footage; they meet no duty."""
    deletions = listed(view.fact("deletion.verified"))
    return () if deletions is None else tuple(done for done in deletions.values if done.left)


_ALL_FOOTAGE = frozenset({"", WHOLE, "footage"})


def last_cutoff(deletions: Sequence[VerifiedDeletion], store: str, *, footage: bool = True) -> datetime | None:
    """Until when a store is proven emptied; a deletion of ``footage`` covers every footage store of the channel."""
    return max((item.cutoff for item in _of_store(deletions, store, footage=footage)), default=None)


def last_ended(deletions: Sequence[VerifiedDeletion], store: str, *, footage: bool = True) -> datetime | None:
    """When a deletion of a store was last verified, however far it reached."""
    return max((item.ended for item in _of_store(deletions, store, footage=footage)), default=None)


def _of_store(deletions: Sequence[VerifiedDeletion], store: str, *, footage: bool) -> list[VerifiedDeletion]:
    return [item for item in deletions if item.store == store or (footage and item.store in _ALL_FOOTAGE)]


def before_cutoff(
    recording: StoredRecording, deletions: Sequence[VerifiedDeletion], error: timedelta = timedelta()
) -> bool:
    """Whether a recording surely began before the last verified deletion of its store, which it outlived.

    ``error`` is how far the clock that dated it is off.
    """
    cutoff = last_cutoff(deletions, recording.store)
    return cutoff is not None and recording.start is not None and recording.start + error < cutoff - _WHOLE_SECONDS


def purge(view: View, cutoff: datetime) -> Change:
    """Delete all footage of the endpoint's channel that was stored before the cutoff."""
    assert view.endpoint is not None
    told = cutoff.replace(microsecond=0).isoformat().replace("+00:00", "Z")
    return Change("footage.purge", view.endpoint.target, view.endpoint.channel, {"cutoff": told, "recordings": ""})
