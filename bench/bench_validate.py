"""What it costs to read and check a hundred packs, beside an interpreter that does nothing."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measure import ROOT, Measured, least_cpu_of_programs

PACK = "kr-pipc-thermal-2020"
COUNT = 100


def copies(folder: Path, count: int) -> None:
    source = (ROOT / "policies" / PACK / "pack.yaml").read_text(encoding="utf-8")
    for number in range(count):
        name = f"copy-{number:03}"
        (folder / name).mkdir()
        text = source.replace(f"id: {PACK}", f"id: {name}", 1)
        (folder / name / "pack.yaml").write_text(text, encoding="utf-8")


def measure(*, quick: bool) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        copies(Path(folder), COUNT)
        commands = {
            "validate": [str(Path(sys.executable).with_name("vmsguard")), "policy", "validate", folder],
            "floor": [sys.executable, "-c", "pass"],
        }
        least = least_cpu_of_programs(commands, rounds=1 if quick else 5)
    return Measured(
        value=least["validate"] / least["floor"],
        goal=15,
        measured=least["validate"] * 1000,
        floor=least["floor"] * 1000,
        unit="CPU ms",
        against=f"python -c pass; {COUNT} packs of the size of {PACK}",
    )
