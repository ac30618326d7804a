"""The hub's own file says all its mistakes at once, and a log's name becomes one name of a folder."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from vmsguard.cli.main import cli
from vmsguard.errors import ConfigError, EvidenceError, Problems, VmsguardError
from vmsguard.evidence.keys import SigningKey
from vmsguard.fleet.secrets import SecretStore
from vmsguard.hub.hub_file import SiteOfHub, folder_of, load_hub_file

KEY = SigningKey.generate("example.org/seoul")
WHOLE = """\
apiVersion: vmsguard/v1
kind: Hub
name: example.org/hub
key: keys/hub.pem
directory: kept
trust: trust.txt
silent_after: PT1H
prunings: keep
nats: {servers: ["nats://127.0.0.1:4222"], domain: hub}
sites:
  - {origin: example.org/seoul, domain: seoul}
  - {origin: example.org/busan, domain: busan}
"""


def written(folder: Path, text: str) -> Path:
    (folder / "trust.txt").write_text(f"log {KEY.vkey}\nquorum none\n")
    path = folder / "hub.yaml"
    path.write_text(text)
    return path


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    hub = load_hub_file(written(tmp_path, WHOLE))

    assert (tmp_path / "kept", timedelta(hours=1), False) == (hub.directory, hub.silent_after, hub.prunings)
    seoul, busan = SiteOfHub("example.org/seoul", "seoul", (KEY.verifier,)), SiteOfHub("example.org/busan", "busan", ())
    assert (seoul, busan) == hub.sites
    assert ("nats://127.0.0.1:4222",) == hub.nats.servers
    assert ("example.org/hub", str(tmp_path / "keys" / "hub.pem")) == (hub.name, hub.key)


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    hub = load_hub_file(written(tmp_path, WHOLE.replace("silent_after: PT1H\nprunings: keep\n", "")))

    assert (timedelta(minutes=15), True) == (hub.silent_after, hub.prunings)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("kind: Hub", "kind: Config", "kind"),
        ("directory: kept\n", "", "needs the key 'directory'"),
        ("trust: trust.txt\n", "", "needs the key 'trust'"),
        ("name: example.org/hub\n", "", "needs the key 'name'"),
        ("name: example.org/hub", "name: the hub", "cannot name a key"),
        ("key: keys/hub.pem\n", "", "needs the key 'key'"),
        ("key: keys/hub.pem", "key: secret://env/HUB", "key: expected a file"),
        ("key: keys/hub.pem", 'key: "-----BEGIN PRIVATE KEY-----"', "key: expected the path of a file"),
        ("prunings: keep", "prunings: never", "prunings"),
        ("nats: {servers", "nats: {server", "server"),
        ("domain: busan", "domain: seoul", "stands there twice"),
        ("origin: example.org/busan", "origin: example.org/seoul", "stands there twice"),
        ("sites:", "site:", "site"),
    ],
)
def test_a_mistake_is_told_where_it_stands(old: str, new: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(Problems) as caught:
        load_hub_file(written(tmp_path, WHOLE.replace(old, new)))

    assert told in str(caught.value)
    assert "hub.yaml:" in str(caught.value)


def test_a_missing_file_and_a_missing_trust_file_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no hub file") as caught:
        load_hub_file(tmp_path / "hub.yaml")
    assert "docs/operations.md" in caught.value.hint

    path = written(tmp_path, WHOLE)
    (tmp_path / "trust.txt").unlink()
    with pytest.raises(ConfigError, match="trust file cannot be read"):
        load_hub_file(path)


@pytest.mark.parametrize("told", ["keys/hub.pem", "secret://file/keys/hub.pem"])
def test_the_key_is_one_that_keygen_made(told: str, tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE.replace("keys/hub.pem", told))
    (tmp_path / "keys").mkdir()
    file = tmp_path / "keys" / "hub.pem"
    made = CliRunner().invoke(cli, ["evidence", "keygen", "--origin", "example.org/hub", "-o", str(file)])
    secrets = SecretStore(tmp_path)

    key = load_hub_file(path).signing_key(secrets)

    assert key.vkey in made.output
    file.chmod(0o644)
    with pytest.raises(VmsguardError, match=r"hub\.pem"):
        load_hub_file(path).signing_key(secrets)


def test_a_hub_without_its_key_does_not_run_and_can_be_looked_at(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)

    run, status = (CliRunner().invoke(cli, ["hub", command, str(path)]) for command in ("run", "status"))

    assert isinstance(run.exception, EvidenceError)
    assert "evidence keygen" in run.exception.hint
    assert 4 == status.exit_code


def test_the_commands_say_that_a_file_is_missing_or_mistaken(tmp_path: Path) -> None:
    for command in ("run", "status"):
        missing = CliRunner().invoke(cli, ["hub", command, str(tmp_path / "none.yaml")])
        assert isinstance(missing.exception, ConfigError)
        mistaken = CliRunner().invoke(cli, ["hub", command, str(written(tmp_path, WHOLE.replace("sites:", "site:")))])
        assert isinstance(mistaken.exception, Problems)


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ("example.org/seoul", "example.org%2Fseoul"),
        ("..", "%2E."),
        (".", "%2E"),
        ("../../etc", "%2E.%2F..%2Fetc"),
        ("서울", "%EC%84%9C%EC%9A%B8"),
    ],
)
def test_a_log_s_name_is_one_name_of_a_folder(origin: str, name: str) -> None:
    assert name == folder_of(origin)
