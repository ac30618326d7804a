"""Every shipped policy file tells editors where its schema is, and that file is what the code gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmsguard.cli.file_schema import MODELINE, SCHEMA_FILE, file_schema
from vmsguard.policy.builtin import builtin_folder
from vmsguard.policy.catalogue import Catalogue

FILES = sorted(builtin_folder().rglob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_first_line_leads_to_the_schema(file: Path) -> None:
    first = file.read_text(encoding="utf-8").partition("\n")[0]

    assert first.startswith(MODELINE)
    assert builtin_folder() / SCHEMA_FILE == (file.parent / first.removeprefix(MODELINE)).resolve()


def test_the_schema_that_ships_is_what_the_code_gives(catalogue: Catalogue) -> None:
    shipped = (builtin_folder() / SCHEMA_FILE).read_text(encoding="utf-8")

    assert file_schema(catalogue) == shipped, "run make docs"
