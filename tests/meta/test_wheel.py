"""The wheel holds the tree: nothing is lost between a checkout and an installation."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

SHIPPED = ("vmsguard", "policies")


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """Names inside the wheel built from a copy, so that the checkout stays as it is."""
    root = Path(__file__).parents[2]
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in SHIPPED:
        shutil.copytree(root / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(out)]
    subprocess.run([*command, str(source)], check=True)
    (wheel,) = out.glob("vmsguard-*.whl")
    with ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


def test_the_wheel_holds_every_file_of_the_package_and_the_policies(
    wheel_names: frozenset[str], files: tuple[Path, ...]
) -> None:
    tree = {
        str(path) if path.parts[0] == "vmsguard" else str(Path("vmsguard", path))
        for path in files
        if path.parts[0] in SHIPPED
    }

    assert set() == tree - wheel_names


def test_the_wheel_holds_nothing_else(wheel_names: frozenset[str]) -> None:
    strangers = {name for name in wheel_names if not name.startswith("vmsguard/") and ".dist-info/" not in name}

    assert set() == strangers


@pytest.mark.parametrize(
    "name",
    [
        "vmsguard/py.typed",
        "vmsguard/policies/__init__.py",
        "vmsguard/report/page/templates/style.css",
        "vmsguard/state/migrations/versions/0001_first_tables.py",
    ],
)
def test_the_wheel_holds_what_is_easily_lost(wheel_names: frozenset[str], name: str) -> None:
    assert name in wheel_names
