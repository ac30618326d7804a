"""What ``make`` installs is the same everywhere: constraints.txt pins every distribution that our own ask for."""

from __future__ import annotations

from collections.abc import Iterator
from configparser import ConfigParser
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

OURS = ("vmsguard", "vmsguard-onvif", "vmsguard-zoneminder")
EXTRAS = ("anchor", "build", "lint", "testing", "uvloop")
ALWAYS_THERE = {"pip"}


def wanted(name: str, extras: tuple[str, ...], seen: set[str]) -> Iterator[str]:
    """The distributions that one asks for here, and those that they ask for; what is not installed asks for nothing."""
    try:
        asked = distribution(name).requires or []
    except PackageNotFoundError:
        return
    for requirement in map(Requirement, asked):
        needed = requirement.marker is None or any(
            requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras)
        )
        found = canonicalize_name(requirement.name)
        if needed and found not in seen:
            seen.add(found)
            yield found
            yield from wanted(found, tuple(requirement.extras), seen)


def pinned(root: Path) -> list[str]:
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line.partition("==")[0] for line in lines if not line.startswith("#")]


def test_every_distribution_is_pinned(root: Path) -> None:
    seen = set(OURS)
    asked = {found for ours in OURS for found in wanted(ours, EXTRAS, seen)}

    assert set() == asked - ALWAYS_THERE - {canonicalize_name(name) for name in pinned(root)}


def test_pins_are_sorted_and_stand_once(root: Path) -> None:
    names = [canonicalize_name(name) for name in pinned(root)]

    assert sorted(set(names)) == names


def test_setup_names_the_extras_that_are_looked_at(root: Path) -> None:
    parser = ConfigParser()
    parser.read(root / "setup.cfg", encoding="utf-8")

    assert sorted(EXTRAS) == sorted(parser["options.extras_require"])
