"""``vmsguard report`` as a person meets it: what it writes, where, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
import stat
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from vmsguard.cli.init import write_installation
from vmsguard.cli.main import main


def log_writer() -> ModuleType:
    """The writer of logs of the report's own tests."""
    known = "report_tests_log_writer"
    if known not in sys.modules:
        spec = spec_from_file_location(known, Path(__file__).parents[1] / "report" / "log_writer.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[known] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[known])
    return sys.modules[known]


class Answer:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Run = Callable[..., Answer]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with an evidence log and the auditor's trust file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VMSGUARD_CONFIG", raising=False)
    writing = log_writer()
    with writing.LogWriter(tmp_path / "evidence") as writer:
        writer.run([writing.Said(camera="cam-1")])
        writer.run([writing.Said(camera="cam-1"), writing.Said(camera="cam-2", verdict="fail")])
    (tmp_path / "trust.policy").write_text(writer.trust_text)
    return tmp_path


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """One call of the program; standard output as the bytes it is."""

    def call(*arguments: object) -> Answer:
        with pytest.raises(SystemExit) as done:
            main([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        return Answer(int(done.value.code or 0), out.decode(), err.decode())

    return call


def test_html_goes_to_a_file_of_its_own(home: Path, run: Run) -> None:
    answer = run("report", "--trust", "trust.policy")

    assert (0, "") == (answer.code, answer.out)
    assert (
        "report.html: intact and complete; 1 of 2 verdicts pass (1 direct, 0 fallback, 0 exception), 1 fail, "
        "0 conflict, 0 unknown\n"
    ) == answer.err
    assert (home / "report.html").read_text().lower().startswith("<!doctype html>")
    assert ["report.html"] == [path.name for path in home.glob("*report*")]


def test_csv_and_json_go_to_standard_output(home: Path, run: Run) -> None:
    table, told = run("report", "--format", "csv"), run("report", "--format", "json")

    assert ["cam-1", "cam-2"] == [row["camera"] for row in csv.DictReader(io.StringIO(table.out, newline=""))]
    assert table.out.endswith("\r\n")
    assert (1, 1) == (json.loads(told.out)["counts"]["pass_direct"], json.loads(told.out)["counts"]["fail"])
    assert ["", ""] == [table.err, told.err]


def test_a_bundle_is_reported_as_the_log_it_holds(home: Path, run: Run) -> None:
    run("evidence", "export", "--format", "bundle", "-o", "log.tar.gz")
    direct, packed = run("report", "--format", "csv"), run("report", "log.tar.gz", "--format", "csv")

    assert direct.out == packed.out
    assert direct.code == packed.code


def test_what_is_no_bundle_is_refused(home: Path, run: Run) -> None:
    answer = run("report", "trust.policy")

    assert 3 == answer.code
    assert "name an evidence directory, or a .tar.gz" in answer.err


def test_a_root_that_is_no_certificate_is_refused_without_any_token(home: Path, run: Run) -> None:
    for command in (("report", "--format", "csv"), ("evidence", "verify")):
        answer = run(*command, "--trust", "trust.policy", "--tsa-root", "trust.policy")

        assert 3 == answer.code
        assert "trust.policy: a root certificate file holds no PEM certificate" in answer.err


def test_html_goes_to_standard_output_when_asked(home: Path, run: Run) -> None:
    answer = run("report", "-o", "-")

    assert answer.out.lower().startswith("<!doctype html>")
    assert not (home / "report.html").exists()


def test_a_file_that_is_there_is_replaced_only_with_force(home: Path, run: Run) -> None:
    kept = home / "out.csv"
    kept.write_text("mine")
    refused = run("report", "--format", "csv", "-o", "out.csv")
    left = kept.read_text()
    forced = run("report", "--format", "csv", "-o", "out.csv", "--force")

    assert (3, "mine") == (refused.code, left)
    assert "out.csv exists" in refused.err
    assert "--force" in refused.err
    assert kept.read_text().startswith('"level"')
    assert 3 == forced.code  # no trust file


def test_a_report_has_the_mode_of_any_new_file(home: Path, run: Run) -> None:
    other = home / "other"
    other.touch()
    run("report", "--format", "json", "-o", "out.json")

    assert stat.S_IMODE(other.stat().st_mode) == stat.S_IMODE((home / "out.json").stat().st_mode)


def test_what_cannot_be_written_is_a_usage_error_and_leaves_nothing(home: Path, run: Run) -> None:
    answer = run("report", "-o", "no-folder/report.html")

    assert 3 == answer.code
    assert "cannot be written" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("name", ["report.html", "-"])
def test_a_tampered_log_is_reported_and_exits_1(home: Path, run: Run, name: str) -> None:
    (path,) = (home / "evidence/log").glob("*.jsonl")
    path.write_bytes(path.read_bytes().replace(b'"verdict":"fail"', b'"verdict":"pass"'))
    answer = run("report", "--trust", "trust.policy", "-o", name)
    told = (home / "report.html").read_text() if name == "report.html" else answer.out

    assert 1 == answer.code
    assert "tampered" in told.lower()


def test_an_incomplete_log_is_reported_and_exits_2(home: Path, run: Run) -> None:
    writing = log_writer()
    with writing.LogWriter(home / "cut") as writer:
        writer.run([writing.Said(camera="cam-1")], ends=False)
    answer = run("report", "cut", "--trust", "trust.policy", "--format", "json")

    assert (2, 2) == (answer.code, json.loads(answer.out)["integrity"]["exit_code"])


def test_without_a_trust_file_it_is_reported_and_exits_3(home: Path, run: Run) -> None:
    answer = run("report", "--format", "json")

    assert (3, "cannot decide") == (answer.code, json.loads(answer.out)["integrity"]["verdict"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["elsewhere"], "elsewhere holds no evidence log"),
        (["--since", "yesterday"], "--since yesterday is not a time"),
        (["--since", "2026-12-01", "--until", "2026-11-01"], "ends before it begins"),
        (["--trust", "nothing.policy"], "trust file cannot be read"),
        (["--format", "docx"], "docx"),
        (["-o", "."], "is a directory"),
        (["evidence", "evidence"], "hold the log"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_usage_errors_exit_3_and_write_nothing(home: Path, run: Run, arguments: list[str], said: str) -> None:
    answer = run("report", *arguments)

    assert (3, "") == (answer.code, answer.out)
    assert said in answer.err
    assert not (home / "report.html").exists()


def test_the_configured_log_is_told_unless_one_is_named(home: Path, run: Run) -> None:
    write_installation(home / "site", "vmsguard.example.org/other")
    configured = run("--config", home / "site/vmsguard.yaml", "report", "--format", "json")
    writing = log_writer()
    with writing.LogWriter(home / "site/evidence", origin="vmsguard.example.org/other") as writer:
        writer.run([writing.Said(camera="cam-9")])
    written = run("--config", home / "site/vmsguard.yaml", "report", "--format", "json")
    named = run("--config", home / "site/vmsguard.yaml", "report", home / "evidence", "--format", "json")

    assert "holds no evidence log" in configured.err
    assert ["cam-9"] == [item["camera"] for item in json.loads(written.out)["items"]]
    assert ["cam-1", "cam-2"] == sorted(item["camera"] for item in json.loads(named.out)["items"])


def test_several_logs_are_told_together(home: Path, run: Run) -> None:
    writing = log_writer()
    with writing.LogWriter(home / "busan", origin="vmsguard.example.org/busan") as writer:
        writer.run([writing.Said(camera="cam-1", site="busan", verdict="unknown")])
    told = json.loads(run("report", "evidence", "busan", "--format", "json").out)

    assert ["vmsguard.example.org/busan", writing.ORIGIN] == [log["origin"] for log in told["logs"]]
    assert [("busan", "unknown"), ("seoul-hq", "fail"), ("seoul-hq", "pass")] == sorted(
        (item["site"], item["verdict"]) for item in told["items"]
    )
    assert 2 == sum(camera["id"] == "cam-1" for camera in told["cameras"])


def test_the_period_is_the_one_that_was_asked_for(home: Path, run: Run) -> None:
    early = json.loads(run("report", "--format", "json", "--until", "2026-11-01T03:00:01.500Z").out)

    assert ["cam-1"] == [item["camera"] for item in early["items"]]
    assert "2026-11-01T03:00:01.500000Z" == early["period_to"]


def test_help_says_what_exit_codes_mean(run: Run) -> None:
    answer = run("report", "--help")

    assert 0 == answer.code
    assert "1 tampered, 2 incomplete, 3 cannot" in " ".join(answer.out.split())
