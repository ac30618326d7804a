"""A check of several batches that is stopped at any durable step leaves a log that is whole or says that it is not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from vmsguard.evidence.problems import Level
from vmsguard.evidence.trust import load_trust
from vmsguard.evidence.verifying.verify import verify_directory
from vmsguard.model.clock import SystemClock
from vmsguard.model.crash_point import CRASHED, VARIABLE
from vmsguard.run.batches import CAMERAS_AT_ONCE

_CAMERAS = CAMERAS_AT_ONCE + 3
_BEFORE_THE_PLAN = 12
"""Steps that a first run takes at least before it says what it owes: folders, keys and tables are made."""


def _check(folder: Path, stop_at: int) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "vmsguard", "check", "--format", "json"],
        cwd=folder,
        env={**os.environ, VARIABLE: str(stop_at)},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode


def _recorded(folder: Path) -> Counter[str]:
    lines = [line for log in folder.glob("evidence/log/*.jsonl") for line in log.read_bytes().splitlines(keepends=True)]
    return Counter(json.loads(line)["event"] for line in lines if line.endswith(b"\n"))


def _judged(folder: Path) -> dict[str, Level]:
    trust = load_trust(folder / "trust.policy")
    report = verify_directory(folder / "evidence", trust=trust, now=SystemClock().now())
    return {problem.kind: problem.level for problem in report.problems}


@pytest.mark.slow
def test_a_check_that_is_cut_short_is_not_called_complete(site: Any, fever: Mapping[str, Any], tmp_path: Path) -> None:
    site.simulate([{**fever, "id": "cam-{n}", "name": "cam", "count": _CAMERAS, "rtsp": False}])
    site.assign("kr-pipc-thermal-2020", "enforce")
    seen: set[tuple[bool, bool]] = set()
    for step in range(_BEFORE_THE_PLAN, 60):
        folder = tmp_path / f"stopped-{step}"
        shutil.copytree(site.folder, folder)
        assert _check(folder, step) == CRASHED
        told = _recorded(folder)
        if told["run.ended"]:
            break
        problems = _judged(folder)
        if told["run.planned"]:
            seen.add((True, told["verify"] > 0))
            assert problems.get("run-not-ended") is Level.INCOMPLETE, (step, problems)
        else:
            assert told["verify"] == 0
    assert {(True, False), (True, True)} == seen
    cut = tmp_path / f"stopped-{step - 1}"
    assert _check(cut, 0) == 3
    assert _judged(cut) == {"run-cut-short": Level.NOTICE}
