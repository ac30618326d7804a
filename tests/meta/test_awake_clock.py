"""The clock of hostile tests: what keeps the process busy counts, whether or not it lets anything else run."""

from __future__ import annotations

import re
import time
from collections.abc import Callable


def test_a_pattern_that_runs_away_counts_as_long_as_it_worked(awake: Callable[[], float]) -> None:
    worked, begun = time.process_time(), awake()
    assert None is re.match("(a+)+$", "a" * 25 + "b")
    worked = time.process_time() - worked
    assert worked > 0.4
    assert awake() - begun >= worked * 0.9
