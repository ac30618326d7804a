"""Nothing of a log that a hub takes is pruned before the hub has it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package

from copied_site import SEGMENT, OwnClock

from vmsguard.agent.standing_now import picture_of
from vmsguard.cli.main import cli
from vmsguard.errors import UsageError, VmsguardError
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog, Pace
from vmsguard.fleet.load_config import Config, load_config
from vmsguard.model.clock import SystemClock
from vmsguard.state.store import State

KEY = SigningKey.generate("example.org/hub").vkey
HUB = 'agent: {nats: {servers: ["nats://127.0.0.1:4222"], domain: here, hub: {domain: hub%s}}}\n'


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """An installation whose log has two full segments."""
    CliRunner().invoke(cli, ["init", str(tmp_path / "site")], catch_exceptions=False)
    config = load_config(tmp_path / "site" / "vmsguard.yaml")
    clock, evidence = OwnClock(), config.evidence
    key = SigningKey.load(config.folder / "keys" / "evidence.pem", evidence.origin)
    pace = Pace(segment_records=SEGMENT)
    with EvidenceLog.open(evidence.directory, origin=evidence.origin, key=key, clock=clock, pace=pace) as log:
        for _ in range(2 * SEGMENT):
            log.heartbeat(60)
        log.settle()
    return config


@pytest.fixture
def prune(config: Config) -> Callable[[], Result]:
    def pruned() -> Result:
        line = [
            "--config",
            str(config.file),
            "evidence",
            "prune",
            "--before",
            "2027-01-01",
            "--reason",
            "retention-ended",
        ]
        return CliRunner().invoke(cli, [*line, "--dry-run"])

    return pruned


def expect(config: Config, confirmed: int) -> None:
    with State.open(config.state, clock=SystemClock()) as state:
        state.expect_hub(config.evidence.origin)
        state.confirm_evidence(config.evidence.origin, confirmed)


def test_a_log_that_no_hub_takes_is_pruned_as_ever(config: Config, prune: Callable[[], Result]) -> None:
    assert 0 == prune().exit_code
    assert not (config.folder / "state.db").exists()


@pytest.mark.parametrize(
    ("key", "hint"),
    [(f', key: "{KEY}"', "vmsguard_evidence_unsent"), ("", "the key: that `vmsguard hub run` prints")],
    ids=["with a key", "without a key"],
)
def test_from_the_moment_a_hub_is_configured_nothing_goes(
    key: str, hint: str, config: Config, prune: Callable[[], Result]
) -> None:
    config.file.write_text(config.file.read_text() + HUB % key)

    error = prune().exception

    assert isinstance(error, UsageError)
    assert f"records 0 to {2 * SEGMENT - 1} would go, and the hub has confirmed 0 records" == error.message
    assert hint in error.hint


@pytest.mark.parametrize(("confirmed", "allowed"), [(0, False), (2 * SEGMENT - 1, False), (2 * SEGMENT, True)])
def test_what_the_hub_has_may_go_and_nothing_beyond(
    confirmed: int, allowed: bool, config: Config, prune: Callable[[], Result]
) -> None:
    expect(config, confirmed)

    assert allowed is not isinstance(prune().exception, VmsguardError)


def test_another_log_than_the_configured_one_is_no_hub_s_business(config: Config, tmp_path: Path) -> None:
    expect(config, 0)
    other = tmp_path / "copied"
    config.evidence.directory.rename(other)
    line = ["--config", str(config.file), "evidence", "prune", str(other)]

    told = CliRunner().invoke(cli, [*line, "--before", "2027-01-01", "--reason", "retention-ended", "--dry-run"])

    assert 0 == told.exit_code


@pytest.mark.parametrize(("confirmed", "unsent"), [(None, 0), (0, 50), (30, 20), (50, 0)])
def test_unsent_is_what_an_expected_hub_has_not_confirmed(
    confirmed: int | None, unsent: int, config: Config, clock: OwnClock
) -> None:
    if confirmed is not None:
        expect(config, confirmed)

    with State.open(config.state, clock=SystemClock()) as state:
        told = picture_of(state, SimpleNamespace(sites={}), config.evidence.origin, 50, clock.now())

    assert unsent == told.unsent_evidence
