"""Tests of one file run in one process, and those that start real programs in one too, before the others."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = "import pytest\n\n\n@pytest.mark.parametrize('n', range(6))\ndef test_one(n):\n    pass\n"
FILES = ("a/test_x.py", "b/test_x.py", "real/test_y.py", "real/test_z.py")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """The process and the file of each test of four files, in the order in which two processes ran them."""
    folder = tmp_path_factory.mktemp("suite")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n")
    shutil.copy(Path(__file__).parents[1] / "conftest.py", folder)
    for name in FILES:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-v", "-n2", "--dist=loadscope", "--no-loadscope-reorder"]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    return re.findall(r"^\[(gw\d)\] .*PASSED (\S+?)::", told, re.MULTILINE)


def test_every_test_ran(ran: list[tuple[str, str]]) -> None:
    assert dict.fromkeys(FILES, 6) == {name: sum(file == name for _, file in ran) for name in FILES}


def test_a_file_stays_in_one_process_and_what_is_real_too(ran: list[tuple[str, str]]) -> None:
    assert 4 == len(set(ran))
    assert 1 == len({process for process, file in ran if file.startswith("real/")})


def test_what_is_real_begins(ran: list[tuple[str, str]]) -> None:
    assert "real" in {file.partition("/")[0] for file in dict(reversed(ran)).values()}


def test_the_files_that_begin_early_are_there() -> None:
    root = Path(__file__).parents[2]
    named = re.findall(r'"((?:tests|plugins)/\S+\.py)"', (root / "tests" / "conftest.py").read_text())
    assert len(named) > 10
    assert [] == [name for name in named if not (root / name).is_file()]
