from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vmsguard.errors import ConfigError, PolicyError, Problems
from vmsguard.policy.syntax.yaml_files import documents_of, read_documents, yaml_files_in

Write = Callable[[str, str], Path]

HEADER = "apiVersion: vmsguard/v1\nkind: {}\n"


def test_several_kinds_may_stand_in_one_file(write: Write) -> None:
    path = write("a.yaml", HEADER.format("Config") + "---\n" + HEADER.format("Inventory") + "---\n")

    assert ["Config", "Inventory"] == [document.kind for document in read_documents(path)]


def test_only_the_kinds_asked_for_are_given(write: Write) -> None:
    path = write("a.yaml", HEADER.format("Config") + "---\n" + HEADER.format("Assignment"))

    assert ["Assignment"] == [document.kind for document in documents_of([path], ("Assignment",))]


def test_the_header_is_read_already(write: Write) -> None:
    (document,) = read_documents(write("a.yaml", HEADER.format("Config") + "state: x\n"))
    with document.fields() as fields:
        state = fields.text("state")
    document.reader.finish()

    assert "x" == state


def test_folders_are_searched_in_a_stable_order_and_each_file_is_read_once(write: Write, tmp_path: Path) -> None:
    names = ["b.yaml", "a.yml", "sub/c.yaml", "notes.md"]
    paths = {name: write(name, HEADER.format("Document")) for name in names}

    found = yaml_files_in([tmp_path, paths["b.yaml"]])

    assert [paths["a.yml"], paths["b.yaml"], paths["sub/c.yaml"]] == found


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Problems) as caught:
        yaml_files_in([tmp_path / "none"], error=PolicyError)

    (problem,) = caught.value.problems
    assert isinstance(problem, PolicyError)
    assert str(tmp_path / "none") == problem.file


def test_broken_files_are_reported_together(write: Write) -> None:
    paths = [write("a.yaml", "a: [\n"), write("b.yaml", HEADER.format("Holds")), write("c.yaml", HEADER.format("Pack"))]

    with pytest.raises(Problems) as caught:
        documents_of(paths, ("Pack",))

    assert [str(paths[0]), str(paths[1])] == [problem.file for problem in caught.value.problems]
    assert all(isinstance(problem, ConfigError) for problem in caught.value.problems)


def test_what_is_linked_and_what_ends_in_capitals_is_read_too(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "holds", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    for file in (folder / "a.YAML", elsewhere / "b.yml"):
        file.write_text("")
    (folder / "linked").symlink_to(elsewhere)
    (folder / "again").symlink_to(folder)
    (folder / "twice.yaml").symlink_to(folder / "a.YAML")
    assert [folder / "a.YAML", folder / "linked" / "b.yml"] == yaml_files_in([folder])


def test_a_folder_that_cannot_be_read_is_an_error_and_not_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "holds" / "closed"
    closed.mkdir(parents=True)
    scan = os.scandir

    def refused(path: str) -> Any:
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(Problems) as raised:
        yaml_files_in([tmp_path / "holds"])
    (problem,) = raised.value.problems
    assert ("cannot be read: Permission denied", str(closed)) == (problem.message, str(problem.file))
