"""A pack that does not say what its tests mean never leaves for the sites."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("nats")

from vmsguard.agent.jetstream.connection import NoServer
from vmsguard.cli.main import cli
from vmsguard.errors import Problems, UsageError
from vmsguard.evidence.keys import SigningKey

PACK = Path(__file__).parents[2] / "policies" / "kr-pipc-thermal-2020"
NAME = "example.org/policies"
NOBODY_LISTENS = "nats://127.0.0.1:1"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder of policies that are as they should be."""
    shutil.copytree(PACK, tmp_path / "source" / PACK.name)
    return tmp_path / "source"


def publish(folder: Path, source: Path) -> Result:
    SigningKey.generate(NAME).save(folder / "policies.pem")
    (folder / "trust.txt").write_text("quorum none\n")
    (folder / "hub.yaml").write_text(
        "apiVersion: vmsguard/v1\nkind: Hub\nname: example.org/hub\nkey: hub.pem\ndirectory: kept\ntrust: trust.txt\n"
        f'nats: {{servers: ["{NOBODY_LISTENS}"]}}\nsites: [{{origin: example.org/a, domain: a}}]\n'
    )
    options = ["--hub", str(folder / "hub.yaml"), "--key", str(folder / "policies.pem"), "--name", NAME]
    return CliRunner().invoke(cli, ["hub", "publish", str(source), *options, "--number", "1"])


def test_what_is_as_meant_goes_on_to_the_server(tmp_path: Path, source: Path) -> None:
    assert isinstance(publish(tmp_path, source).exception, NoServer)


def test_a_case_that_is_not_as_meant_is_told_and_nobody_is_asked(tmp_path: Path, source: Path) -> None:
    file = source / PACK.name / "tests.yaml"
    text = file.read_text()
    assert "pass" in text
    file.write_text(text.replace(": pass", ": fail", 1))

    told = publish(tmp_path, source)

    assert isinstance(told.exception, UsageError)
    assert f"not as its tests mean, and not published: {PACK.name}" == told.exception.message
    assert f"{file}:" in told.output


def test_a_pack_without_cases_is_not_published(tmp_path: Path, source: Path) -> None:
    (source / PACK.name / "tests.yaml").unlink()

    told = publish(tmp_path, source)

    assert isinstance(told.exception, UsageError)
    assert "no tests; write tests.yaml" in told.output


def test_a_pack_with_mistakes_is_told_where_they_stand(tmp_path: Path, source: Path) -> None:
    file = source / PACK.name / "pack.yaml"
    file.write_text(file.read_text().replace("storage.edge.off", "storage.edge.of", 1))

    told = publish(tmp_path, source)

    assert isinstance(told.exception, Problems)
    assert "pack.yaml:" in str(told.exception)
