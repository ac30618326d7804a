"""What the meta-tests look at: the checkout's files, the package's modules, parsed once."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IGNORED = {".git", ".venv", "build", "dist", "__pycache__", "vmsguard-demo", ".c7n", ".hypothesis", "node_modules"}


def _walk() -> Iterator[Path]:
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in IGNORED and not name.endswith((".egg-info", "_cache"))]
        yield from (Path(folder, name).relative_to(ROOT) for name in files if not name.endswith(".pyc"))


@cache
def checkout_files() -> tuple[Path, ...]:
    """Every file that belongs to the project, relative to its root; git's view where there is git."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return tuple(sorted(_walk()))
    return tuple(sorted(Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), str(path))


def package_modules() -> tuple[Path, ...]:
    return tuple(path for path in checkout_files() if path.suffix == ".py" and path.parts[0] == "vmsguard")


def plugin_folders() -> tuple[Path, ...]:
    return tuple(sorted({Path(*path.parts[:2]) for path in checkout_files() if path.match("plugins/*/setup.cfg")}))


def source_modules() -> tuple[Path, ...]:
    """Modules that ship: the package's, and those under plugins/<name>/src."""
    plugins = (path for path in checkout_files() if path.parts[0] == "plugins" and path.parts[2:3] == ("src",))
    return tuple(sorted([*package_modules(), *(path for path in plugins if path.suffix == ".py")]))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    sources: dict[str, Callable[[], tuple[Path, ...]]] = {
        "package_module": package_modules,
        "source_module": source_modules,
        "plugin_folder": plugin_folders,
        "project_file": checkout_files,
    }
    for name, source in sources.items():
        if name in metafunc.fixturenames:
            found = source()
            metafunc.parametrize(name, found, ids=[str(path) for path in found])


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def files() -> tuple[Path, ...]:
    return checkout_files()


@pytest.fixture
def sources() -> tuple[Path, ...]:
    return source_modules()


@pytest.fixture
def tree_of() -> Callable[[Path], ast.Module]:
    """The parsed module at a path relative to the root."""
    return parsed
