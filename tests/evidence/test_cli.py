"""The ``evidence`` commands as a user meets them, with the exit codes they promise."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vmsguard.cli.evidence import evidence
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.model.clock import SystemClock

Opener = Callable[..., EvidenceLog]


def call(*arguments: object) -> Result:
    return CliRunner().invoke(evidence, [str(argument) for argument in arguments])


@pytest.fixture
def trust_file(tmp_path: Path, key: SigningKey) -> Path:
    path = tmp_path / "trust.policy"
    path.write_text(f"log {key.vkey}\nquorum none\n")
    return path


@pytest.fixture
def written(folder: Path, key: SigningKey, write_run: Callable[..., None]) -> Path:
    with EvidenceLog.open(folder, origin=key.name, key=key, clock=SystemClock()) as log:
        write_run(log)
    return folder


def test_keygen_verify_and_show_work_together(tmp_path: Path, folder: Path) -> None:
    made = call("keygen", "--origin", "example.org/a", "-o", tmp_path / "key.pem")
    assert 0 == made.exit_code
    trust = tmp_path / "trust.policy"
    trust.write_text("\n".join(made.output.splitlines()[-2:]) + "\n")
    key = SigningKey.load(tmp_path / "key.pem", "example.org/a")
    EvidenceLog.create(folder, origin="example.org/a", key=key, clock=SystemClock()).close()
    verified = call("verify", folder, "--trust", trust)
    assert (0, True) == (verified.exit_code, verified.output.startswith("intact and complete"))
    assert "the operator could have rewritten this" in verified.output
    assert "log.opened" in call("show", folder).output


def test_keygen_overwrites_nothing(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text("mine")
    assert 0 != call("keygen", "--origin", "example.org/a", "-o", path).exit_code
    assert path.read_text() == "mine"


def test_verify_exits_1_for_a_tampered_log(written: Path, trust_file: Path) -> None:
    path = written / "log" / f"{0:020d}.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"verdict":"pass"', b'"verdict":"fail"', 1))
    result = call("verify", written, "--trust", trust_file)
    assert (1, True) == (result.exit_code, result.output.startswith("tampered"))


def test_verify_exits_2_for_an_incomplete_log(folder: Path, key: SigningKey, trust_file: Path) -> None:
    with EvidenceLog.open(folder, origin=key.name, key=key, clock=SystemClock()) as log:
        log.append("apply.intent", change="c", verb="recording.stop", target="t-1")
    result = call("verify", folder, "--trust", trust_file)
    assert (2, True) == (result.exit_code, "unresolved-intent       1" in result.output)


def test_verify_exits_3_without_a_trust_file(written: Path) -> None:
    result = call("verify", written)
    assert (3, True) == (result.exit_code, "without a trust file" in result.output)


@pytest.mark.parametrize("arguments", [("--trust",), ("--nonsense",), ("a", "b"), ("--format", "xml")])
def test_verify_exits_3_for_its_usage_errors(arguments: tuple[str, ...]) -> None:
    assert 3 == call("verify", *arguments).exit_code


def test_verify_exits_3_where_there_is_nothing_to_read(tmp_path: Path, written: Path) -> None:
    assert 3 == call("verify", tmp_path / "none").exit_code
    assert 3 == call("verify", written, "--trust", tmp_path / "none").exit_code


def test_verify_as_json_says_the_same(written: Path, trust_file: Path) -> None:
    result = call("verify", written, "--trust", trust_file, "--format", "json")
    told = json.loads(result.output)
    assert (0, 0, "intact and complete", []) == (result.exit_code, told["exit"], told["verdict"], told["problems"])
    assert told["size"] == told["signed_size"] > 0


def test_show_filters_and_prints_one_json_object_per_record(written: Path) -> None:
    result = call("show", written, "--event", "verify", "--camera", "cam-1", "--format", "json")
    (record,) = map(json.loads, result.output.splitlines())
    assert ("verify", "cam-1", "pass") == (record["event"], record["camera"], record["verdict"])


def test_show_says_when_nothing_passes(written: Path) -> None:
    assert "no record passes these filters" in call("show", written, "--camera", "cam-99").output


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01"])
def test_show_refuses_a_time_that_is_none(written: Path, since: str) -> None:
    assert 0 != call("show", written, "--since", since).exit_code


def test_show_prints_nothing_a_terminal_would_act_on(written: Path) -> None:
    path = written / "log" / f"{0:020d}.jsonl"
    path.write_bytes(path.read_bytes() + b'{"event":"finding","seq":9,"what":"\\u001b[31m[red]"}\n')
    output = call("show", written, "--event", "finding").output
    assert "\x1b" not in output
    assert "[red]" in output
