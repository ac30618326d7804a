"""Retention: how long a store keeps footage, as set and as found, and how long it has to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any, ClassVar

from msgspec import Struct

from vmsguard.controls.base import Control
from vmsguard.controls.device_clock import CLOCK, clock_error
from vmsguard.controls.held import held_by, held_reason
from vmsguard.controls.judging import absent, failed, listed, passed, unknown, unknown_from, weakest
from vmsguard.controls.residue import purge
from vmsguard.controls.span_words import span_in_words
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.counted import counted
from vmsguard.model.fact_values import StoredRecording
from vmsguard.model.facts import Absent, Unknown
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Role, Why

__all__ = ["RetentionMax", "RetentionMin", "RetentionMinParams", "RetentionParams"]


class RetentionParams(Struct, frozen=True, forbid_unknown_fields=True):
    """``max`` may wait for the exception (``{from_exception: retention}``); then it is zero until filled in."""

    max: Span


class _RetentionInZone(RetentionParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    zone: tzinfo


class RetentionMax(Control):
    """Both count: a setting promises, the oldest footage shows.

    A month is counted on the calendar of the pack's zone from the day footage was taken; a setting in seconds
    keeps it only if it is no longer than the shortest such month. Footage is dated by the device's clock.
    """

    id = "retention.max"
    roles = frozenset({Role.DEVICE, Role.RECORDER})
    Params = RetentionParams
    verbs: ClassVar[tuple[str, ...]] = ("retention.set", "footage.purge")
    says: ClassVar = {
        "en": "No footage is kept longer than allowed.",
        "ko": "정해진 기간보다 오래 영상을 보관하지 않는다.",
    }

    def in_zone(self, params: RetentionParams, zone: tzinfo) -> RetentionParams:
        return _RetentionInZone(params.max, zone=zone)

    def reads(self, params: RetentionParams) -> frozenset[str]:
        return frozenset({"recording.retention", "footage.recordings", CLOCK})

    def judge(self, params: RetentionParams, view: View) -> Outcome:
        limit = params.max
        if not limit:
            required = "footage is kept no longer than the exception states"
            return unknown(Why.NO_DOCUMENT, "the exception states no retention", required)
        required = _required(limit)
        settings, footage = view.fact("recording.retention"), view.fact("footage.recordings")
        facts = (settings, footage)
        kept, found = listed(settings), listed(footage)
        error = clock_error(view)
        wrong = [] if kept is None else _too_long(kept.values, limit)
        old = [] if found is None else _too_old(found.values, _earliest(params, view.now - error))
        held = held_by(old, view)
        if old and not wrong and len(held) == len(old):
            ids = tuple(f"recording:{name}" for name in held)
            return failed(held_reason(held), required, offenders=ids, basis=weakest(facts))
        if wrong or old:
            return failed(
                f"kept-too-long: {counted(len(wrong), 'setting')}, {counted(len(old), 'recording')} beyond the limit",
                required,
                offenders=(*(f"store:{store}" for store in wrong), *(f"recording:{item.id}" for item in old)),
                basis=weakest(facts),
            )
        if kept is None or found is None:
            blind = [fact for fact in facts if isinstance(fact.reading, Unknown)]
            if blind:
                return unknown_from(blind, required)
            if all(isinstance(fact.reading, Absent) for fact in facts):
                return absent(facts, required, view)
        gaps = [items.missing or "the list is not complete" for items in (kept, found) if items and not items.complete]
        undated = [] if found is None else [item.id for item in found.values if item.start is None and not item.empty]
        if gaps or undated:
            left = (*gaps, *(f"recording {item}: start unknown" for item in undated))
            return unknown(Why.INCOMPLETE, "not all footage or settings are known", required, left=left)
        if error and found is not None and any(not item.empty for item in found.values):
            return unknown(Why.CLOCK, f"footage is dated by a clock that is {error} off", required)
        return passed("within: settings and oldest footage keep the limit", required, weakest(facts))

    def enforce(self, params: RetentionParams, view: View, manifest: Manifest) -> Sequence[Change]:
        if not params.max or view.endpoint is None:
            return ()
        offenders = self.judge(params, view).offenders
        seconds = str(int(params.max.shortest.total_seconds()))
        changes = [
            Change(
                "retention.set",
                view.endpoint.target,
                view.endpoint.channel,
                {"store": offender.removeprefix("store:"), "seconds": seconds},
            )
            for offender in offenders
            if offender.startswith("store:")
        ]
        if any(offender.startswith("recording:") for offender in offenders):
            changes.append(purge(view, _earliest(params, view.now - clock_error(view)).astimezone(UTC)))
        return changes


class RetentionMinParams(Struct, frozen=True, forbid_unknown_fields=True):
    min: Span


class RetentionMin(Control):
    """A duty to keep. Only the settings can show it: footage that is not there may never have been filmed."""

    id = "retention.min"
    roles = frozenset({Role.DEVICE, Role.RECORDER})
    Params = RetentionMinParams
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "Footage is kept for as long as the law asks.",
        "ko": "법이 정한 기간 동안 영상을 보관한다.",
    }

    def reads(self, params: RetentionMinParams) -> frozenset[str]:
        return frozenset({"recording.retention"})

    def judge(self, params: RetentionMinParams, view: View) -> Outcome:
        required = f"stores are set to keep footage for {span_in_words(params.min)} at least"
        fact = view.fact("recording.retention")
        kept = listed(fact)
        if kept is None:
            return (
                absent([fact], required, view) if isinstance(fact.reading, Absent) else unknown_from([fact], required)
            )
        least = params.min.longest.total_seconds()
        short = [setting.store for setting in kept.values if setting.seconds is not None and setting.seconds < least]
        if short:
            found = counted(len(short), "setting")
            return failed(f"kept-too-short: {found} below the limit", required, offenders=short, found=found)
        if not kept.complete:
            return unknown(Why.INCOMPLETE, "not all settings are known", required, left=(kept.missing or "settings",))
        if not kept.values:
            return unknown(Why.INCOMPLETE, "no store states how long it keeps footage", required)
        return passed("kept-long-enough: every setting keeps the limit", required, fact.basis)


@lru_cache(maxsize=256)
def _required(limit: Span) -> str:
    return f"footage is kept for {span_in_words(limit)} at most, as set and as found"


def _too_long(settings: Sequence[Any], limit: Span) -> list[str]:
    seconds = limit.shortest.total_seconds()
    return [setting.store for setting in settings if setting.seconds is None or setting.seconds > seconds]


def _earliest(params: RetentionParams, now: datetime) -> datetime:
    """From when footage may still be there at ``now``; each recording's time counts from its own date."""
    if params.max.months and isinstance(params, _RetentionInZone):
        now = now.astimezone(params.zone)
    return params.max.before(now)


def _too_old(recordings: Sequence[StoredRecording], earliest: datetime) -> list[StoredRecording]:
    return [item for item in recordings if not item.empty and item.start is not None and item.start < earliest]
