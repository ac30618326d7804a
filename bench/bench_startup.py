"""What ``vmsguard --help`` costs beside an interpreter that does nothing."""

from __future__ import annotations

import sys
from pathlib import Path

from measure import Measured, least_cpu_of_programs


def measure(*, quick: bool) -> Measured:
    commands = {
        "help": [str(Path(sys.executable).with_name("vmsguard")), "--help"],
        "floor": [sys.executable, "-c", "pass"],
    }
    least = least_cpu_of_programs(commands, rounds=5 if quick else 20)
    return Measured(
        value=least["help"] / least["floor"],
        goal=6,
        measured=least["help"] * 1000,
        floor=least["floor"] * 1000,
        unit="CPU ms",
        against="python -c pass",
    )
