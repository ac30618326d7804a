"""Since when a verdict stands: exposure windows that outlive the repair."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from vmsguard.model.ledger import Standing
from vmsguard.model.results import Result
from vmsguard.model.vocabulary import Verdict
from vmsguard.state.store import State

__all__ = ["with_exposure"]

_OPEN = frozenset({Verdict.FAIL.value, Verdict.CONFLICT.value})


def with_exposure(
    results: Sequence[Result], state: State, now: datetime, *, repaired: Iterable[Result] = ()
) -> tuple[Result, ...]:
    """The results with the window in which each was violated, and the new standings kept in ``state``.

    The window begins where the violation was first seen and ends where it was seen gone: what nobody could
    see closes nothing, and the violation stands. ``repaired`` are results of the same run before it changed
    anything: a breach that was mended at once was one too.
    """
    before = {_key(entry): entry for entry in state.standings()}
    seen_open = {_result_key(result): result for result in repaired if result.verdict.value in _OPEN}
    told: list[Result] = []
    standings: list[Standing] = []
    for result in results:
        key = _result_key(result)
        prior = before.get(key)
        was_open = prior is not None and prior.verdict in _OPEN
        since = prior.since if prior is not None and was_open else None
        if result.verdict.value in _OPEN:
            told.append(replace(result, exposure_from=since or now))
        elif result.verdict is Verdict.UNKNOWN and (was_open or key in seen_open):
            told.append(replace(result, exposure_from=since or now))
            if not was_open:
                standings.append(_standing(seen_open[key], now))
            continue
        elif was_open or key in seen_open:
            told.append(replace(result, exposure_from=since or now, exposure_to=now))
        else:
            told.append(result)
        standings.append(_standing(result, now))
    state.put_standings(standings)
    return tuple(told)


def _key(entry: Standing) -> tuple[str, str, str, str, str]:
    return entry.camera, entry.pack, entry.rule, entry.control, entry.endpoint


def _result_key(result: Result) -> tuple[str, str, str, str, str]:
    return result.camera, result.pack, result.rule, result.control, result.endpoint


def _standing(result: Result, now: datetime) -> Standing:
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
        since=now,
        checked_at=now,
    )
