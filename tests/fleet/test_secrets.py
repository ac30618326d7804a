"""Secrets by reference."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from vmsguard.errors import SecretMissing
from vmsguard.fleet.secrets import SecretStore, check_read_logins
from vmsguard.model.inventory import LoginRefs, Target
from vmsguard.model.vocabulary import Role


def test_a_login_from_the_environment_keeps_colons_in_the_password(tmp_path: Path) -> None:
    login = SecretStore(tmp_path, {"CAM": "admin:a:b"}).login("secret://env/CAM")
    assert login is not None
    assert ("admin", "a:b") == (login.user, login.password)
    assert "a:b" not in repr(login) + str(login)


def test_a_private_file_is_read_and_an_open_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "cam"
    path.write_text("admin:pw\n")
    path.chmod(0o600)
    login = SecretStore(tmp_path, {}).login("secret://file/cam")
    assert login is not None
    assert "pw" == login.password
    path.chmod(0o644)
    with pytest.raises(SecretMissing, match="read by others"):
        SecretStore(tmp_path, {}).login("secret://file/cam")


@pytest.mark.parametrize(
    "reference",
    [
        "secret://env/MISSING",
        "secret://file/missing",
        "secret://vault/x",
        "hunter2",
        "secret://env/",
        "secret://systemd/camera",
        "secret://systemd/",
    ],
)
def test_what_resolves_to_nothing_names_the_reference_and_never_a_value(tmp_path: Path, reference: str) -> None:
    with pytest.raises(SecretMissing) as raised:
        SecretStore(tmp_path, {}).text(reference)
    assert "hunter2" not in str(raised.value)
    assert raised.value.hint


def test_a_credential_of_the_service_manager(tmp_path: Path) -> None:
    given = tmp_path / "credentials"
    given.mkdir()
    (given / "camera").write_text("admin:pw\n")
    (tmp_path / "outside").write_text("admin:secret")
    store = SecretStore(tmp_path, {"CREDENTIALS_DIRECTORY": str(given)})
    login = store.login("secret://systemd/camera")
    assert login is not None
    assert ("admin", "pw", given / "camera") == (login.user, login.password, store.path("secret://systemd/camera"))
    for reference in ("secret://systemd/other", "secret://systemd/../outside", "secret://systemd/.."):
        with pytest.raises(SecretMissing):
            store.text(reference)


def test_a_file_that_is_no_text_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "cam").write_bytes(b"\xff\xfe")
    (tmp_path / "cam").chmod(0o600)
    with pytest.raises(SecretMissing, match="cannot be read"):
        SecretStore(tmp_path, {}).text("secret://file/cam")


def test_a_secret_without_a_colon_is_no_login_and_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(SecretMissing) as raised:
        SecretStore(tmp_path, {"CAM": "hunter2"}).login("secret://env/CAM")
    assert "hunter2" not in str(raised.value)


def test_no_reference_is_no_login(tmp_path: Path) -> None:
    assert SecretStore(tmp_path, {}).login("") is None


def test_only_read_logins_are_resolved_before_a_run(tmp_path: Path) -> None:
    target = Target(
        id="t",
        site="s",
        role=Role.DEVICE,
        driver="d",
        url="http://h/",
        login=LoginRefs("secret://env/READ", "secret://env/CHANGE"),
    )
    check_read_logins([target], SecretStore(tmp_path, {"READ": "a:b"}))
    with pytest.raises(SecretMissing, match="target t"):
        check_read_logins([target], SecretStore(tmp_path, {"CHANGE": "a:b"}))


def put(path: Path, text: str, *, ago: float) -> None:
    path.write_text(text)
    path.chmod(0o600)
    at = time.time() - ago
    os.utime(path, (at, at))


@pytest.mark.parametrize("store", ["file", "systemd"])
def test_a_login_whose_file_is_another_one_is_read_again_once_it_was_left_alone(
    tmp_path: Path, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Long enough for a machine that stalls between writing and reading.
    monkeypatch.setattr("vmsguard.fleet.secrets._SETTLED_SECONDS", 3600.0)
    secrets = SecretStore(tmp_path, {"CREDENTIALS_DIRECTORY": str(tmp_path)})

    def password() -> str:
        login = secrets.login(f"secret://{store}/cam")
        assert login is not None
        return login.password

    with pytest.raises(SecretMissing):
        password()
    put(tmp_path / "cam", "admin:first", ago=4 * 3600)
    assert "first" == password()
    put(tmp_path / "cam", "admin:sec", ago=0)
    assert "first" == password(), "it is being written"
    put(tmp_path / "cam", "admin:second", ago=3 * 3600)
    assert "second" == password()
    (tmp_path / "cam").unlink()
    with pytest.raises(SecretMissing):
        password()
    put(tmp_path / "cam", "admin:third", ago=2 * 3600)
    assert "third" == password()


def test_an_environment_is_that_of_the_start(tmp_path: Path) -> None:
    environment = {"CAM": "admin:a"}
    secrets = SecretStore(tmp_path, environment)
    assert secrets.login("secret://env/CAM") is secrets.login("secret://env/CAM")
