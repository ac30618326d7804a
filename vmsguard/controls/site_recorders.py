"""Whether every recorder that may hold a camera was seen: all enrolled ones listed, and each channel claimed."""

from __future__ import annotations

from collections.abc import Sequence

from vmsguard.controls.judging import listed, passed, unknown, unknown_from
from vmsguard.controls.papers import valid_papers
from vmsguard.controls.view import View
from vmsguard.model.fact_values import RecorderMatch
from vmsguard.model.facts import Fact, Unknown
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Basis, Role, Verdict, Why

__all__ = ["RECORDERS", "judge_recorders"]

RECORDERS = "site.recorders"
_LISTED = "every enrolled recorder of the site is listed and matched"


def judge_recorders(view: View) -> Outcome:
    """Pass where each recorder of the site was listed completely and matched, or a paper says there is none."""
    fact = view.camera_fact(RECORDERS)
    if not view.delivered(fact):
        return _without_recorder(view)
    if isinstance(fact.reading, Unknown):
        return unknown_from([fact], _LISTED)
    recorders = listed(fact)
    if recorders is None:
        return unknown(Why.PROTOCOL, "the list of recorders is no list", _LISTED)
    if not recorders.values and recorders.complete:
        return _without_recorder(view)
    return _matched(fact, recorders.values, recorders.complete, recorders.missing, view)


def _without_recorder(view: View) -> Outcome:
    papers = valid_papers(view, "no-recorder")
    if papers:
        return passed("attested: a document says there is no recorder", _LISTED, Basis.ATTESTED, found=papers[0].id)
    return unknown(Why.NO_RECORDER, "no recorder of the site is enrolled, and no document says there is none", _LISTED)


def _matched(fact: Fact, matches: Sequence[RecorderMatch], complete: bool, missing: str, view: View) -> Outcome:
    blind = tuple(f"recorder {match.recorder}" for match in matches if not match.listed)
    if blind or not complete:
        left = blind or (missing or "recorders of the site",)
        return unknown(Why.INCOMPLETE, "not every recorder was listed completely", _LISTED, left=left)
    enrolled = {(endpoint.target, endpoint.channel) for endpoint in view.endpoints((Role.RECORDER,))}
    unjudged = tuple(
        f"{match.recorder}/{channel}"
        for match in matches
        for channel in match.channels
        if (match.recorder, channel) not in enrolled
    )
    if unjudged:
        return unknown(Why.NO_ENDPOINT, "a recorder's channel shows this camera unclaimed", _LISTED, left=unjudged)
    if not enrolled:
        return Outcome(
            verdict=Verdict.NOT_APPLICABLE,
            reason="no-channel: every enrolled recorder was listed and none has this camera",
            required=_LISTED,
            basis=fact.basis,
        )
    return passed("listed: every enrolled recorder of the site was listed and matched", _LISTED, fact.basis)
