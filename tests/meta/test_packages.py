"""setup.cfg names its packages one by one; this is how none is forgotten."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path


def listed(root: Path, option: str) -> list[str]:
    parser = ConfigParser()
    parser.read(root / "setup.cfg", encoding="utf-8")
    return parser["options"][option].split()


def test_every_folder_of_modules_is_a_listed_package(root: Path, files: tuple[Path, ...]) -> None:
    folders = {path.parent for path in files if path.name == "__init__.py" and path.parts[0] == "vmsguard"}
    packages = {".".join(folder.parts) for folder in folders} | {"vmsguard.policies"}

    assert packages == set(listed(root, "packages"))


def test_a_module_lies_in_a_package(files: tuple[Path, ...]) -> None:
    modules = [path for path in files if path.suffix == ".py" and path.parts[0] == "vmsguard"]
    loose = [path for path in modules if path.parent / "__init__.py" not in files and "migrations" not in path.parts]

    assert [] == [str(path) for path in loose if "templates" not in path.parts]


def test_requirements_stand_once_and_sorted(root: Path) -> None:
    names = [line.partition(">")[0].lower() for line in listed(root, "install_requires")]

    assert sorted(set(names)) == names
