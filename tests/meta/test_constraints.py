"""What ``make`` installs is the same everywhere: constraints.txt pins every distribution that our own ask for."""

from __future__ import annotations

from collections.abc import Iterator
from configparser import ConfigParser
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ALWAYS_THERE = {"pip", "vmsguard"}


def setup_of(folder: Path) -> ConfigParser:
    parser = ConfigParser()
    parser.read(folder / "setup.cfg", encoding="utf-8")
    return parser


def asked_by_us(root: Path) -> Iterator[Requirement]:
    """What our own setup.cfg files name: installed metadata may be older than they are."""
    for folder in (root, *sorted((root / "plugins").iterdir())):
        parser = setup_of(folder)
        extras = parser["options.extras_require"].values() if parser.has_section("options.extras_require") else ()
        for lines in (parser.get("options", "install_requires", fallback=""), *extras):
            yield from map(Requirement, lines.split("\n")[1:])


def followed(requirement: Requirement, seen: set[str]) -> None:
    """Add a distribution and those that it asks for here; what is not installed asks for nothing."""
    name = canonicalize_name(requirement.name)
    extras = ("", *requirement.extras)
    needed = requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras)
    if not needed or name in seen:
        return
    seen.add(name)
    try:
        asked = distribution(name).requires or []
    except PackageNotFoundError:
        return
    for each in map(Requirement, asked):
        # A requirement behind an extra of this one counts where that extra was asked for.
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in extras):
            followed(Requirement(f"{each.name}[{','.join(each.extras)}]" if each.extras else each.name), seen)


def pinned(root: Path) -> list[str]:
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line.partition("==")[0] for line in lines if not line.startswith("#")]


def test_every_distribution_is_pinned(root: Path) -> None:
    asked: set[str] = set()
    for requirement in asked_by_us(root):
        followed(requirement, asked)

    assert set() == asked - ALWAYS_THERE - {canonicalize_name(name) for name in pinned(root)}


def test_pins_are_sorted_and_stand_once(root: Path) -> None:
    names = [canonicalize_name(name) for name in pinned(root)]

    assert sorted(set(names)) == names
