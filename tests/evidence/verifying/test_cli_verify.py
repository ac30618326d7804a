"""``evidence verify`` as an auditor calls it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from vmsguard.cli.main import cli
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.exporting.bundle import export_bundle
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["evidence", "verify", *map(str, arguments)])


@pytest.fixture
def trust_file(tmp_path: Path, key: SigningKey) -> Path:
    path = tmp_path / "trust.policy"
    path.write_text(f"log {key.vkey}\nquorum none\n", encoding="utf-8")
    return path


@pytest.fixture
def written(opened: Callable[..., EvidenceLog], write_run: Callable[..., None], folder: Path) -> Path:
    with opened() as log:
        write_run(log)
    return folder


@pytest.fixture
def saved(written: Path, tmp_path: Path, opened: Callable[..., EvidenceLog]) -> Path:
    """A head of the log before its second opening."""
    path = tmp_path / "saved.note"
    shutil.copy(written / "checkpoint", path)
    opened().close()
    return path


def test_a_bundle_is_verified_like_a_directory(written: Path, trust_file: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.tar.gz"
    export_bundle(written, bundle, datetime.now(UTC))
    told = [json.loads(call(place, "--trust", trust_file, "--format", "json").output) for place in (written, bundle)]
    assert (0, told[0]) == (told[1]["exit"], told[1])


def test_what_is_no_bundle_cannot_be_decided(trust_file: Path, tmp_path: Path) -> None:
    (tmp_path / "no.tar.gz").write_bytes(b"no")
    for place in ("no.tar.gz", "nowhere"):
        result = call(tmp_path / place, "--trust", trust_file)
        assert (3, True) == (result.exit_code, place in result.output)


def test_a_saved_head_is_continued(written: Path, trust_file: Path, saved: Path) -> None:
    told = json.loads(call(written, "--trust", trust_file, "--since", saved, "--format", "json").output)
    assert (0, parse_checkpoint(saved.read_bytes()).size) == (told["exit"], told["since"])


def test_on_a_fork_both_notes_are_printed_in_full(
    written: Path, trust_file: Path, saved: Path, key: SigningKey
) -> None:
    size = parse_checkpoint(saved.read_bytes()).size
    saved.write_bytes(key.signed_bytes(Checkpoint(key.name, size, bytes(32))))
    result = call(written, "--trust", trust_file, "--since", saved)
    assert 1 == result.exit_code
    for note in (saved, written / "checkpoint"):
        assert note.read_text(encoding="utf-8") in result.output
    told = json.loads(call(written, "--trust", trust_file, "--since", saved, "--format", "json").output)
    assert saved.read_text(encoding="utf-8") == told["forks"][0]["first_note"]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["--since", "{saved}"], "--since needs --trust"),
        (["--trust", "{trust}", "--since", "missing.note"], "check --since"),
        (["--trust", "{trust}", "--tsa-root", "missing.pem"], "check --tsa-root"),
        (["--trust", "missing.policy"], "check --trust"),
        (["--trust", "{trust}", "--jobs", "0"], "--jobs"),
    ],
)
def test_wrong_usage_cannot_be_decided(
    written: Path, trust_file: Path, saved: Path, arguments: list[str], hint: str
) -> None:
    told = [argument.format(saved=saved, trust=trust_file) for argument in arguments]
    result = call(written, *told)
    assert (3, True) == (result.exit_code, hint in result.output)


def test_the_table_fits_100_columns_but_for_hashes(
    written: Path, trust_file: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    path = next((written / "log").iterdir())
    path.write_bytes(path.read_bytes().replace(b'"cam-1"', b'"cam-2"', 1))
    result = call(written, "--trust", trust_file, "--since", saved)
    table = result.output[result.output.index("level") : result.output.rindex("\n\n")]
    assert max(map(len, table.splitlines())) <= 120
    assert "tampered  root" in table


def test_a_hostile_message_reaches_no_terminal(forged: Callable[..., None], folder: Path, trust_file: Path) -> None:
    forged([{"event": "apply.intent", "change": "\x1b[31m[bold]c[/]", "verb": "v", "target": "t"}])
    output = call(folder, "--trust", trust_file).output
    assert ("\x1b" in output, "[bold]c[/]" in output) == (False, True)


def test_processes_are_asked_for_and_the_answer_is_the_same(written: Path, trust_file: Path) -> None:
    answers: list[Any] = [call(written, "--trust", trust_file, "--jobs", jobs).output for jobs in (1, 2)]
    assert answers[0] == answers[1]


def test_a_reader_that_has_gone_takes_nothing_from_the_exit_code(written: Path, trust_file: Path) -> None:
    command = [sys.executable, "-m", "vmsguard", "evidence", "verify", str(written), "--trust", str(trust_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert 0 == process.wait(timeout=60)
