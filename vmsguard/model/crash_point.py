"""A test's way to stop the process at one durable step: what comes after it must find everything in order.

Each place that makes something last calls ``durable_step`` just before: the evidence before its bytes are on the
disk, the state before it commits, the guarded client before a write leaves, and once more when its answer is there:
then the device is changed and nobody has written down that it is. With ``VMSGUARD_CRASH_AT=n`` in its
environment the process ends at the n-th of them as a power cut would end it. It is not set in production.
"""

from __future__ import annotations

import itertools
import os

__all__ = ["CRASHED", "VARIABLE", "crash_at", "durable_step", "steps_taken"]

VARIABLE = "VMSGUARD_CRASH_AT"
CRASHED = 86
"""The exit status of a process that was stopped here."""


class _Point:
    """Counts steps only while there is one to stop at."""

    __slots__ = ("at", "taken")

    def __init__(self, at: int) -> None:
        self.at = at
        self.taken = itertools.count(1)


def _from_environment() -> int:
    told = os.environ.get(VARIABLE, "")
    return int(told) if told.isdecimal() else 0


_point = _Point(_from_environment())


def crash_at(step: int) -> None:
    """Count anew, and stop at this step; 0 stops nowhere."""
    _point.at, _point.taken = step, itertools.count(1)


def durable_step() -> None:
    """Ends the process here, without a word and without tidying up, where this is the step to stop at."""
    if _point.at and next(_point.taken) == _point.at:
        os._exit(CRASHED)


def steps_taken() -> int:
    """How many steps there were since ``crash_at`` was given a step."""
    return next(_point.taken) - 1
