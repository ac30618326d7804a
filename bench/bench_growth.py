"""``growth``: how CPU and memory of a check grow when the fleet does by ten."""

from __future__ import annotations

import tempfile
from pathlib import Path

from measure import Measured
from simulated_fleet import Checked, check_fleet, simulated_installation

GOAL = 11.0
TIMES = 10
CAMERAS = 300
QUICK_CAMERAS = 30
BASE_CAMERAS = 1
"""A check of one camera stands for what the program takes by itself."""


def measure(*, quick: bool = False) -> Measured:
    """The larger growth of the two; each is taken above what a check of a single camera takes."""
    few = QUICK_CAMERAS if quick else CAMERAS
    with tempfile.TemporaryDirectory(prefix="vmsguard-bench-") as folder:
        base, small, large = (
            _checked(Path(folder) / str(cameras), cameras) for cameras in (BASE_CAMERAS, few, few * TIMES)
        )
    cpu = (large.cpu_seconds - base.cpu_seconds) / (small.cpu_seconds - base.cpu_seconds)
    memory = (large.peak_mebibytes - base.peak_mebibytes) / (small.peak_mebibytes - base.peak_mebibytes)
    return Measured(
        value=max(cpu, memory),
        goal=GOAL,
        measured=large.cpu_seconds,
        floor=small.cpu_seconds,
        unit="CPU s",
        against=f"a check of {few} cameras, both above that of {BASE_CAMERAS}",
        note=(
            f"{few} -> {few * TIMES} cameras: CPU x {cpu:.1f} ({small.cpu_seconds:.1f} -> {large.cpu_seconds:.1f} s), "
            f"memory x {memory:.1f} ({small.peak_mebibytes:.0f} -> {large.peak_mebibytes:.0f} MiB, "
            f"of which {base.peak_mebibytes:.0f} the program's own)"
        ),
    )


def _checked(folder: Path, cameras: int) -> Checked:
    with simulated_installation(folder, cameras) as installation:
        return check_fleet(installation, cameras)
