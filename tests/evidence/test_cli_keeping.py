"""``evidence recover`` and ``evidence rotate-key`` as an administrator meets them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from vmsguard.cli.main import main
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.segments import segment_path
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory
from vmsguard.model.clock import SystemClock

CONFIG = """apiVersion: vmsguard/v1
kind: Config
inventory: [inventory.yaml]
evidence: {{dir: evidence, origin: {origin}, key: secret://file/{key}{more}}}
"""


class Answer(NamedTuple):
    exit_code: int
    output: str


Call = Callable[..., Answer]


@pytest.fixture
def call(site: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """One evidence command of the configured installation, in this process."""

    def run(*arguments: object) -> Answer:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main(["--config", str(site / "vmsguard.yaml"), "evidence", *map(str, arguments)])
        told = capsys.readouterr()
        return Answer(int(stopped.value.code or 0), told.out + told.err)

    return run


@pytest.fixture
def site(tmp_path: Path, key: SigningKey) -> Path:
    """A configured installation with a log of two records."""
    key.save(tmp_path / "old.pem")
    (tmp_path / "vmsguard.yaml").write_text(CONFIG.format(origin=key.name, key="old.pem", more=""))
    EvidenceLog.open(tmp_path / "evidence", origin=key.name, key=key, clock=SystemClock()).close()
    return tmp_path


def tear(site: Path) -> None:
    path = segment_path(site / "evidence", 0)
    path.write_bytes(path.read_bytes() + b"torn")


def test_a_dry_run_tells_and_touches_nothing_and_a_run_recovers(site: Path, call: Call) -> None:
    tear(site)
    told = call("recover", "--dry-run")
    assert 0 == told.exit_code, told.output
    assert "records     2 whole, 0 of them after the head" in told.output
    assert "torn        4 bytes, which opening keeps aside and cuts off" in told.output
    assert "nothing was touched; the head's signature was not verified" in told.output
    assert segment_path(site / "evidence", 0).read_bytes().endswith(b"torn")
    recovered = call("recover")
    assert (0, True) == (recovered.exit_code, "recovered: the log goes on at record 4" in recovered.output)
    assert b"torn" == (site / "evidence" / "torn-2.bin").read_bytes()


def test_a_dry_run_needs_neither_configuration_nor_key(site: Path, call: Call) -> None:
    (site / "vmsguard.yaml").unlink()
    (site / "old.pem").unlink()
    assert 0 == call("recover", "--dry-run", site / "evidence").exit_code


def test_recovering_takes_a_key_file_where_nothing_is_configured(site: Path, call: Call) -> None:
    (site / "vmsguard.yaml").unlink()
    tear(site)
    assert 0 == call("recover", site / "evidence", "--key", site / "old.pem").exit_code
    assert (site / "evidence" / "torn-2.bin").exists()


@pytest.mark.parametrize("dry", [True, False])
def test_a_log_that_was_rolled_back_is_refused_with_what_to_do(site: Path, call: Call, dry: bool) -> None:
    path = segment_path(site / "evidence", 0)
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    told = call("recover", *(["--dry-run"] if dry else []))
    assert 2 == told.exit_code
    assert "refused     the evidence log was rolled back or edited: it holds 1 records" in told.output
    assert "start a new origin" in told.output
    assert 1 == len(path.read_bytes().splitlines())


def test_a_log_that_is_being_written_is_left_alone(site: Path, call: Call, key: SigningKey) -> None:
    with EvidenceLog.open(site / "evidence", origin=key.name, key=key, clock=SystemClock()):
        told = call("recover")
    assert told.exit_code != 0


def rotated(site: Path, call: Call) -> tuple[Answer, SigningKey]:
    told = call("rotate-key", "--new-key", site / "new.pem")
    assert 0 == told.exit_code, told.output
    return told, SigningKey.load(site / "new.pem", "vmsguard.example.org/site-a")


def test_a_rotation_tells_auditors_and_configuration_what_they_need(site: Path, call: Call, key: SigningKey) -> None:
    told, new = rotated(site, call)
    assert f"log {key.vkey}\nlog {new.vkey}\n" in told.output
    assert "  key: secret://file/new.pem\n" in told.output
    assert key.pseudonym("x") == new.pseudonym("x")
    again, same = rotated(site, call)
    assert (new.vkey, told.output) == (same.vkey, again.output.replace("of 7 ", "of 5 "))


def test_the_configuration_it_asks_for_works_and_so_does_the_new_key_alone(
    site: Path, call: Call, key: SigningKey
) -> None:
    _, new = rotated(site, call)
    for more in (", previous_key: secret://file/old.pem", ""):
        (site / "vmsguard.yaml").write_text(CONFIG.format(origin=key.name, key="new.pem", more=more))
        assert 0 == call("recover").exit_code
        trust = Trust(logs=(new.verifier,))
        assert 0 == verify_directory(site / "evidence", trust=trust, now=SystemClock().now()).exit_code
    (site / "vmsguard.yaml").write_text(CONFIG.format(origin=key.name, key="old.pem", more=""))
    assert 0 != call("recover").exit_code


def test_a_key_made_elsewhere_takes_over_the_secrets(site: Path, call: Call, key: SigningKey) -> None:
    SigningKey.generate(key.name).save(site / "new.pem")
    told, new = rotated(site, call)
    assert "now also holds the log's secrets" in told.output
    assert key.pseudonym("x") == new.pseudonym("x")


def test_the_present_key_is_no_new_one(site: Path, call: Call) -> None:
    told = call("rotate-key", "--new-key", site / "old.pem")
    assert told.exit_code != 0
    assert "secret" not in told.output.lower()
