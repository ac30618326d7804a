"""Every broken file is rejected with all its mistakes, each at its place and with what to do next.

A case is a folder under ``data/broken``: the file, what must lie beside it (``pack.yaml`` beside ``tests.yaml``), and
``expected.txt`` with a line ``line:column | message | hint`` for each mistake, in the order in which they are reported.
All go through the command that people run.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vmsguard.cli.main import cli

BROKEN = Path(__file__).parent / "data" / "broken"
CASES = sorted(path.name for path in BROKEN.iterdir())
BUDGET = 1.0
"""Seconds that the command may compute about one file."""
KINDS = {
    "Assignment",
    "Config",
    "Document",
    "Exception",
    "Fleet",
    "Freeze",
    "Hold",
    "Inventory",
    "Lock",
    "Pack",
    "PolicyTests",
}


def broken_file(case: str) -> Path:
    """The file of a case that is validated; a pack beside tests is there to be tested."""
    files = [path for path in (BROKEN / case).iterdir() if path.name != "expected.txt"]
    return next((path for path in files if path.name == "tests.yaml"), files[0])


def expected_lines(case: str) -> list[str]:
    return (BROKEN / case / "expected.txt").read_text(encoding="utf-8").splitlines()


@pytest.fixture(autouse=True)
def no_configuration_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def validate(file: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["policy", "validate", str(file), *options])


@pytest.mark.parametrize("case", CASES)
def test_mistakes_are_reported_at_their_place(case: str) -> None:
    file = broken_file(case)

    started = time.process_time()
    result = validate(file, "--format", "json")
    took = time.process_time() - started

    assert 2 == result.exit_code, (result.output, result.exception)
    problems = json.loads(result.stdout)["problems"]
    told = [f"{one['line']}:{one['column']} | {one['message']} | {one['hint']}" for one in problems]
    # A message may name another place in the same file.
    assert expected_lines(case) == [line.replace(f"{file.parent}/", "") for line in told]
    assert [str(file)] * len(problems) == [one["file"] for one in problems]
    assert took < BUDGET


@pytest.mark.parametrize("case", CASES)
def test_on_a_terminal_each_mistake_has_its_line_and_the_next_step(case: str) -> None:
    file = broken_file(case)
    result = validate(file)

    assert 2 == result.exit_code
    assert "Traceback" not in result.output
    for line in expected_lines(case):
        place, message, hint = line.split(" | ", 2)
        assert f"{file}:{place}: {message.partition(file.name)[0]}" in result.output
        assert f"  next: {hint.partition(file.name)[0]}" in result.output


@pytest.mark.parametrize(
    "case", ["duplicate-key", "inventory-login-in-the-url", "tests-unknown-rule", "lock-short-digest", "not-utf-8"]
)
def test_a_process_of_its_own_ends_with_2_and_no_traceback(case: str) -> None:
    command = [sys.executable, "-m", "vmsguard", "policy", "validate", str(broken_file(case))]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert 2 == ended.returncode
    assert "Traceback" not in ended.stderr
    assert all(line.split(" | ", 2)[1] in ended.stderr for line in expected_lines(case))


def test_the_corpus_has_every_kind_of_file_and_of_mistake() -> None:
    kinds: set[str] = set()
    for case in CASES:
        text = broken_file(case).read_bytes().decode("utf-8", "replace")
        kinds |= set(re.findall(r"^kind: (\w+)$", text, re.MULTILINE))
    told = "\n".join(line for case in CASES for line in expected_lines(case))
    asked_for = (
        "did you mean",
        "duplicate key",
        "without quotes is",
        "alias",
        "expected a list",
        "unknown control",
        "is not after",
        "footage must be kept",
        "required under it all the same",
        "stands in for itself",
        "takes none",
        "zero duration",
        "negative duration",
        "does not say in which time zone",
    )

    assert KINDS <= kinds
    assert [] == [part for part in asked_for if part not in told]
    assert len(CASES) >= 200


def test_no_case_goes_without_a_mistake_or_a_hint() -> None:
    assert [] == [case for case in CASES for line in expected_lines(case) or [""] if not _is_whole(line)]


def _is_whole(line: str) -> bool:
    parts: Sequence[str] = line.split(" | ", 2)
    return len(parts) == 3 and all(parts) and re.fullmatch(r"[1-9][0-9]*:[1-9][0-9]*", parts[0]) is not None


@pytest.mark.parametrize("megabytes", [1, 10])
def test_a_file_that_is_too_large_is_not_read(megabytes: int, tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"# " + b"x" * megabytes * 1024 * 1024)

    started = time.process_time()
    result = validate(large)
    took = time.process_time() - started

    assert 2 == result.exit_code
    assert f"{large}:1:1: larger than 1048576 bytes" in result.output
    assert "  next: " in result.output
    assert took < BUDGET
