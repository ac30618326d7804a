"""Since when nothing good is known of a rule: exposure windows that outlive the repair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from vmsguard.model.ledger import Standing
from vmsguard.model.results import Result
from vmsguard.model.vocabulary import Verdict
from vmsguard.state.store import State

__all__ = ["exposed", "standings_of", "with_exposure"]

_OPEN = frozenset({Verdict.FAIL.value, Verdict.CONFLICT.value})
_GOOD = frozenset({Verdict.PASS.value, Verdict.NOT_APPLICABLE.value})


def with_exposure(
    results: Sequence[Result],
    state: State,
    now: datetime,
    *,
    repaired: Iterable[Result] = (),
    repaired_from: datetime | None = None,
) -> tuple[Result, ...]:
    """The results with the window in which each was violated, and the new standings kept in ``state``.

    The window begins at the last look that found the rule kept (a device may have done anything since), or at the
    first look of all that did not, and ends where the violation was seen gone: what nobody could see closes nothing,
    and the violation stands. ``repaired`` are results of the same run before it changed anything: a breach that was
    mended at once was one too; ``repaired_from`` is when they were seen.
    """
    # Only of these cameras: an agent's run is about a few of a fleet, and there are thousands of such runs an hour.
    before = state.standings(among={result.camera for result in results})
    told = exposed(results, before, now, repaired=repaired, repaired_from=repaired_from)
    state.put_standings(standings_of(told, now, repaired=repaired))
    return told


def exposed(
    results: Iterable[Result],
    before: Iterable[Standing],
    now: datetime,
    *,
    repaired: Iterable[Result] = (),
    repaired_from: datetime | None = None,
) -> tuple[Result, ...]:
    """The results with their windows, by what stood ``before``."""
    stood = {_key(entry): entry for entry in before}
    seen_open = {_result_key(result) for result in repaired if result.verdict.value in _OPEN}
    told: list[Result] = []
    for result in results:
        key = _result_key(result)
        entry = stood.get(key)
        if result.verdict.value not in _OPEN and key not in seen_open and (entry is None or entry.verdict not in _OPEN):
            told.append(result)
            continue
        since = _nothing_good_since(entry) if entry is not None else (key in seen_open and repaired_from) or now
        seen_gone = result.verdict.value in _GOOD
        told.append(replace(result, exposure_from=since, exposure_to=now if seen_gone else None))
    return tuple(told)


def _nothing_good_since(entry: Standing) -> datetime:
    return entry.checked_at if entry.verdict in _GOOD else entry.since


def standings_of(exposures: Iterable[Result], now: datetime, *, repaired: Iterable[Result] = ()) -> Iterator[Standing]:
    """What is kept of results with their windows: what nobody could see leaves the violation standing.

    One that ``repaired`` saw in this run is kept with it, for the state may not know it yet.
    """
    seen_open = {_result_key(result): result for result in repaired if result.verdict.value in _OPEN}
    for result in exposures:
        if result.verdict.value in _OPEN and result.exposure_from is not None:
            yield _standing(result, result.exposure_from, now)
        elif result.verdict is not Verdict.UNKNOWN or result.exposure_from is None:
            yield _standing(result, now, now)
        elif (first := seen_open.get(_result_key(result))) is not None:
            yield _standing(first, result.exposure_from, now)


def _key(entry: Standing) -> tuple[str, str, str, str, str]:
    return entry.camera, entry.pack, entry.rule, entry.control, entry.endpoint


def _result_key(result: Result) -> tuple[str, str, str, str, str]:
    return result.camera, result.pack, result.rule, result.control, result.endpoint


def _standing(result: Result, since: datetime, now: datetime) -> Standing:
    return Standing(
        camera=result.camera,
        pack=result.pack,
        rule=result.rule,
        control=result.control,
        endpoint=result.endpoint,
        verdict=result.verdict.value,
        qualifier="" if result.qualifier is None else result.qualifier.value,
        basis=result.basis,
        remediation=result.remediation.value,
        reason=result.reason,
        since=since,
        checked_at=now,
    )
