"""What must not stand in any file of the project: unfinished work, and places of the machine it was written on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

BINARY = {".png", ".jpg", ".ico", ".gz", ".db", ".der", ".mkv", ".mp4", ".zip"}

# Written with a hole in each word, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO(?:)DO|FIX(?:)ME|XX(?:)X|HA(?:)CK)\b")
MACHINE = re.compile(r"(?<![\w.])/(?:wo(?:)rk|ro(?:)ot|home/\w+)/(?!\.\.\.)|/tmp/bri(?:)ef|/opt/py(?:)pi")
REGISTRY = re.compile(r"py(?:)pi\.org|python(?:)hosted|npm(?:)js\.org|deb\.deb(?:)ian\.org|proxy\.gol(?:)ang")


def text_of(root: Path, path: Path) -> str:
    return "" if path.suffix in BINARY else (root / path).read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("forbidden", [UNFINISHED, MACHINE, REGISTRY], ids=["unfinished", "machine", "registry"])
def test_no_file_holds(forbidden: re.Pattern[str], root: Path, files: tuple[Path, ...]) -> None:
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path in files
        for number, line in enumerate(text_of(root, path).splitlines(), 1)
        if forbidden.search(line)
    ]

    assert [] == found


@pytest.mark.parametrize(
    ("forbidden", "text"),
    [
        (UNFINISHED, "# TO" + "DO later"),
        (MACHINE, 'open("/wo' + 'rk/x/y")'),
        (MACHINE, "/home/al" + "ice/x"),
        (REGISTRY, "https://py" + "pi.org/simple"),
    ],
)
def test_each_pattern_finds_what_it_is_for(forbidden: re.Pattern[str], text: str) -> None:
    assert forbidden.search(text)
