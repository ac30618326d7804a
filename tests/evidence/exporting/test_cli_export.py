"""``export`` as an operator meets it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vmsguard.cli.evidence import evidence
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.segments import segment_path
from vmsguard.evidence.tombstone import Tombstone
from vmsguard.evidence.tree import leaf_hash

Opener = Callable[..., EvidenceLog]


def call(*arguments: object) -> Result:
    return CliRunner().invoke(evidence, ["export", *(str(argument) for argument in arguments)])


@pytest.fixture
def written(opened: Opener, folder: Path, write_run: Callable[..., None]) -> Path:
    with opened() as log:
        write_run(log, pairs=3)
    return folder


@pytest.mark.parametrize("form", ["bundle", "tiles", "jsonl"])
def test_each_format_says_what_it_exported(written: Path, tmp_path: Path, form: str) -> None:
    result = call(written, "--format", form, "-o", tmp_path / "out")
    assert (0, True) == (result.exit_code, f"{tmp_path / 'out'}: 7 records of vmsguard.example.org" in result.output)
    assert (tmp_path / "out").exists()
    assert 0 != call(written, "--format", form, "-o", tmp_path / "out").exit_code


@pytest.mark.parametrize("form", ["bundle", "tiles"])
@pytest.mark.parametrize("filter_", ["--from", "--to", "--camera", "--control", "--run"])
def test_a_part_of_a_log_is_no_bundle(written: Path, tmp_path: Path, form: str, filter_: str) -> None:
    result = call(written, "--format", form, "-o", tmp_path / "out", filter_, "2026-11-22")
    assert (True, False) == (result.exit_code != 0, (tmp_path / "out").exists())


def test_records_are_filtered(written: Path, tmp_path: Path) -> None:
    result = call(written, "--format", "jsonl", "-o", tmp_path / "out", "--camera", "cam-2", "--to", "2026-11-23")
    assert (0, 1) == (result.exit_code, len((tmp_path / "out").read_bytes().splitlines()))


def test_times_are_checked(written: Path, tmp_path: Path) -> None:
    words = ("--format", "jsonl", "-o", tmp_path / "out")
    assert 0 != call(written, *words, "--from", "yesterday").exit_code
    assert 0 != call(written, *words, "--from", "2026-11-23", "--to", "2026-11-22").exit_code


def test_nothing_is_exported_into_the_log(written: Path) -> None:
    before = sorted(written.rglob("*"))
    assert 0 != call(written, "--format", "jsonl", "-o", written / "log" / "out").exit_code
    assert before == sorted(written.rglob("*"))


def test_what_is_not_in_an_export_is_said(written: Path, tmp_path: Path) -> None:
    path = segment_path(written, 0)
    lines = path.read_bytes().splitlines()
    lines[2] = Tombstone(2, leaf_hash(lines[2])).line()
    path.write_bytes(b"\n".join([*lines, b""]))
    assert "1 of them were erased" in call(written, "--format", "jsonl", "-o", tmp_path / "a").output
    assert "entry bundles 0 hold erased" in call(written, "--format", "tiles", "-o", tmp_path / "b").output
