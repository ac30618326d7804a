"""Every relative link in a page leads to a file that is there."""

from __future__ import annotations

import re
from pathlib import Path

LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")


def test_relative_links_lead_somewhere(root: Path, files: tuple[Path, ...]) -> None:
    dead = [
        f"{page}: {target}"
        for page in files
        if page.suffix == ".md"
        for target in LINK.findall((root / page).read_text(encoding="utf-8"))
        if not (root / page.parent / target).exists()
    ]

    assert [] == dead


def test_the_readme_names_the_two_commands(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")

    assert [] == [command for command in ("make demo", "make test") if command not in readme]
