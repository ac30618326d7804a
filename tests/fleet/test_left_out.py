from __future__ import annotations

from pathlib import Path

import pytest

from vmsguard.fleet.left_out import left_out
from vmsguard.fleet.load_config import Config, load_config

CONFIG = """\
apiVersion: vmsguard/v1
kind: Config
inventory: [inventory.yaml]
exceptions: [papers/]
evidence: {dir: evidence, origin: site, key: secret://file/key}
"""
HOLD = "apiVersion: vmsguard/v1\nkind: Hold\nmetadata: {id: hold-1}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "papers").mkdir()
    (tmp_path / "inventory.yaml").write_text("apiVersion: vmsguard/v1\nkind: Inventory\n")
    (tmp_path / "vmsguard.yaml").write_text(CONFIG)
    return tmp_path


def config(folder: Path, more: str = "") -> Config:
    file = folder / "vmsguard.yaml"
    file.write_text(file.read_text() + more)
    return load_config(file)


def told(found: Config) -> list[tuple[str, int | None, str]]:
    return [(Path(str(one.file)).name, one.line, one.message.partition(",")[0]) for one in left_out(found)]


def test_a_hold_in_a_folder_of_exceptions_is_not_passed_over(folder: Path) -> None:
    (folder / "papers" / "hold.yaml").write_text(HOLD)
    assert [("hold.yaml", 1, "kind: Hold stands here")] == told(config(folder))
    assert [] == told(config(folder, "holds: [papers/]\n"))


def test_nor_is_one_beside_the_configuration_in_its_file(folder: Path) -> None:
    assert [("vmsguard.yaml", 7, "kind: Hold stands here")] == told(config(folder, f"---\n{HOLD}"))


def test_an_assignment_in_the_configuration_is_read_only_where_none_is_named(folder: Path) -> None:
    more = "---\napiVersion: vmsguard/v1\nkind: Assignment\n"
    assert [] == told(config(folder, more))
    (folder / "assignments.yaml").write_text("apiVersion: vmsguard/v1\nkind: Assignment\n")
    (folder / "vmsguard.yaml").write_text(f"{CONFIG}assignments: [assignments.yaml]\n")
    assert [("vmsguard.yaml", 8, "kind: Assignment stands here")] == told(config(folder, more))


def test_a_file_that_is_broken_is_told_by_who_reads_it(folder: Path) -> None:
    (folder / "papers" / "broken.yaml").write_text("kind: Hold: [\n")
    assert [] == told(config(folder))


def test_a_word_in_a_text_is_no_document(folder: Path) -> None:
    (folder / "papers" / "e.yaml").write_text("apiVersion: vmsguard/v1\nkind: Exception\nreason: a Hold\n")
    assert [] == told(config(folder))
