"""What the age of footage is worth: devices date it by their own clock, which may be wrong.

A clock set to the future makes old data look new (policy-packs 6.1, 4). Nobody knows how long it has been
wrong, so beyond the tolerance no age can clear a store; one that is too old either way still convicts it.
"""

from __future__ import annotations

from datetime import timedelta

from vmsguard.controls.view import View
from vmsguard.model.facts import Fact, Known

__all__ = ["CLOCK", "TOLERANCE", "clock_error", "error_of"]

CLOCK = "clock.skew_seconds"
TOLERANCE = timedelta(minutes=1)

_NONE = timedelta()


def clock_error(view: View) -> timedelta:
    """How far the clock of the endpoint's target is off; none within the tolerance, or where nobody measured it."""
    return error_of(view.if_delivered(CLOCK))


def error_of(fact: Fact | None) -> timedelta:
    """The same from the fact itself."""
    if fact is None or not isinstance(fact.reading, Known):
        return _NONE
    skew = fact.reading.value
    if not isinstance(skew, int) or isinstance(skew, bool):
        return _NONE
    error = abs(timedelta(seconds=skew))
    return error if error > TOLERANCE else _NONE
