"""What starts quickly stays quick: reading policies loads no network client, no driver and no database."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import json, sys
sys.argv = ["vmsguard", *json.loads(sys.argv[1])]
from vmsguard.cli.main import main
try:
    main()
except SystemExit as done:
    code = done.code or 0
else:
    code = 0
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


def run(arguments: list[str], cwd: Path) -> tuple[int, set[str]]:
    """Exit code, and the top-level and vmsguard modules that were loaded."""
    command = [sys.executable, "-c", PROGRAM, json.dumps(arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120, check=True)
    code, modules = json.loads(done.stderr.splitlines()[-1])
    return code, set(modules)


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["policy", "validate"], ["policy", "list"]],
    ids=" ".join,
)
def test_reading_policies_loads_neither_network_nor_driver(arguments: list[str], tmp_path: Path) -> None:
    code, modules = run(arguments, tmp_path)
    tops = {name.split(".")[0] for name in modules}
    drivers = {top for top in tops if top.startswith("vmsguard_")} | {
        name for name in modules if name.startswith("vmsguard_") and name.endswith("driver")
    }

    assert 0 == code
    assert set() == tops & {"zeep", "onvif", "aiohttp", "requests", "sqlalchemy", "alembic"}
    assert set() == drivers


@pytest.mark.parametrize("arguments", [["evidence", "verify", "."], ["evidence", "show", "."]], ids=" ".join)
def test_reading_evidence_loads_neither_network_nor_state(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    _, modules = run(arguments, tmp_path)

    assert "vmsguard.evidence.segments" in modules
    assert set() == {name.split(".")[0] for name in modules} & {"aiohttp", "rfc3161_client", "sqlalchemy", "zeep"}


def test_help_loads_no_policy_either(tmp_path: Path) -> None:
    _, modules = run(["--help"], tmp_path)

    assert set() == {name for name in modules if name.startswith(("vmsguard.policy", "vmsguard.engine", "msgspec"))}
