"""``fleet_10k``: a check of 10,000 simulated cameras by one client process, and its peak of memory.

The cameras answer from another process. With ``--quick`` 500 cameras are checked, and a figure for each camera above
the memory that the program takes by itself stands for the goal: it fails where that, or a single verdict, is missed.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from measure import Measured
from simulated_fleet import Checked, check_fleet, simulated_installation

GOAL_MEBIBYTES = 150.0
CAMERAS = 10_000
QUICK_CAMERAS = 500
BASE_CAMERAS = 5
"""What a check of so few takes is what the program takes by itself, its libraries and its driver loaded."""

MOST_KIBIBYTES_A_CAMERA = 64.0
"""Of 500 cameras; of these about half are in flight or wait to be judged at the same time."""


def measure(*, quick: bool = False) -> Measured:
    """The peak of the client; raises ``RuntimeError`` where a camera is without a verdict."""
    with tempfile.TemporaryDirectory(prefix="vmsguard-bench-") as folder:
        cameras = QUICK_CAMERAS if quick else CAMERAS
        base = _checked(Path(folder) / "base", BASE_CAMERAS)
        checked = _checked(Path(folder) / "fleet", cameras)
    each = (checked.peak_mebibytes - base.peak_mebibytes) * 1024 / cameras
    if quick and each > MOST_KIBIBYTES_A_CAMERA:
        raise RuntimeError(
            f"{each:.1f} KiB for each of {cameras} cameras; at most {MOST_KIBIBYTES_A_CAMERA:g} are meant"
        )
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in checked.verdicts.items())
    return Measured(
        value=checked.peak_mebibytes,
        goal=GOAL_MEBIBYTES,
        measured=checked.peak_mebibytes,
        floor=base.peak_mebibytes,
        unit="MiB peak",
        against=f"the same check of {BASE_CAMERAS} cameras",
        note=(
            f"{checked.judged} of {cameras} cameras with a verdict ({verdicts}); "
            f"{checked.cpu_seconds * 1000 / cameras:.1f} ms CPU and {each:.1f} KiB a camera, "
            f"{checked.wall_seconds:.0f} s, {checked.evidence_records} records"
        ),
    )


def _checked(folder: Path, cameras: int) -> Checked:
    with simulated_installation(folder, cameras) as installation:
        checked = check_fleet(installation, cameras)
    if checked.judged != cameras:
        raise RuntimeError(f"{checked.judged} of {cameras} cameras have a verdict")
    return checked
