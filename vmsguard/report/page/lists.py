"""Lists of the report, put together for a reader: by pack, by kind, by code, with what each entry means."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

from msgspec import Struct

from vmsguard.model.vocabulary import Verdict
from vmsguard.report.model import Absence, ExceptionInForce, FindingTold, Item, Obligation, Report
from vmsguard.report.page.groups import shared
from vmsguard.report.page.page_words import QUALIFIERS, absence_told

__all__ = [
    "ExceptionState",
    "Kind",
    "Pack",
    "Passing",
    "absences_by_kind",
    "exception_state",
    "findings_by_code",
    "obligations_by_pack",
    "passing_items",
]

_SOON, _NOW = 14, 3
T = TypeVar("T")
K = TypeVar("K")


def _gathered(values: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    found: dict[K, list[T]] = {}
    for value in values:
        found.setdefault(key(value), []).append(value)
    return found


class Pack(Struct, frozen=True):
    """A pack with its obligations, numbered through the whole report."""

    id: str
    title: str
    versions: str
    review: date | None
    review_late: bool
    lock: str
    """Why what it asks was only proposed, in words; empty where it was accepted or nothing is locked."""
    obligations: tuple[tuple[int, Obligation], ...]


def obligations_by_pack(report: Report) -> tuple[Pack, ...]:
    """In the order of the report; several versions of a pack in the period are all named."""
    numbered = enumerate(report.obligations, 1)
    today = report.made_at.date()
    packs = []
    for name, own in _gathered(numbered, lambda pair: pair[1].pack).items():
        review = report.reviews.get(name)
        packs.append(
            Pack(
                id=name,
                title=next((one.pack_title for _, one in own if one.pack_title), name),
                versions=", ".join(sorted({one.pack_version for _, one in own if one.pack_version})),
                review=review,
                review_late=review is not None and review < today,
                lock=next((_not_accepted(one) for _, one in own if one.lock), ""),
                obligations=tuple(own),
            )
        )
    return tuple(packs)


def _not_accepted(one: Obligation) -> str:
    if one.lock == "edited-in-place":
        return f"It was edited in place: its content is not that of version {one.locked_version} that was accepted"
    if one.lock == "differs":
        return f"Version {one.locked_version} was accepted, this one was not"
    return "Nobody accepted it in the lock"


class Passing(Struct, frozen=True, kw_only=True):
    """Passes of one rule that were reached the same way, known the same way."""

    pack: str
    rule: str
    title: str
    how: str
    css: str
    basis: str
    told: str
    items: tuple[Item, ...]


def passing_items(items: Iterable[Item]) -> tuple[Passing, ...]:
    """Every pass is in one group; passes of different qualifiers never share one."""
    passes = (item for item in items if item.verdict is Verdict.PASS)
    return tuple(
        Passing(
            pack=pack,
            rule=rule,
            title=own[0].title or rule,
            # A pass whose qualifier the log does not state is not promoted to a direct one.
            how=QUALIFIERS[qualifier] if qualifier else "how it was reached is not on record",
            css=qualifier.value if qualifier else "na",
            basis=basis,
            told=shared(item.reason_told for item in own),
            items=tuple(own),
        )
        for (pack, rule, qualifier, basis), own in _gathered(
            passes, lambda item: (item.pack, item.rule, item.qualifier, item.basis)
        ).items()
    )


class Kind(Struct, frozen=True):
    """Entries of one kind; what all of them say is said once and is otherwise empty."""

    title: str
    means: str
    told: str
    next_step: str
    entries: tuple[Absence, ...] | tuple[FindingTold, ...]


def absences_by_kind(absences: Iterable[Absence]) -> tuple[Kind, ...]:
    kinds = []
    for kind, own in _gathered(absences, lambda one: one.kind).items():
        title, means = absence_told(kind)
        told, step = shared(one.told for one in own), shared(one.next_step for one in own)
        kinds.append(Kind(title, means, told, step, tuple(own)))
    return tuple(kinds)


def findings_by_code(findings: Iterable[FindingTold]) -> tuple[Kind, ...]:
    kinds = []
    for code, own in _gathered(findings, lambda one: one.code).items():
        told, step = shared(one.told for one in own), shared(one.next_step for one in own)
        kinds.append(Kind(code, "", told, step, tuple(own)))
    return tuple(kinds)


class ExceptionState(Struct, frozen=True):
    """How an exception stands: ``css`` is ``off``, ``urgent``, ``soon``, ``open`` or ``on``."""

    css: str
    symbol: str
    told: str


def exception_state(one: ExceptionInForce) -> ExceptionState:
    """Days left, said louder from 14 days on and again from 3; what does not count is not in force."""
    left = one.days_left
    if left is not None and left < 0:
        # Days left are rounded down: what ended an hour ago has -1 of them.
        whole = -left - 1
        return ExceptionState("off", "na", f"ended {_days(whole)} ago" if whole else "ended less than a day ago")
    if not one.granted:
        return ExceptionState("off", "na", "not in force")
    if left is None:
        return ExceptionState("open", "exception", "in force, days left not known")
    told = "ends within a day" if left == 0 else f"{_days(left)} left"
    if left <= _NOW:
        return ExceptionState("urgent", "exception", told)
    return ExceptionState("soon", "exception", told) if left <= _SOON else ExceptionState("on", "exception", told)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"
