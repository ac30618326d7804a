"""Each rule with the clause it rests on, over all cameras, and counts by site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vmsguard.report.model import Counts, Item, Obligation
from vmsguard.report.records import PolicyTold, RuleTold
from vmsguard.report.runs import AppliedPack, RunBook
from vmsguard.report.verdicts import counts_of

__all__ = ["count", "count_by_site", "obligations_of", "rule_text"]


def count(items: Iterable[Item]) -> Counts:
    """Verdicts of rules; the controls under them are not counted again."""
    return counts_of((item.verdict, item.qualifier) for item in items)


def count_by_site(items: Iterable[Item]) -> Mapping[str, Counts]:
    by_site: dict[str, list[Item]] = {}
    for item in items:
        by_site.setdefault(item.site, []).append(item)
    return {site: count(found) for site, found in sorted(by_site.items())}


def rule_text(book: RunBook, pack: str, rule: str) -> RuleTold | None:
    """The rule's text as the log has it; None in logs of a version that did not record it."""
    applied = book.packs.get(pack)
    return None if applied is None else applied.rules.get(rule)


def obligations_of(books: Iterable[RunBook], items: Iterable[Item]) -> tuple[Obligation, ...]:
    """One per rule that is applied or was judged, by pack and rule; a rule that concerns no camera has zero counts."""
    packs: dict[str, list[AppliedPack]] = {}
    for book in books:
        for name, applied in book.packs.items():
            packs.setdefault(name, []).append(applied)
    judged: dict[tuple[str, str], list[Item]] = {
        (name, rule): [] for name, every in packs.items() for applied in every for rule in applied.rules
    }
    for item in items:
        judged.setdefault((item.pack, item.rule), []).append(item)
    return tuple(_obligation(pack, rule, packs.get(pack, ()), found) for (pack, rule), found in sorted(judged.items()))


def _obligation(pack: str, rule: str, applied: Iterable[AppliedPack], items: list[Item]) -> Obligation:
    ways: list[PolicyTold] = [way for one in applied for way in one.ways]
    newest = max(ways, key=lambda way: way.ts, default=None)
    texts = (one.rules[rule] for one in applied if rule in one.rules)
    text: RuleTold | None = max(texts, key=lambda told: told.ts, default=None)
    modes = sorted({mode for one in applied for mode in one.mode.split(", ") if mode})
    first = items[0] if items else None
    return Obligation(
        pack=pack,
        pack_title="" if newest is None else newest.title,
        pack_version="" if newest is None else newest.version,
        rule=rule,
        title="" if text is None else text.title,
        clause=text.clause if text is not None else "" if first is None else first.clause,
        source="" if text is None else text.source,
        source_title="" if text is None else text.source_title,
        force=text.force if text is not None else "" if first is None else first.force,
        severity=text.severity if text is not None else "" if first is None else first.severity,
        mode=", ".join(modes),
        counts=count(items),
        by_site=count_by_site(items),
        standing="" if text is None else text.standing,
        starts="" if text is None else text.starts,
        lock="" if newest is None or newest.lock == "accepted" else newest.lock,
        locked_version="" if newest is None else newest.locked_version,
    )
