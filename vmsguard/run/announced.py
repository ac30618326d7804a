"""What targets announced while changes were sent, held against what fresh sessions then saw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from vmsguard.engine.announced import announced_left, finding_of
from vmsguard.model.fact_values import AnnouncedDeletion
from vmsguard.model.facts import FactKey, Items, Known
from vmsguard.model.results import Finding
from vmsguard.run.execute import Sent
from vmsguard.run.judge import Judged

__all__ = ["with_announced"]


def with_announced(judged: Judged, sent: Iterable[Sent]) -> Judged:
    """The judgement with a finding for each channel whose footage was announced as deleted and is still listed.

    The announcement supports a deletion that was seen, and replaces no look: a verdict never rests on it.
    """
    told: dict[tuple[str, str], list[AnnouncedDeletion]] = {}
    for entry in sent:
        if entry.announced:
            place = (entry.planned.change.target, entry.planned.change.channel)
            told.setdefault(place, []).extend(entry.announced)
    more: list[Finding] = []
    for (target, channel), announced in sorted(told.items()):
        fact = judged.observations[target].facts.get(FactKey(target, channel, "footage.recordings"))
        if fact is not None and isinstance(fact.reading, Known) and isinstance(fact.reading.value, Items):
            left = announced_left(announced, fact.reading.value.values)
            if left:
                more.append(finding_of(target, channel, left))
    return replace(judged, of_fleet=(*judged.of_fleet, *(one for one in more if one not in judged.of_fleet)))
