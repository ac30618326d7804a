"""Rules that were told before: equal conclusions under one rule make equal results, but for place and time.

What a rule says of a camera follows from what its controls concluded, wherever no rung of its ladder is
tried. The first camera pays for working it out; the next ones get its words with their own name, places and
facts. Nothing here decides: a test compares every word with what working it out anew says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from vmsguard.engine.cite import LABELS, Citations, shows
from vmsguard.engine.compile import CompiledRule, Wording
from vmsguard.engine.judge import Answer, Bench
from vmsguard.engine.ladder import Climb
from vmsguard.engine.tell import control_results, rule_result
from vmsguard.model.inventory import Camera
from vmsguard.model.results import CitedFact, Result
from vmsguard.model.vocabulary import Verdict

__all__ = ["remember_wording", "tell_again"]

MOST = 256
"""Wordings kept per rule: a rule with four controls seldom says a hundred different things."""
_UNTRIED = (Verdict.PASS, Verdict.NOT_APPLICABLE)
_NOBODY = Camera(id="", site="")


def remember_wording(rule: CompiledRule, found: Climb, answers: Sequence[Answer], bench: Bench) -> None:
    """Keep how the rule told what it found, unless that hangs on more than what its controls concluded."""
    if found.rungs or found.shut or (rule.rungs and found.verdict not in _UNTRIED) or len(rule.wordings) >= MOST:
        return
    marked = replace(
        found,
        base=tuple(
            [replace(one, place=_mark(at) if one.place else "") for at, one in enumerate(found.base)],
        ),
    )
    controls = control_results(_NOBODY, marked, Citations(bench.facts))
    rule.wordings[tuple([answer.conclusion for answer in answers])] = Wording(
        controls=tuple([replace(one, channel="", endpoint="", facts=(), observed_at=None) for one in controls]),
        rule=replace(rule_result(_NOBODY, marked, controls, rule), observed_at=None),
    )


def tell_again(
    wording: Wording, answers: Sequence[Answer], bench: Bench, citations: Citations, results: list[Result]
) -> Result:
    """The rule's result in the words it had before; those of its controls are added to ``results``."""
    camera = bench.snapshot.camera.id
    oldest: datetime | None = None
    templates = wording.controls
    # Loops that make the least objects: this runs for every rule of every camera.
    for number, answer in enumerate(answers):
        read, conclusion, endpoint = answer.facts, answer.conclusion, answer.endpoint
        shown = conclusion.shown
        facts: tuple[CitedFact, ...] = ()
        at: datetime | None = None
        if shown is None:
            facts = citations.of(read)
            if conclusion.by_readings:
                conclusion.shown = tuple(_shown(answer, bench))
        else:
            cited = []
            for place, fact in enumerate(read):
                said, label = shown[place]
                cited.append(CitedFact(fact.key, said, label, fact.observed_at))
            facts = tuple(cited)
        for fact in read:
            when = fact.observed_at
            if when is not at and (at is None or when < at):
                at = when
        if at is not oldest and at is not None and (oldest is None or at < oldest):
            oldest = at
        channel = "" if endpoint is None else endpoint.channel
        results.append(
            replace(
                templates[number], camera=camera, channel=channel, endpoint=answer.place, facts=facts, observed_at=at
            )
        )
    told = wording.rule
    if not told.found and not told.left:
        return replace(told, camera=camera, observed_at=oldest)
    found, left = told.found, told.left
    for at_place, answer in enumerate(answers):
        if answer.place:
            mark = _mark(at_place)
            found = found.replace(mark, answer.place)
            left = tuple([line.replace(mark, answer.place) for line in left])
    return replace(told, camera=camera, observed_at=oldest, found=found, left=left)


def _mark(at: int) -> str:
    """Stands for a place in words that are kept; no endpoint is called so."""
    return f"\0{at}\0"


def _shown(answer: Answer, bench: Bench) -> Iterator[tuple[str, str]]:
    for fact in answer.facts:
        yield shows(fact, bench.facts.get(fact.key.name)), LABELS[fact.basis]
