"""What a run is called, everywhere."""

from __future__ import annotations

import random

from vmsguard.model.clock import Clock

__all__ = ["new_run_id"]


def new_run_id(clock: Clock) -> str:
    """An id that sorts by time and names one run everywhere."""
    return f"run-{clock.now():%Y%m%dT%H%M%S}-{random.SystemRandom().getrandbits(32):08x}"
