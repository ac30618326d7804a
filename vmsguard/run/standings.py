"""Since when a verdict stands: exposure windows that outlive the repair."""

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


def with_exposure(
    results: Sequence[Result],
    state: State,
    now: datetime,
    *,
    repaired: Iterable[Result] = (),
    repaired_from: datetime | None = None,
) -> tuple[Result, ...]:
    """The results with the window in which each was violated, and the new standings kept in ``state``.

    The window begins where the violation was first seen and ends where it was seen gone: what nobody could
    see closes nothing, and the violation stands. ``repaired`` are results of the same run before it changed
    anything: a breach that was mended at once was one too, from ``repaired_from``, when they were seen.
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
    open_since = {_key(entry): entry.since for entry in before if entry.verdict in _OPEN}
    seen_open = {_result_key(result): result for result in repaired if result.verdict.value in _OPEN}
    told: list[Result] = []
    for result in results:
        key = _result_key(result)
        since = open_since.get(key) or (repaired_from if key in seen_open else None)
        if result.verdict.value in _OPEN:
            told.append(replace(result, exposure_from=since or now))
        elif since is None and key not in seen_open:
            told.append(result)
        elif result.verdict is Verdict.UNKNOWN:
            told.append(replace(result, exposure_from=since or now))
        else:
            told.append(replace(result, exposure_from=since or now, exposure_to=now))
    return tuple(told)


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
