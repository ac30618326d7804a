"""Small files: a reader should see the whole of one at a glance."""

from __future__ import annotations

from pathlib import Path
from statistics import median

CEILING = 500
MEDIAN = 150
# path: why it may be longer. An entry that is no longer needed fails too.
LONGER: dict[str, str] = {}


def lines(root: Path, path: Path) -> int:
    return len((root / path).read_text(encoding="utf-8").splitlines())


def test_no_module_is_longer_than_the_ceiling_without_a_reason(root: Path, sources: tuple[Path, ...]) -> None:
    long = {str(path) for path in sources if lines(root, path) > CEILING}

    assert set(LONGER) == long


def test_the_median_module_is_short(root: Path, sources: tuple[Path, ...]) -> None:
    assert median(lines(root, path) for path in sources) < MEDIAN


def test_no_module_is_called_after_nothing(sources: tuple[Path, ...]) -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "misc", "common", "base_utils", "tools"}

    assert [] == [str(path) for path in sources if path.stem in vague]
