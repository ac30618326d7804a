"""Servers that encrypt and ask who we are: what is right is let in, and what is wrong is told as what it is."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from nats_certificates import Authority
from nats_operator import Key, Operator, user_key
from nats_server import NatsServer, nats_binary, required_nats

from vmsguard.agent.jetstream.connection import NoServer, NotLetIn, connect, settings_of
from vmsguard.agent.jetstream.credentials import UserCredentials
from vmsguard.cli import doctor_nats
from vmsguard.errors import ConfigError, SecretMissing, VmsguardError
from vmsguard.fleet.read_agent import AgentConfig
from vmsguard.fleet.read_nats import NatsConfig
from vmsguard.fleet.secrets import SecretStore
from vmsguard.plugin.registry import Registry

Start = Callable[[str], NatsServer]
PATIENCE = 60.0


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "pki", "authority")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    binary = required_nats(nats_binary())
    with contextlib.ExitStack() as running:

        def started(more: str) -> NatsServer:
            server = NatsServer(tmp_path / "server", binary, more=more)
            running.callback(server.kill)
            server.start()
            return server

        yield started


def names(key: Key) -> str:
    """A server's file that lets this user in, and nobody else."""
    return f"authorization {{ users: [ {{ nkey: {key.public} }} ] }}\n"


def kept(folder: Path, content: str, name: str = "user") -> str:
    file = folder / name
    file.write_text(content)
    file.chmod(0o600)
    return str(file)


def config(server: NatsServer, credentials: str = "", ca: Path | None = None, scheme: str = "tls") -> NatsConfig:
    url = server.url.replace("nats:", f"{scheme}:")
    return NatsConfig(servers=(url,), credentials=credentials, ca=ca, monitoring=server.monitoring)


async def let_in(told: NatsConfig, folder: Path) -> bool:
    client = await connect(settings_of(told, SecretStore(folder, {})), "test", patience=PATIENCE)
    try:
        return client.is_connected
    finally:
        await client.close()


@pytest.mark.parametrize("after", ["", "\n", "\r\n"])
async def test_a_user_whom_the_server_s_file_names_is_let_in(
    after: str, start: Start, authority: Authority, tmp_path: Path
) -> None:
    server = start(authority.server("server") + names(user_key(7)))

    assert await let_in(config(server, kept(tmp_path, user_key(7).seed + after), authority.ca), tmp_path)


async def test_a_user_with_a_jwt_is_let_in_over_tls(start: Start, authority: Authority, tmp_path: Path) -> None:
    operator = Operator()
    server = start(authority.server("server") + operator.configuration)

    assert await let_in(config(server, kept(tmp_path, operator.credentials), authority.ca), tmp_path)


async def wrong(told: NatsConfig, folder: Path) -> tuple[type[VmsguardError], str]:
    """What connecting ends with."""
    secrets = SecretStore(folder, {})
    try:
        settings = settings_of(told, secrets)
        with pytest.raises(NoServer) as raised:
            await connect(settings, "test", patience=PATIENCE)
        found: VmsguardError = raised.value
    except VmsguardError as error:
        found = error
    assert found.hint
    return type(found), found.message


def doctor_says(told: NatsConfig, folder: Path) -> tuple[bool, str]:
    agent = AgentConfig(socket=folder / "a", workers=folder / "w", nats=told)
    rows = {row["check"]: row for row in doctor_nats.executor_rows(agent, Registry(), SecretStore(folder, {}))}
    assert rows["NATS server"]["next"]
    return rows["NATS server"]["ok"], rows["NATS server"]["found"]


def told_alike(told: NatsConfig, folder: Path, kind: type[VmsguardError], words: str) -> None:
    found, message = asyncio.run(wrong(told, folder))
    assert (kind, True) == (found, words in message), message
    ok, row = doctor_says(told, folder)
    assert (False, True) == (ok, words in row), row


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_nats, "_PATIENCE", PATIENCE)


def test_another_user_s_key_is_refused(start: Start, authority: Authority, tmp_path: Path) -> None:
    server = start(authority.server("server") + names(user_key(7)))

    told = config(server, kept(tmp_path, user_key(8).seed), authority.ca)

    told_alike(told, tmp_path, NotLetIn, "it refused the login")


