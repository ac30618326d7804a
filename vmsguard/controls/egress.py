"""What leaves: exports of faces, and data that go to other countries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.judging import Off, absent, failed, judge_off, listed, passed, unknown, unknown_from, weakest
from vmsguard.controls.offender_changes import stop_each
from vmsguard.controls.papers import valid_papers
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.facts import Absent, Fact, Unknown
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Role, Why

__all__ = ["CrossBorderParams", "ExportBulkFacesOff", "TransmissionCrossBorderOff"]

_SENDERS = frozenset({Role.DEVICE, Role.RECORDER, Role.RELAY})
_FACES = frozenset({"face-crops", "face-set"})


def _exports_faces(job: Any) -> bool | None:
    if job.running is False:
        return False
    if job.contents in _FACES:
        return True
    return None if job.contents == "unclassified" else False


_EXPORTS = Off("export job", _exports_faces, "no job exports faces or sets of faces")


class ExportBulkFacesOff(Control):
    id = "export.bulk_faces.off"
    roles = _SENDERS
    by_readings: ClassVar[bool] = True
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "No faces are exported in bulk.",
        "ko": "얼굴을 대량으로 내보내지 않는다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"export.jobs"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        return judge_off(_EXPORTS, view.layers("export.jobs"), view)


Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]


class CrossBorderParams(Struct, frozen=True, forbid_unknown_fields=True):
    """``allowed``: ISO 3166 codes of the countries that data may go to."""

    allowed: tuple[Country, ...]


_WAYS: Mapping[str, tuple[str, str, str]] = {
    "storage.external": ("in_use", "storage.external.remove", "destination"),
    "push.destinations": ("enabled", "push.stop", "destination"),
    "cloud.links": ("connected", "cloud.disconnect", "link"),
    "recognition.consumers": ("connected", "", ""),
}
"""List of destinations: the field that says whether it is on, and the change that ends it."""


class TransmissionCrossBorderOff(Control):
    """Where a destination stands is what a ``destination-countries`` paper says; no name or address tells it.

    It is about what a target sends by itself. Who fetches live pictures is unknown to it, and
    ``transmission.stream.off`` is the control for that.
    """

    id = "transmission.cross_border.off"
    roles = _SENDERS
    Params = CrossBorderParams
    verbs: ClassVar[tuple[str, ...]] = tuple(verb for _, verb, _ in _WAYS.values() if verb)
    says: ClassVar = {
        "en": "Nothing is sent to other countries than those allowed.",
        "ko": "허용된 국가 밖으로 보내지 않는다.",
    }

    def reads(self, params: CrossBorderParams) -> frozenset[str]:
        return frozenset(_WAYS)

    def judge(self, params: CrossBorderParams, view: View) -> Outcome:
        required = f"whatever is sent stays in {', '.join(params.allowed)}"
        facts = [fact for name in _WAYS for fact in view.layers(name)]
        abroad, unplaced, unsaid = _sorted_out(facts, frozenset(params.allowed), _countries(view))
        gaps = [
            items.missing or f"{fact.key.name} is not complete"
            for fact in facts
            if (items := listed(fact)) is not None and not items.complete
        ]
        if abroad:
            where = ", ".join(f"{item} ({country})" for item, country in abroad.items())
            left = (*abroad, *unplaced, *gaps)
            known = weakest(fact for fact in facts if listed(fact) is not None)
            return failed(f"abroad: {where}", required, offenders=tuple(abroad), left=left, basis=known)
        blind = [fact for fact in facts if isinstance(fact.reading, Unknown)]
        if blind:
            return unknown_from(blind, required, left=(*unplaced, *unsaid, *gaps))
        if unplaced:
            return unknown(
                Why.NO_DOCUMENT, "nobody stated the country of every destination", required, left=tuple(unplaced)
            )
        if unsaid or gaps:
            return unknown(Why.INCOMPLETE, "not every destination is known", required, left=(*unsaid, *gaps))
        if all(isinstance(fact.reading, Absent) for fact in facts):
            return absent(facts, required, view)
        return passed("inside: every destination in use stands in an allowed country", required, weakest(facts))

    def enforce(self, params: CrossBorderParams, view: View, manifest: Manifest) -> Sequence[Change]:
        offenders = frozenset(self.judge(params, view).offenders)
        changes: list[Change] = []
        for name, (_, verb, argument) in _WAYS.items():
            here = {item.id: None for fact in view.layers(name) for item in _items(fact) if item.id in offenders}
            if verb:
                changes += stop_each(verb, argument, here, view, whole=True)
        return changes


def _items(fact: Fact) -> tuple[Any, ...]:
    told = listed(fact)
    return () if told is None else told.values


def _countries(view: View) -> dict[str, frozenset[str]]:
    """What papers say of each destination; two papers that differ name two countries."""
    stated: dict[str, frozenset[str]] = {}
    for paper in valid_papers(view, "destination-countries"):
        for told in paper.details.get("destinations") or ():
            place = str(told["id"])
            stated[place] = stated.get(place, frozenset()) | {str(told["country"])}
    return stated


def _sorted_out(
    facts: Sequence[Fact], allowed: frozenset[str], stated: Mapping[str, frozenset[str]]
) -> tuple[dict[str, str], dict[str, None], dict[str, None]]:
    """Destinations in use abroad with their countries, those of no stated country, and those that may be in use."""
    abroad: dict[str, str] = {}
    unplaced: dict[str, None] = {}
    unsaid: dict[str, None] = {}
    for fact in facts:
        in_use, _, _ = _WAYS[fact.key.name]
        for item in _items(fact):
            state = getattr(item, in_use)
            countries = stated.get(item.id)
            if state is False or (countries is not None and countries <= allowed):
                continue
            if countries is None:
                unplaced[item.id] = None
            elif state:
                abroad[item.id] = " or ".join(sorted(countries - allowed))
            else:
                unsaid[item.id] = None
    return abroad, unplaced, unsaid
