"""Fever screening stores nothing: the three controls of saving in one, and no log of temperatures about people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.deletion import known_stores
from vmsguard.controls.judging import absent, fabricates, failed, passed, unknown, unknown_from
from vmsguard.controls.site_recorders import judge_recorders
from vmsguard.controls.storage import StorageEdgeOff, StorageExternalOff, StorageVmsOff
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.facts import Absent, Unknown
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Basis, Role, Verdict, Why

__all__ = ["ThermalStorageOff"]

_REQUIRED = "nothing stores this channel's pictures, and no log of temperatures tells or shows whose they are"
_NO_LOG = "no log of temperatures tells or shows whose they are"
_LOG = "temperature log"
_NONE = NoParams()

_PARTS: dict[Role, tuple[Control, ...]] = {
    Role.DEVICE: (StorageEdgeOff(), StorageExternalOff()),
    Role.RECORDER: (StorageVmsOff(),),
}
_ORDER = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE)


class ThermalStorageOff(Control):
    """``storage.edge.off``, ``storage.external.off`` and ``storage.vms.off`` where each is judged; an offender
    is told as ``<control>/<id>``."""

    id = "thermal.storage.off"
    roles = frozenset(_PARTS)
    verbs: ClassVar[tuple[str, ...]] = tuple(
        dict.fromkeys(verb for parts in _PARTS.values() for part in parts for verb in part.verbs)
    )
    says: ClassVar = {
        "en": "Fever screening stores neither pictures nor whose temperature was taken.",
        "ko": "발열 확인 과정의 영상도, 누구의 체온인지도 저장하지 않는다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"stores"}).union(*(part.reads(_NONE) for parts in _PARTS.values() for part in parts))

    def judge(self, params: NoParams, view: View) -> Outcome:
        told = {part.id: part.judge(_NONE, view) for part in _parts(view)} | {_LOG: _judge_logs(view)}
        worst = min((outcome.verdict for outcome in told.values()), key=_ORDER.index)
        decisive = {name: outcome for name, outcome in told.items() if outcome.verdict is worst}
        bases = [outcome.basis for outcome in told.values() if outcome.basis is not None]
        return Outcome(
            verdict=worst,
            reason=_reason(worst, decisive),
            required=_REQUIRED,
            found="; ".join(f"{name}: {outcome.found}" for name, outcome in decisive.items() if outcome.found),
            left=tuple(f"{name}: {item}" for name, outcome in told.items() for item in outcome.left),
            basis=min(bases, default=None) if worst is not Verdict.UNKNOWN else None,
            why=next((outcome.why for outcome in decisive.values() if outcome.why is not None), None),
            offenders=tuple(f"{name}/{item}" for name, outcome in told.items() for item in outcome.offenders),
        )

    def judge_camera(self, params: NoParams, view: View) -> Outcome | None:
        return judge_recorders(view)

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return [change for part in _parts(view) for change in part.enforce(_NONE, view, manifest)]


def _parts(view: View) -> tuple[Control, ...]:
    return () if view.endpoint is None else _PARTS.get(view.endpoint.role, ())


def _reason(verdict: Verdict, decisive: dict[str, Outcome]) -> str:
    """Of a failure every part; an unknown keeps the code of its first part, which says what it lacks."""
    if verdict is Verdict.FAIL:
        return "in-part: " + "; ".join(f"{name} ({outcome.reason})" for name, outcome in decisive.items())
    if verdict is Verdict.PASS:
        return "off: nothing is stored"
    name, first = next(iter(decisive.items()))
    code, _, detail = first.reason.partition(": ")
    return f"{code}: {name}: {detail}" if detail else f"{code}: {name}"


def _judge_logs(view: View) -> Outcome:
    """A log of temperatures is about people where names or entries are kept with it (``linked_to_identity``)."""
    fact = view.fact("stores")
    if isinstance(fact.reading, Absent):
        return absent([fact], _NO_LOG, view)
    stores, gaps, basis = known_stores(view, fact)
    if gaps and isinstance(fact.reading, Unknown):
        return unknown_from([fact], _NO_LOG)
    logs = tuple(store.id for store in stores if store.kind == "temperature-log")
    linked = view.attribute("linked_to_identity")
    entries = [store.id for store in stores if store.kind == "entry-log"]
    if logs and (linked is True or entries):
        with_what = f"with the entries of {', '.join(entries)}" if entries else "with data that name a person"
        return failed(f"temperature-log: {', '.join(logs)} {with_what}", _NO_LOG, offenders=logs, basis=basis)
    if logs and linked is None:
        why = "nobody said whether the temperatures are linked to a person"
        return unknown(Why.NOT_ATTRIBUTED, why, _NO_LOG, left=logs)
    if gaps:
        return unknown(Why.INCOMPLETE, "not every store is known", _NO_LOG, left=gaps)
    if not stores and fabricates(view):
        return unknown(Why.FABRICATED, "an empty list from a target that answers anything", _NO_LOG)
    return passed("off: no temperature is told of a person", _NO_LOG, Basis.ATTESTED if logs else basis)