def test_no_login_at_all_is_refused(start: Start, authority: Authority, tmp_path: Path) -> None:
    server = start(authority.server("server") + names(user_key(7)))

    told_alike(config(server, "", authority.ca), tmp_path, NotLetIn, "it refused the login")


def test_a_user_who_expired_is_refused(start: Start, authority: Authority, tmp_path: Path) -> None:
    operator = Operator(expires=int(time.time()) - 86_400)
    server = start(authority.server("server") + operator.configuration)

    told = config(server, kept(tmp_path, operator.credentials), authority.ca)

    told_alike(told, tmp_path, NotLetIn, "it refused the login")


def test_a_server_of_an_authority_that_nobody_named_is_not_used(
    start: Start, authority: Authority, tmp_path: Path
) -> None:
    server = start(authority.server("server"))
    other = Authority(tmp_path / "pki", "other")

    for ca in (None, other.ca):
        told_alike(config(server, "", ca), tmp_path, NotLetIn, "its certificate is not trusted: ")


def test_a_server_whose_certificate_expired_is_not_used(start: Start, authority: Authority, tmp_path: Path) -> None:
    server = start(authority.server("server", valid=timedelta(days=-2)))

    words = "its certificate is not trusted: certificate has expired"
    told_alike(config(server, "", authority.ca), tmp_path, NotLetIn, words)


def test_a_server_under_another_s_name_is_not_used(start: Start, authority: Authority, tmp_path: Path) -> None:
    server = start(authority.server("server", address="127.0.0.2"))

    words = "its certificate is not trusted: IP address mismatch"
    told_alike(config(server, "", authority.ca), tmp_path, NotLetIn, words)


def test_a_server_in_the_clear_behind_tls_is_not_used(start: Start, authority: Authority, tmp_path: Path) -> None:
    told = config(start(""), "", authority.ca)

    told_alike(told, tmp_path, NotLetIn, "does not encrypt, though tls:// names it")


@pytest.mark.parametrize(
    ("content", "words"), [(None, "No such file"), ("no certificate", "holds no certificate")], ids=["missing", "other"]
)
def test_an_authority_that_is_none_is_told_before_anybody_is_asked(
    content: str | None, words: str, tmp_path: Path
) -> None:
    ca = tmp_path / "ca.pem"
    if content is not None:
        ca.write_text(content)

    told_alike(config(NatsServer(tmp_path, ""), "", ca), tmp_path, ConfigError, words)


@pytest.mark.parametrize(
    "content", ["SU", user_key(1).seed[:-3], user_key(1).public, "SA" + user_key(1).seed[2:], "one\ntwo", ""]
)
def test_a_file_that_is_no_user_s_is_told_before_anybody_is_asked(content: str, tmp_path: Path) -> None:
    told = config(NatsServer(tmp_path, ""), kept(tmp_path, content))

    found, message = SecretMissing, str(tmp_path / "user")
    told_alike(told, tmp_path, found, message)
    if content:
        assert content not in doctor_says(told, tmp_path)[1].replace(message, "")


def test_the_public_name_of_a_seed_is_the_one_that_the_server_s_file_has(tmp_path: Path) -> None:
    credentials = UserCredentials(Path(kept(tmp_path, f"{user_key(9).seed}\n")))

    assert user_key(9).public == credentials.nkey()
    assert "" == UserCredentials(Path(kept(tmp_path, Operator().credentials, "jwt"))).nkey()


async def test_credentials_that_vanish_later_are_told_and_taken_up_when_they_are_back(
    start: Start, authority: Authority, tmp_path: Path
) -> None:
    server = start(authority.server("server") + names(user_key(7)))
    file = Path(kept(tmp_path, user_key(7).seed))
    settings = settings_of(config(server, str(file), authority.ca), SecretStore(tmp_path, {}))
    file.unlink()
    with pytest.raises(NotLetIn, match="no login for the NATS server"):
        await connect(settings, "test", patience=PATIENCE)

    kept(tmp_path, user_key(7).seed)
    client = await connect(settings, "test", patience=PATIENCE)
    await client.close()
