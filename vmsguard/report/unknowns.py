"""Unknown verdicts grouped by what they lack."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard.model.vocabulary import Verdict
from vmsguard.report.model import Item, UnknownGroup
from vmsguard.report.words.lacks import LACKS
from vmsguard.report.words.wording import look_up

__all__ = ["unknown_groups"]


def unknown_groups(items: Iterable[Item]) -> tuple[UnknownGroup, ...]:
    """Largest first. Every unknown rule of a camera stands in exactly one group."""
    by_lack: dict[str, list[Item]] = {}
    for item in items:
        if item.verdict is Verdict.UNKNOWN:
            by_lack.setdefault(item.why, []).append(item)
    groups = [_group(why, found) for why, found in by_lack.items()]
    return tuple(sorted(groups, key=lambda group: (-group.items, group.why)))


def _group(why: str, items: list[Item]) -> UnknownGroup:
    words = look_up(LACKS, why)
    unseen = (part for item in items for part in item.parts if part.verdict is Verdict.UNKNOWN)
    return UnknownGroup(
        why=why,
        told=words.told,
        next_step=words.next_step,
        items=len(items),
        cameras=tuple(sorted({item.camera for item in items})),
        targets=tuple(sorted({part.endpoint.partition("/")[0] for part in unseen if part.endpoint})),
    )
