"""``show`` with the filters that only the command line has."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vmsguard.cli.evidence import evidence
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.tombstone import Tombstone
from vmsguard.evidence.tree import leaf_hash

Opener = Callable[..., EvidenceLog]


def call(*arguments: object) -> Result:
    return CliRunner().invoke(evidence, ["show", *(str(argument) for argument in arguments)])


def numbers(result: Result) -> list[int]:
    return [json.loads(line)["seq"] for line in result.output.splitlines()]


@pytest.fixture
def written(opened: Opener, folder: Path, write_run: Callable[..., None]) -> Path:
    with opened() as log:
        write_run(log, pairs=3)
    return folder


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("--seq", "2"), [2]),
        (("--seq", "2-3"), [2, 3]),
        (("--seq", "5-"), [5, 6]),
        (("--seq=-1",), [0, 1]),
        (("--tail", "2"), [5, 6]),
        (("--tail", "1", "--verdict", "pass"), [4]),
        (("--verdict", "pass", "--camera", "cam-2"), [4]),
        (("--until", "2026-11-22"), []),
        (("--since", "2026-11-22T12:00:00+09:00", "--seq", "0"), [0]),
        (("--since", "2026-11-22T12:00:01+09:00", "--seq", "0"), []),
        (("--until", "2026-11-22T03:00:00Z"), []),
        (("--until", "2026-11-22T03:00:01Z", "--seq", "0"), [0]),
    ],
)
def test_filters_of_the_command_line(written: Path, words: tuple[str, ...], shown: list[int]) -> None:
    result = call(written, *words, "--format", "json")
    assert (0, shown) == (result.exit_code, numbers(result))


@pytest.mark.parametrize(
    "words",
    [
        ("--seq", "x"),
        ("--seq", "-"),
        ("--seq", "3-2"),
        ("--seq", "1-2-3"),
        ("--seq", "²"),
        ("--tail", "0"),
        ("--until", "later"),
        ("--since", "2026-11-23", "--until", "2026-11-22"),
        ("--event", "duty.mised"),
        ("--event", "dut"),
        ("--verdict", "failed"),
    ],
)
def test_a_filter_that_says_nothing_is_refused(written: Path, words: tuple[str, ...]) -> None:
    assert 0 != call(written, *words).exit_code


def test_an_erased_record_is_shown_as_erased(written: Path) -> None:
    (path,) = (written / "log").iterdir()
    lines = path.read_bytes().splitlines()
    lines[2] = Tombstone(2, leaf_hash(lines[2])).line()
    path.write_bytes(b"\n".join([*lines, b""]))
    assert "(erased)" in call(written, "--seq", "1-3").output
    assert [1, 2, 3] == numbers(call(written, "--seq", "1-3", "--format", "json"))
