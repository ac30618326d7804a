"""Items of a report: each rule on each camera with its controls, in a reader's words."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard.model.vocabulary import Remediation, Verdict
from vmsguard.report.model import Camera, Item
from vmsguard.report.records import Fact, RuleTold, VerdictTold
from vmsguard.report.verdict_book import Kept
from vmsguard.report.verdicts import WORST_FIRST, Standing, remediation_of, standing_of, unrenewed, worst
from vmsguard.report.words.lacks import LACKS
from vmsguard.report.words.reasons import REASONS
from vmsguard.report.words.remediations import AFTER_REPAIR
from vmsguard.report.words.wording import look_up

__all__ = ["camera_of", "item_of", "sort_key"]


def item_of(kept: Kept, rule: RuleTold | None, *, site: str, origin: str, stale: bool) -> Item:
    """The rule on the camera; ``rule`` is its text where the log has it, ``stale`` that nobody renewed the verdict."""
    parts = tuple(
        _item(part, rule, site=site, origin=origin, stale=stale) for _, part in sorted(kept.parts.items(), key=_place)
    )
    return _item(kept.record, rule, site=site, origin=origin, stale=stale, parts=parts)


def camera_of(camera: str, own: Kept | None, items: Iterable[Item], *, site: str, origin: str, stale: bool) -> Camera:
    """The camera with the worst of what is known of it; there is its own verdict, an item, or both."""
    items = list(items)
    known = [Standing(item.verdict, item.qualifier) for item in items]
    said = None
    if own is not None:
        said = standing_of(own.record)
        known.append(unrenewed(said) if stale else said)
    standing = worst(known)
    newest = max(
        [(item.judged_at, item.run) for item in items] + ([] if own is None else [(own.record.ts, own.record.run)])
    )
    return Camera(
        id=camera,
        site=site,
        verdict=standing.verdict,
        qualifier=standing.qualifier,
        judged_at=newest[0],
        run=newest[1],
        origin=origin,
        stale=stale,
        last_verdict=said.verdict if stale and said is not None else None,
    )


def sort_key(item: Item) -> tuple[object, ...]:
    """Worst first, then by place and name."""
    return (
        WORST_FIRST.index(item.verdict),
        item.site,
        item.camera,
        item.pack,
        item.rule,
        item.control,
        item.endpoint,
        item.channel,
        item.origin,
        item.seq,
    )


def _place(entry: tuple[tuple[str, str, str], VerdictTold]) -> tuple[str, str, str]:
    return entry[0]


def _item(
    record: VerdictTold,
    rule: RuleTold | None,
    *,
    site: str,
    origin: str,
    stale: bool,
    parts: tuple[Item, ...] = (),
) -> Item:
    said = standing_of(record)
    shown = unrenewed(said) if stale else said
    reason, why = record.reason_code, record.why
    if not said.understood:
        reason, why = reason or "not-understood", why or "not-understood"
    elif shown is not said:
        reason, why = "not-looked-at", "stale"
    elif shown.verdict is Verdict.UNKNOWN and not why:
        # Logs of the first version name what is missing in the reason alone.
        why = reason if reason in LACKS else "not-stated"
    remediation = remediation_of(record)
    return Item(
        camera=record.camera,
        site=record.site or site,
        pack=record.pack,
        rule=record.rule,
        title="" if rule is None else rule.title,
        control=record.control,
        endpoint=record.endpoint,
        channel=record.channel,
        clause=record.clause or ("" if rule is None else rule.clause),
        source="" if rule is None else rule.source,
        force=record.force or ("" if rule is None else rule.force),
        severity=record.severity or ("" if rule is None else rule.severity),
        verdict=shown.verdict,
        qualifier=shown.qualifier,
        basis=record.basis,
        reason=reason,
        reason_told=look_up(REASONS, reason).told,
        why=why,
        next_step=_next_step(shown.verdict, reason, why, remediation),
        found=record.found,
        required=record.required,
        remediation=remediation,
        exception=record.exception,
        exposure_from=record.exposure_from,
        exposure_to=record.exposure_to,
        judged_at=record.ts,
        facts=_facts(record),
        run=record.run,
        seq=record.seq,
        parts=parts,
        origin=origin,
        stale=stale,
        last_verdict=said.verdict if stale else None,
        last_qualifier=said.qualifier if stale else None,
    )


def _next_step(verdict: Verdict, reason: str, why: str, remediation: Remediation) -> str:
    """What to do about a verdict that is no pass; empty where nothing is to be done."""
    if verdict is Verdict.UNKNOWN:
        return look_up(LACKS, why).next_step if why in LACKS else look_up(REASONS, reason).next_step
    if verdict is Verdict.FAIL and remediation.value in AFTER_REPAIR:
        return AFTER_REPAIR[remediation.value]
    if verdict is Verdict.CONFLICT:
        return REASONS["conflict"].next_step
    return look_up(REASONS, reason).next_step if verdict is Verdict.FAIL else ""


def _facts(record: VerdictTold) -> tuple[str, ...]:
    told = [_fact(fact) for fact in record.facts]
    if record.facts_left_off:
        told.append(f"and {record.facts_left_off} more")
    return tuple(told)


def _fact(fact: Fact) -> str:
    place = "/".join(part for part in (fact.target, fact.channel) if part)
    known = ", ".join(part for part in (fact.layer, fact.basis, fact.at) if part)
    return f"{fact.name}{f' at {place}' if place else ''}{f' ({known})' if known else ''}"
