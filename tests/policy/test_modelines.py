"""Every shipped policy file tells editors where its schema is, and that file is what the code gives."""

from __future__ import annotations

from pathlib import Path

import pytest

import vmsguard.cli
from vmsguard.cli.file_schema import MODELINE, SCHEMA_FILE, file_schema
from vmsguard.cli.init import write_installation
from vmsguard.errors import UsageError
from vmsguard.policy.builtin import builtin_folder
from vmsguard.policy.catalogue import Catalogue

TEMPLATES = Path(vmsguard.cli.__file__).parent / "templates"
FILES = sorted(builtin_folder().rglob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_first_line_leads_to_the_schema(file: Path) -> None:
    first = file.read_text(encoding="utf-8").partition("\n")[0]

    assert first.startswith(MODELINE)
    assert builtin_folder() / SCHEMA_FILE == (file.parent / first.removeprefix(MODELINE)).resolve()


@pytest.mark.parametrize("file", sorted(TEMPLATES.rglob("*.yaml")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_what_init_and_the_demo_write_leads_to_the_copy_they_write(file: Path) -> None:
    first = file.read_text(encoding="utf-8").partition("\n")[0]
    installation = TEMPLATES / file.relative_to(TEMPLATES).parts[0]

    assert first.startswith(MODELINE)
    assert installation / SCHEMA_FILE == (file.parent / first.removeprefix(MODELINE)).resolve()


def test_init_writes_the_schema_its_files_name(tmp_path: Path) -> None:
    write_installation(tmp_path, "vmsguard.example.org/here")

    assert (builtin_folder() / SCHEMA_FILE).read_bytes() == (tmp_path / SCHEMA_FILE).read_bytes()
    with pytest.raises(UsageError):
        write_installation(tmp_path, "vmsguard.example.org/here")


def test_the_schema_that_ships_is_what_the_code_gives(catalogue: Catalogue) -> None:
    shipped = (builtin_folder() / SCHEMA_FILE).read_text(encoding="utf-8")

    assert file_schema(catalogue) == shipped, "run make docs"
