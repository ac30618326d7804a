"""Retention: how long a store keeps footage, as set and as found, and how long it has to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any, ClassVar

from msgspec import Struct

from vmsguard.controls.base import Control
from vmsguard.controls.judging import absent, failed, listed, passed, unknown, unknown_from, weakest
from vmsguard.controls.residue import older_than, purge
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.facts import Absent, Unknown
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Role, Why

__all__ = ["RetentionMax", "RetentionMin", "RetentionMinParams", "RetentionParams"]


class RetentionParams(Struct, frozen=True, forbid_unknown_fields=True):
    """``max`` may wait for the exception (``{from_exception: retention}``); then it is zero until filled in."""

    max: timedelta


class RetentionMax(Control):
    """Both count: a setting promises, the oldest footage shows."""

    id = "retention.max"
    roles = frozenset({Role.DEVICE, Role.RECORDER})
    Params = RetentionParams
    verbs: ClassVar[tuple[str, ...]] = ("retention.set", "footage.purge")
    says: ClassVar = {
        "en": "No footage is kept longer than allowed.",
        "ko": "정해진 기간보다 오래 영상을 보관하지 않는다.",
    }

    def reads(self, params: RetentionParams) -> frozenset[str]:
        return frozenset({"recording.retention", "footage.recordings"})

    def judge(self, params: RetentionParams, view: View) -> Outcome:
        limit = params.max
        if not limit:
            required = "footage is kept no longer than the exception states"
            return unknown(Why.NO_DOCUMENT, "the exception states no retention", required)
        required = _required(limit)
        settings, footage = view.fact("recording.retention"), view.fact("footage.recordings")
        facts = (settings, footage)
        kept, found = listed(settings), listed(footage)
        wrong = [] if kept is None else _too_long(kept.values, limit)
        old = [] if found is None else older_than(found.values, view.now, limit)
        if wrong or old:
            return failed(
                f"kept-too-long: {len(wrong)} settings, {len(old)} recordings beyond the limit",
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
        return passed("within: settings and oldest footage keep the limit", required, weakest(facts))

    def enforce(self, params: RetentionParams, view: View, manifest: Manifest) -> Sequence[Change]:
        if not params.max or view.endpoint is None:
            return ()
        offenders = self.judge(params, view).offenders
        seconds = str(int(params.max.total_seconds()))
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
            changes.append(purge(view, view.now - params.max))
        return changes


class RetentionMinParams(Struct, frozen=True, forbid_unknown_fields=True):
    min: timedelta


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
        required = f"stores are set to keep footage for {params.min / timedelta(days=1):g} days at least"
        fact = view.fact("recording.retention")
        kept = listed(fact)
        if kept is None:
            return (
                absent([fact], required, view) if isinstance(fact.reading, Absent) else unknown_from([fact], required)
            )
        least = params.min.total_seconds()
        short = [setting.store for setting in kept.values if setting.seconds is not None and setting.seconds < least]
        if short:
            found = f"{len(short)} settings"
            return failed(f"kept-too-short: {found} below the limit", required, offenders=short, found=found)
        if not kept.complete:
            return unknown(Why.INCOMPLETE, "not all settings are known", required, left=(kept.missing or "settings",))
        if not kept.values:
            return unknown(Why.INCOMPLETE, "no store states how long it keeps footage", required)
        return passed("kept-long-enough: every setting keeps the limit", required, fact.basis)


@lru_cache(maxsize=256)
def _required(limit: timedelta) -> str:
    return f"footage is kept for {limit / timedelta(days=1):g} days at most, as set and as found"


def _too_long(settings: Sequence[Any], limit: timedelta) -> list[str]:
    seconds = limit.total_seconds()
    return [setting.store for setting in settings if setting.seconds is None or setting.seconds > seconds]
