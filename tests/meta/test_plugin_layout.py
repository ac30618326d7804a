"""Plugins are ordinary distributions, each complete by itself."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path


def configuration(root: Path, plugin_folder: Path) -> ConfigParser:
    parser = ConfigParser()
    parser.read(root / plugin_folder / "setup.cfg", encoding="utf-8")
    return parser


def test_a_plugin_has_every_part_of_a_distribution(root: Path, plugin_folder: Path) -> None:
    parts = ["README.md", "pyproject.toml", "setup.cfg", "src", "tests"]

    assert [] == [part for part in parts if not (root / plugin_folder / part).exists()]


def test_a_plugin_keeps_its_packaging_in_setup_cfg(root: Path, plugin_folder: Path) -> None:
    lines = (root / plugin_folder / "pyproject.toml").read_text(encoding="utf-8").strip().splitlines()

    assert "[build-system]" == lines[0]
    assert 3 == len(lines)


def test_a_plugin_registers_in_the_entry_point_group(root: Path, plugin_folder: Path) -> None:
    entry_points = configuration(root, plugin_folder)["options.entry_points"]

    assert entry_points["vmsguard"].strip()


def test_a_plugin_is_typed_and_ships_its_marker(root: Path, plugin_folder: Path) -> None:
    (package,) = [path for path in (root / plugin_folder / "src").iterdir() if (path / "__init__.py").exists()]

    assert (package / "py.typed").exists()
    assert "py.typed" in configuration(root, plugin_folder)["options.package_data"][package.name]


def test_a_plugin_says_how_far_it_was_tried(root: Path, plugin_folder: Path) -> None:
    readme = (root / plugin_folder / "README.md").read_text(encoding="utf-8")

    assert any(word in readme for word in ("supported", "documented", "experimental"))
