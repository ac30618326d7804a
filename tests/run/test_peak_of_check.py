"""Memory of a check does not grow with the fleet but by what the end of a run needs of each camera."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[2] / "bench" / "simulated_fleet.py"
FEW, MANY = 400, 1000
"""More than are in flight or wait to be judged at the same time; where all of them fit, nothing is let go."""

MOST_KIBIBYTES = 8.0
"""For each camera more. One that keeps facts, snapshot and results of its cameras takes a hundred."""


@pytest.fixture(scope="module")
def simulated() -> ModuleType:
    spec = spec_from_file_location("simulated_fleet", BENCH)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules.setdefault(spec.name, module_from_spec(spec))
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_a_camera_more_takes_a_few_kibibytes(simulated: ModuleType, tmp_path: Path) -> None:
    peaks = {}
    for cameras in (FEW, MANY):
        with simulated.simulated_installation(tmp_path / str(cameras), cameras) as folder:
            checked = simulated.check_fleet(folder, cameras)
        assert cameras == checked.judged
        peaks[cameras] = checked.peak_mebibytes
    each = (peaks[MANY] - peaks[FEW]) * 1024 / (MANY - FEW)
    assert each < MOST_KIBIBYTES, peaks
