"""What real servers may be relied on for, as the agent finds it when it connects."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog.testing
from nats_operator import Operator
from nats_server import NatsServer, debian_binary, free_port, nats_binary, required_nats

from vmsguard.agent.execution.executor import Lease
from vmsguard.agent.execution.tasks import Done, Outcome, TaskRef
from vmsguard.agent.jetstream.connection import NatsLine, NatsSettings, NoServer, UnfitServer, connect, settings_of
from vmsguard.agent.jetstream.executor import JetStreamExecutor
from vmsguard.agent.jetstream.server_check import Reliance
from vmsguard.agent.jetstream.stream import answers, ensure_stream
from vmsguard.errors import SecretMissing
from vmsguard.fleet.read_nats import NatsConfig
from vmsguard.fleet.secrets import SecretStore

ALWAYS, NOW_AND_THEN, OFF = "sync_interval: always", "sync_interval: 2m", None
Start = Callable[..., NatsServer]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with contextlib.ExitStack() as running:

        def started(name: str = "new", sync: str | None = ALWAYS, more: str = "") -> NatsServer:
            old = name == "old"
            binary = required_nats(debian_binary(), "Debian") if old else required_nats(nats_binary())
            server = NatsServer(tmp_path / f"{name}-{free_port()}", binary, sync=sync, more=more)
            running.callback(server.kill)
            server.start()
            return server

        yield started


def settings(server: NatsServer, *, monitored: bool = True) -> NatsSettings:
    return NatsSettings(servers=(server.url,), monitoring=server.monitoring if monitored else "")


async def found(told: NatsSettings) -> tuple[Reliance, str]:
    """What a line to it finds; what may not be relied on is refused."""
    async with NatsLine(told, "test", patience=20) as line:
        try:
            await line.first_look()
        except UnfitServer:
            assert line.client is None, "nothing is handed to it"
        assert line.finding is not None
        assert (line.client is None) == (line.finding.reliance is Reliance.UNFIT)
        return line.finding.reliance, line.finding.why


async def test_one_that_writes_through_is_relied_on(start: Start) -> None:
    assert (Reliance.RELIABLE, "") == await found(settings(start()))


async def test_one_that_acknowledges_first_is_refused(start: Start) -> None:
    why = "it acknowledges before a message is on disk"
    assert (Reliance.UNFIT, why) == await found(settings(start(sync=NOW_AND_THEN)))


async def test_an_old_one_is_refused_even_unmonitored(start: Start) -> None:
    why = "older than 2.10.23: a crash could lose its streams"
    assert (Reliance.UNFIT, why) == await found(settings(start("old", ""), monitored=False))


async def test_one_whose_monitoring_is_not_named_is_unknown_and_used(start: Start) -> None:
    why = "whether it writes through before it acknowledges was not seen"
    assert (Reliance.UNKNOWN, why) == await found(settings(start(sync=NOW_AND_THEN), monitored=False))


async def test_the_monitoring_of_another_server_says_nothing_of_this_one(start: Start) -> None:
    lazy, other = start(sync=NOW_AND_THEN), start()
    told = NatsSettings(servers=(lazy.url,), monitoring=other.monitoring)
    assert (Reliance.UNKNOWN, "the monitoring address is of another server") == await found(told)


async def test_one_without_jetstream_is_refused(start: Start) -> None:
    server = start(sync=OFF)
    assert (Reliance.UNFIT, "JetStream is off") == await found(settings(server))
    client = await connect(settings(server), "test")
    try:
        with pytest.raises(NoServer, match="JetStream does not answer"):
            await answers(client.jetstream())
    finally:
        await client.close()


async def test_a_server_that_was_exchanged_for_a_worse_one_is_not_used_any_more(start: Start, tmp_path: Path) -> None:
    server = start()
    async with NatsLine(settings(server), "test", patience=20) as line:
        await line.first_look()
        assert line.client is not None
        server.kill()
        server.sync = NOW_AND_THEN
        server.start()
        await _until(lambda: "acknowledges before" in line.trouble)
        assert line.client is None
        server.kill()
        server.sync = ALWAYS
        server.start()
        await _until(lambda: line.client is not None)


async def test_a_login_that_is_refused_is_tried_again_and_works_once_it_is_let_in(start: Start) -> None:
    server = start(more="authorization { user: a, password: b }\n")
    with pytest.raises(NoServer, match="it refused the login"):
        await connect(settings(server), "test", patience=2)
    async with NatsLine(settings(server), "test", patience=0.1) as line:
        await line.first_look()
        assert line.client is None
        await _until(lambda: line.trouble.endswith("does not let us in: it refused the login"))
        server.kill()
        server.more = ""
        server.start()
        await _until(lambda: line.client is not None)


async def test_an_outage_is_said_once_and_so_is_its_end(start: Start) -> None:
    server = start()
    with structlog.testing.capture_logs() as said:
        async with NatsLine(settings(server), "test", patience=20) as line:
            await line.first_look()
            assert [] == said
            server.kill()
            await _until(lambda: any("ConnectionRefusedError" in one["event"] for one in said))
            await asyncio.sleep(5)  # two more tries, and a half
            server.start()
            await _until(lambda: line.client is not None)
    assert 1 == sum("ConnectionRefusedError" in one["event"] for one in said)
    assert "the NATS server is there again" == said[-1]["event"]


async def test_a_user_with_credentials_is_let_in_and_nobody_without(start: Start, tmp_path: Path) -> None:
    operator, file = Operator(), tmp_path / "agent.creds"
    file.write_text(operator.credentials)
    file.chmod(0o600)
    server = start(more=operator.configuration)
    told = NatsConfig(servers=(server.url,), credentials=str(file), monitoring=server.monitoring)
    client = await connect(settings_of(told, SecretStore(tmp_path, {})), "test")
    try:
        await ensure_stream(client.jetstream())
    finally:
        await client.close()
    with pytest.raises(NoServer, match="it refused the login"):
        await connect(settings(server), "test", patience=5)


@pytest.mark.parametrize("domain", ["", "site-1"])
async def test_the_rights_that_are_documented_are_enough(start: Start, tmp_path: Path, domain: str) -> None:
    operator, file = Operator(["vmsguard.work.>", "$JS.API.>", "$JS.ACK.>"], ["_INBOX.>"]), tmp_path / "agent.creds"
    file.write_text(operator.credentials)
    file.chmod(0o600)
    server = start(sync=f"{ALWAYS}, domain: {domain}" if domain else ALWAYS, more=operator.configuration)
    told = NatsConfig(servers=(server.url,), credentials=str(file), monitoring=server.monitoring, domain=domain)
    carried, stop = [], asyncio.Event()

    async def handler(ref: TaskRef, lease: Lease) -> Outcome:
        carried.append(ref)
        stop.set()
        return Done()

    async with NatsLine(settings_of(told, SecretStore(tmp_path, {})), "test", patience=20) as line:
        await line.first_look()
        executor = JetStreamExecutor(line, lambda: ["s"], FreeLeases(), domain=domain)
        await executor.dispatch([TaskRef("s", "t")])
        assert (True, "") == (executor.health().ready, executor.health().why)
        async with asyncio.timeout(30):
            await executor.serve(handler, stop)
    assert [TaskRef("s", "t")] == carried


class FreeLeases:
    """Whoever asks for a target gets it."""

    term = 60.0

    async def acquire(self, ref: TaskRef) -> Lease:
        return FreeLease(ref.target)

    async def release(self, lease: Lease, ref: TaskRef, outcome: Outcome | None) -> None:
        """Nobody else asks."""


@dataclass
class FreeLease:
    target: str
    token: int = 1

    async def renew(self) -> bool:
        return True


async def test_a_name_behind_tls_that_answers_in_the_clear_is_not_used(start: Start) -> None:
    told = NatsSettings(servers=(start().url.replace("nats:", "tls:"),))
    with pytest.raises(NoServer, match="does not encrypt, though tls:// names it"):
        await connect(told, "test", patience=3)
    async with NatsLine(told, "test", patience=3) as line:
        await line.first_look()
        assert line.client is None


async def test_no_server_is_said_and_no_password_with_it() -> None:
    told = NatsSettings(servers=(f"nats://me:hunter2@127.0.0.1:{free_port()}",))
    with pytest.raises(NoServer) as raised:
        await connect(told, "test", patience=1)
    assert "hunter2" not in f"{raised.value} {raised.value.hint}"


def test_credentials_have_to_be_there_and_private(tmp_path: Path) -> None:
    file = tmp_path / "agent.creds"
    told = NatsConfig(servers=("nats://127.0.0.1",), credentials=str(file))
    with pytest.raises(SecretMissing, match="there is no such file"):
        settings_of(told, SecretStore(tmp_path, {}))
    file.write_text("a JWT")
    file.chmod(0o644)
    with pytest.raises(SecretMissing, match="can be read by others"):
        settings_of(told, SecretStore(tmp_path, {}))
    file.chmod(0o600)
    with pytest.raises(SecretMissing, match="it has no part called USER NKEY SEED"):
        settings_of(told, SecretStore(tmp_path, {}))
    file.write_text(Operator().credentials)
    assert file == settings_of(told, SecretStore(tmp_path, {})).credentials
    reference = NatsConfig(servers=("nats://127.0.0.1",), credentials="secret://file/agent.creds")
    assert file == settings_of(reference, SecretStore(tmp_path, {})).credentials


async def _until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not so():
            await asyncio.sleep(0.02)
