"""``prove`` and ``check-proof`` as an operator and an auditor meet them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vmsguard.cli.evidence import evidence
from vmsguard.errors import EvidenceError, UsageError
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.segments import checkpoint_path

Opener = Callable[..., EvidenceLog]


def call(*arguments: object) -> Result:
    return CliRunner().invoke(evidence, [str(argument) for argument in arguments])


@pytest.fixture
def trust_file(tmp_path: Path, key: SigningKey) -> Path:
    path = tmp_path / "trust.policy"
    path.write_text(f"log {key.vkey}\nquorum none\n")
    return path


@pytest.fixture
def written(
    opened: Opener, folder: Path, disk: Disk, write_run: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A log, and an empty working folder beside it."""
    monkeypatch.setattr(disk, "random_bytes", os.urandom)
    with opened() as log:
        write_run(log)
    work = folder.parent / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return folder


def test_a_record_goes_to_the_auditor_with_its_proof(written: Path, trust_file: Path) -> None:
    made = call("prove", written, "--seq", "3")
    assert (0, ["3.json", "3.tlog-proof"]) == (made.exit_code, sorted(path.name for path in Path().iterdir()))
    stored = next((written / "log").iterdir()).read_bytes().splitlines(keepends=True)
    assert stored[3] == Path("3.json").read_bytes()
    checked = call("check-proof", "3.json", "3.tlog-proof", "--trust", trust_file)
    assert (0, True) == (checked.exit_code, checked.output.startswith("proven"))
    assert "record     3 of" in checked.output


def test_a_record_is_asked_for_by_its_id(written: Path, read_log: Callable[[], list[dict[str, str]]]) -> None:
    assert 0 == call("prove", written, "--id", read_log()[2]["id"], "-o", "x.tlog-proof").exit_code
    assert 2 == json.loads(Path("x.json").read_bytes())["seq"]


def test_the_verdict_as_json_has_its_exit_code(written: Path, trust_file: Path) -> None:
    call("prove", written, "--seq", "3")
    result = call("check-proof", "3.json", "3.tlog-proof", "--trust", trust_file, "--format", "json")
    told = json.loads(result.output)
    assert (0, 0, "proven", 3, "verify") == (
        result.exit_code,
        told["exit"],
        told["verdict"],
        told["index"],
        told["event"],
    )


def test_a_changed_record_exits_1_and_an_unknown_key_3(written: Path, trust_file: Path, tmp_path: Path) -> None:
    call("prove", written, "--seq", "3")
    strange = tmp_path / "strange.policy"
    strange.write_text(f"log {SigningKey.generate('example.org/b').vkey}\nquorum none\n")
    assert 3 == call("check-proof", "3.json", "3.tlog-proof", "--trust", strange).exit_code
    Path("3.json").write_bytes(Path("3.json").read_bytes().replace(b'"pass"', b'"fail"'))
    assert 1 == call("check-proof", "3.json", "3.tlog-proof", "--trust", trust_file).exit_code


@pytest.mark.parametrize("missing", ["3.json", "3.tlog-proof", "trust"])
def test_a_file_that_is_not_there_exits_3(written: Path, trust_file: Path, missing: str) -> None:
    call("prove", written, "--seq", "3")
    (trust_file if missing == "trust" else Path(missing)).unlink()
    assert 3 == call("check-proof", "3.json", "3.tlog-proof", "--trust", trust_file).exit_code


def test_check_proof_exits_3_for_its_usage_errors(trust_file: Path) -> None:
    assert [3, 3, 3] == [call("check-proof", *words).exit_code for words in ((), ("a", "b"), ("a", "--nonsense"))]


def test_a_log_is_shown_to_continue_a_saved_head(
    written: Path, trust_file: Path, opened: Opener, write_run: Callable[..., None]
) -> None:
    saved = Path("saved.note")
    saved.write_bytes(checkpoint_path(written).read_bytes())
    with opened() as log:
        write_run(log, "run-2")
    assert 0 == call("prove", written, "--from", saved).exit_code
    (proof,) = Path().glob("*.consistency")
    checked = call("check-proof", saved, proof, "--trust", trust_file)
    assert (0, True) == (checked.exit_code, "continued by one of" in checked.output)


@pytest.mark.parametrize(
    "words",
    [(), ("--seq", "1", "--id", "x"), ("--seq", "-1"), ("--from", "saved.note", "--under", "x"), ("--seq", "99")],
)
def test_prove_says_what_it_needs(written: Path, words: tuple[str, ...]) -> None:
    result = call("prove", written, *words)
    assert (True, []) == (result.exit_code != 0, list(Path().iterdir()))


def test_prove_overwrites_nothing_else(written: Path) -> None:
    Path("3.json").write_text("mine")
    result = call("prove", written, "--seq", "3")
    assert (True, "mine") == (result.exit_code != 0, Path("3.json").read_text())
    assert [0, 0] == [call("prove", written, "--seq", "4").exit_code for _ in range(2)]
    assert 0 != call("prove", written, "--seq", "5", "-o", "x.json").exit_code


@pytest.mark.parametrize("option", ["--from", "--under"])
def test_a_file_that_is_no_head_is_named(written: Path, trust_file: Path, option: str) -> None:
    words = ("--from", trust_file) if option == "--from" else ("--seq", "1", "--under", trust_file)
    result = call("prove", written, *words)

    assert isinstance(result.exception, EvidenceError)
    assert str(result.exception).startswith(f"{trust_file} is no signed head: ")
    assert "anchors/N.note" in result.exception.hint


def test_a_folder_is_no_place_for_a_proof(written: Path) -> None:
    Path("proofs").mkdir()
    result = call("prove", written, "--seq", "1", "-o", "proofs")

    assert isinstance(result.exception, UsageError)
    assert "proofs exists and is not overwritten" == str(result.exception)
