"""Whoever reads standard output, and with which encoding, a command does its work and exits with what it found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vmsguard.cli.init import write_installation
from vmsguard.cli.main import main
from vmsguard.cli.standard_output import StandardOutput
from vmsguard.errors import UsageError

PROGRAM = (sys.executable, "-c", "from vmsguard.cli.main import main; main()")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """An installation with a log."""
    write_installation(tmp_path, "vmsguard.example.org/test")
    assert 0 == started(tmp_path, "doctor", stdout=subprocess.DEVNULL).returncode
    return tmp_path


def started(
    folder: Path, *arguments: str, stdout: int, before: str = "", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """The program run in a process of its own; ``before`` is what a shell does to its streams."""
    command = ["sh", "-c", f'exec "$0" "$@" {before}', *PROGRAM, *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


def unread(folder: Path, *arguments: str) -> tuple[int, bytes]:
    """Exit code and standard error where the reader of standard output has gone before the first line."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = started(folder, *arguments, stdout=writing)
    finally:
        os.close(writing)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("expected", "command"),
    [
        (0, "policy show kr-pipc-thermal-2020"),
        (0, "policy explain kr-pipc-thermal-2020"),
        (0, "evidence show --format json"),
        (0, "evidence verify --trust trust.policy"),
        (3, "evidence verify"),
        (3, "report --format csv"),
    ],
)
def test_a_reader_that_has_gone_takes_nothing_from_the_exit_code(site: Path, expected: int, command: str) -> None:
    assert (expected, b"") == unread(site, *command.split())


@pytest.mark.parametrize("command", ["evidence show", "evidence verify --trust trust.policy", "policy list"])
def test_a_closed_standard_output_is_no_error(site: Path, command: str) -> None:
    done = started(site, *command.split(), stdout=subprocess.PIPE, before=">&-")

    assert (0, b"") == (done.returncode, done.stderr)


def test_a_closed_standard_output_is_not_the_log(site: Path) -> None:
    started(site, "doctor", stdout=subprocess.PIPE, before=">&- 2>&-")

    assert 0 == started(site, "evidence", "verify", "--trust", "trust.policy", stdout=subprocess.PIPE).returncode


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(("expected", "command"), [(2, "policy list"), (3, "evidence verify --trust trust.policy")])
def test_what_cannot_be_told_for_want_of_room_is_an_error_and_no_verdict(
    site: Path, expected: int, command: str
) -> None:
    done = started(site, *command.split(), stdout=subprocess.PIPE, before=">/dev/full")

    assert expected == done.returncode
    assert done.stderr.startswith(b"error: standard output cannot be written: No space left on device\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_an_unwritable_standard_error_changes_no_exit_code(site: Path) -> None:
    done = started(site, "evidence", "verify", "nothere", stdout=subprocess.PIPE, before="2>/dev/full")

    assert 3 == done.returncode


@pytest.mark.parametrize(
    "environment",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}],
    ids=["ascii", "C"],
)
def test_what_an_encoding_lacks_is_escaped(site: Path, environment: dict[str, str]) -> None:
    done = started(site, "evidence", "show", stdout=subprocess.PIPE, **environment)

    assert (0, b"") == (done.returncode, done.stderr)
    assert b"\\u2026" in done.stdout  # the ellipsis behind a shortened hash


def test_once_unread_everything_is_taken_and_nothing_written() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with StandardOutput(writing, "wb") as told:
        assert 3 == told.write(b"one")
        assert told.unread
        assert 5 == told.write(b"again")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_told_once() -> None:
    with StandardOutput("/dev/full", "wb") as told:
        with pytest.raises(UsageError, match="No space left on device"):
            told.write(b"one")
        assert 5 == told.write(b"again")


def test_an_error_of_our_own_is_no_verdict(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a word of a device")

    monkeypatch.chdir(site)
    monkeypatch.setattr("vmsguard.cli.evidence.verify.read_roots", broken)
    with pytest.raises(SystemExit) as stopped:
        main(["evidence", "verify", "--trust", "trust.policy"])

    assert 3 == stopped.value.code
    assert capsys.readouterr().err.startswith("internal error: RuntimeError\n")
