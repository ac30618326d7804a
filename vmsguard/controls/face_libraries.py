"""Galleries of enrolled faces: how old an entry may grow, and that a gallery was emptied with its copies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any, ClassVar

from msgspec import Struct

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.deletion import known_stores
from vmsguard.controls.device_clock import CLOCK, clock_error
from vmsguard.controls.judging import (
    Off,
    absent,
    failed,
    items_in,
    judge_off,
    listed,
    passed,
    unknown,
    unknown_from,
    weakest,
)
from vmsguard.controls.offender_changes import stop_each
from vmsguard.controls.residue import last_cutoff, verified_deletions
from vmsguard.controls.span_words import span_in_words
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.facts import Absent
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Role, Verdict, Why

__all__ = ["AnalyticsFaceLibraryMaxAge", "AnalyticsFaceLibraryPurge", "MaxAgeParams"]

_WATCHERS = frozenset({Role.DEVICE, Role.RECORDER, Role.RELAY})
_SIZES = "face_library.sizes"


class MaxAgeParams(Struct, frozen=True, forbid_unknown_fields=True):
    """``max``: how long an entry may stay, counted on the calendar of the pack's zone from its enrolment."""

    max: Span


class _MaxAgeInZone(MaxAgeParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    zone: tzinfo


class AnalyticsFaceLibraryMaxAge(Control):
    """Observed only: emptying a gallery would take faces along that may stay."""

    id = "analytics.face.library.max_age"
    roles = _WATCHERS
    Params = MaxAgeParams
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "No face stays enrolled for longer than allowed.",
        "ko": "얼굴을 정해진 기간보다 오래 등록해 두지 않는다.",
    }

    def in_zone(self, params: MaxAgeParams, zone: tzinfo) -> MaxAgeParams:
        return _MaxAgeInZone(params.max, zone=zone)

    def reads(self, params: MaxAgeParams) -> frozenset[str]:
        return frozenset({_SIZES, CLOCK})

    def judge(self, params: MaxAgeParams, view: View) -> Outcome:
        if not params.max:
            return unknown(Why.NO_DOCUMENT, "the exception states no retention", "faces stay no longer than it states")
        required = f"no face stays enrolled for longer than {span_in_words(params.max)}"
        fact = view.fact(_SIZES)
        galleries = listed(fact)
        if galleries is None:
            return (
                absent([fact], required, view) if isinstance(fact.reading, Absent) else unknown_from([fact], required)
            )
        filled = [gallery for gallery in galleries.values if gallery.count]
        error = clock_error(view)
        now = view.now.astimezone(params.zone) if isinstance(params, _MaxAgeInZone) else view.now
        earliest = params.max.before(now - error)
        old = [
            gallery.id
            for gallery in filled
            if gallery.oldest_enrolled is not None and gallery.oldest_enrolled < earliest
        ]
        if old:
            return failed(f"enrolled-too-long: in {', '.join(old)}", required, offenders=old, basis=fact.basis)
        gaps = [f"when the oldest face of {one.id} was enrolled" for one in filled if one.oldest_enrolled is None]
        if not galleries.complete:
            gaps.append(galleries.missing or "galleries the target does not list")
        if gaps:
            return unknown(Why.INCOMPLETE, "not every enrolment is dated", required, left=gaps)
        if error and filled:
            return unknown(Why.CLOCK, f"enrolments are dated by a clock that is {error} off", required)
        return passed("enrolled-in-time: no enrolment is older than allowed", required, weakest([fact]))


def _filled(gallery: Any) -> bool:
    return bool(gallery.count > 0)


_EMPTIED = "every gallery reads back empty, and so does every copy of it"
_GALLERY = Off("gallery", _filled, _EMPTIED)


class AnalyticsFaceLibraryPurge(Control):
    """To be done, and shown: emptied, read back as zero, with the copies that the target or its maker names."""

    id = "analytics.face.library.purge"
    roles = _WATCHERS
    verbs: ClassVar[tuple[str, ...]] = ("face_library.purge",)
    says: ClassVar = {
        "en": "Every gallery of faces is emptied, with its copies, and reads back empty.",
        "ko": "모든 얼굴 데이터를 사본까지 지우고 비었음을 확인한다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({_SIZES, "stores", "deletion.verified"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        outcome = judge_off(_GALLERY, view.layers(_SIZES), view)
        if outcome.verdict is not Verdict.PASS:
            return outcome
        fact = view.fact("stores")
        stores, gaps, _ = known_stores(view, fact)
        if isinstance(fact.reading, Absent):
            gaps = ()
        read_back = {gallery.id for gallery in items_in(view.layers(_SIZES))}
        copies = [store.id for store in stores if store.kind == "face-records" and store.id not in read_back]
        ledger, deletions = verified_deletions(view)
        if copies and deletions is None:
            return unknown_from([ledger], _EMPTIED, left=copies)
        unproven = [copy for copy in copies if last_cutoff(deletions or (), copy, footage=False) is None]
        left = (*(f"face records in {copy}" for copy in unproven), *gaps)
        if left:
            return unknown(Why.INCOMPLETE, "copies of the galleries may be left", _EMPTIED, left=left)
        return outcome

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return stop_each("face_library.purge", "library", self.judge(params, view).offenders, view, whole=True)
