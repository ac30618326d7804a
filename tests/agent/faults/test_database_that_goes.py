"""The agent's database is killed, or falls silent: nothing is lost, somebody hears of it, and it goes on by itself."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from silent_proxy import SilentProxy
from sites import DEVICES, HOUR, SECOND, Sites, utc
from sqlalchemy import text

from vmsguard.errors import StateError
from vmsguard.state import State, silent_server

sys.path.insert(0, str(Path(__file__).parents[2] / "state"))

from postgres_server import PostgresServer, required_postgres

MINUTE = timedelta(minutes=1)
PATIENCE = 120.0
SILENCE = 4
"""Seconds: more than a busy machine takes over an answer."""


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with required_postgres() as server:
        yield server


@pytest.fixture
def proxy(postgres: PostgresServer) -> Iterator[SilentProxy]:
    with tempfile.TemporaryDirectory(prefix="vmsguard-proxy-", dir="/tmp") as folder:
        made = SilentProxy(Path(folder), postgres.folder)
        yield made
        made.close()


@pytest.fixture
def sites(tmp_path: Path, postgres: PostgresServer, proxy: SilentProxy) -> Iterator[Sites]:
    DEVICES.clear()
    if not postgres._answers():  # a test that failed left it so
        postgres.start()
    url = postgres.url().replace(str(postgres.folder), str(proxy.folder))
    made = Sites(tmp_path, datetime.fromisoformat("2026-10-25T00:00:00+00:00"), state=f"{url}&connect_timeout=2")
    cameras = {name: ("berlin", {"country": "DE", "modality": "visible"}) for name in ("ber-1", "ber-2")}
    made.enrol({"berlin": "Europe/Berlin"}, cameras)
    made.accept()
    made.approve()
    yield made
    made.close()
    DEVICES.clear()


async def live_in_spite(sites: Sites, until: datetime, step: timedelta) -> None:
    """As an agent lives: what a round raises is its own to judge. One that does not come back fails the test."""
    assert sites.agent is not None
    async with asyncio.timeout(PATIENCE):
        while sites.clock.real() <= until:
            for _ in range(2):
                await sites.agent.round_in_spite_of_the_state()
                await sites.executor.idle()
            sites.clock.passed += step


def kill(server: PostgresServer) -> None:
    """Without a word to anybody, and its children with it."""
    process = server._process
    assert process is not None
    for name in Path("/proc").iterdir():
        if name.name.isdigit() and f"PPid:\t{process.pid}\n" in _status(name):
            os.kill(int(name.name), signal.SIGKILL)
    process.send_signal(signal.SIGKILL)
    process.wait(60)


def _status(process: Path) -> str:
    try:
        return (process / "status").read_text()
    except OSError:
        return ""


async def test_a_database_killed_in_the_middle_of_a_deletion_loses_no_task_and_proves_none(
    sites: Sites, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = sites.devices["t-ber-1"]
    delete = type(device).purge

    def killed_meanwhile(self: object, cutoff: datetime, held: str) -> None:
        delete(self, cutoff, held)  # type: ignore[arg-type]
        kill(postgres)

    async with sites.living():
        await live_in_spite(sites, utc(25, 12), HOUR)
        sites.alerts.clear()
        with monkeypatch.context() as patched:
            patched.setattr(type(device), "purge", killed_meanwhile)
            await live_in_spite(sites, utc(25, 13), HOUR)
        assert sites.agent is not None
        purged = device.purges[-1]
        assert utc(25, 13) == purged
        before = [one["cutoff"] for one in sites.events("purge")]
        assert "2026-10-25T13:00:00Z" not in before, "deleted, and nobody has seen that it is"
        await live_in_spite(sites, sites.clock.real() + MINUTE + SECOND, 10 * SECOND)
        assert {"state-stopped"} == {alert.code for alert in sites.alerts}
        assert sites.agent.trouble
        postgres.start()
        back = sites.clock.real()
        await live_in_spite(sites, back + 2 * MINUTE, 10 * SECOND)
        assert not sites.agent.trouble
        with sites.state() as state:
            assert {""} == {work.owner for work in state.all_work()}, "no lease is waited out"
        assert all(device.purges[-1] > purged for device in sites.devices.values()), "begun again at once"
        assert all(back <= device.purges[-1] <= back + 2 * MINUTE for device in sites.devices.values())
        await live_in_spite(sites, utc(26, 13), HOUR)
        with sites.state() as state:
            assert all(work.last_done is not None and work.last_done > utc(26, 11) for work in state.all_work())
    assert [] == sites.events("duty.missed")
    found = sites.problems()
    assert all(one.startswith("run-cut-short") and "later did all" in one for one in found), found


def test_an_answer_that_never_comes_is_waited_for_so_long_and_no_longer(
    sites: Sites, proxy: SilentProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silent_server, "SILENCE_SECONDS", SILENCE)

    def ask_in_silence(state: State) -> None:
        with state._database.write() as connection:
            connection.execute(text("SELECT 1"))
            proxy.be_silent()
            connection.execute(text("SELECT 2"))

    with sites.state() as state:
        with pytest.raises(StateError, match=f"said nothing for {SILENCE} seconds"):
            ask_in_silence(state)
        monkeypatch.setattr(silent_server, "SILENCE_SECONDS", PATIENCE)
        proxy.speak()
        with state._database.read() as connection:
            slow = connection.execute(text("SELECT pg_sleep(1), 3")).one()
        assert 3 == slow[1], "a server that takes its time is not one that is gone"


async def test_a_connection_that_falls_silent_is_given_up_and_made_anew(
    sites: Sites, proxy: SilentProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silent_server, "SILENCE_SECONDS", SILENCE)
    async with sites.living():
        await live_in_spite(sites, utc(25, 3), HOUR)
        assert sites.agent is not None
        turns = sites.agent.turns
        proxy.be_silent()
        begun = time.monotonic()
        await sites.agent.round_in_spite_of_the_state()
        assert time.monotonic() - begun < PATIENCE
        assert sites.agent.trouble
        await sites.agent.round_in_spite_of_the_state()
        assert time.monotonic() - begun < PATIENCE, "nor is a new connection waited for"
        assert turns + 2 == sites.agent.turns, "it goes round: nobody has to start it anew"
        proxy.speak()
        await live_in_spite(sites, utc(25, 16), HOUR)
        assert not sites.agent.trouble
    assert {utc(25, 13), utc(25, 14)} & {device.purges[-1] for device in sites.devices.values()}
    assert [] == sites.problems()
