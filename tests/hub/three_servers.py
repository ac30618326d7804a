"""A hub's NATS server, leaf nodes that dial out to it, the hub's own process, and sites with real logs."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import io
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import structlog

from vmsguard.agent.jetstream.connection import NatsSettings
from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.uplink.part import UplinkPart
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.note import VerifierKey
from vmsguard.model.clock import SystemClock
from vmsguard.state.store import State

sys.path.insert(0, str(Path(__file__).parents[1] / "agent"))  # this folder is no package

from nats_server import NatsServer, free_port

__all__ = ["RealHub", "RealSite", "play", "seen", "until"]


class RealSite:
    """A leaf node, a log, a state, and the uplink between them."""

    def __init__(self, folder: Path, binary: str, name: str, leaf_port: int) -> None:
        self.folder = folder / name
        self.origin = f"hub.example.org/{name}"
        self.domain = name
        self.key = SigningKey.generate(self.origin)
        remote = f'{{ url: "nats://127.0.0.1:{leaf_port}" }}'
        self.server = NatsServer(
            self.folder / "nats",
            binary,
            sync=f"sync_interval: always, domain: {name}",
            more=f'server_name: {name}\nleafnodes {{ reconnect: "1s", remotes: [ {remote} ] }}\n',
        )
        self.folder.mkdir(parents=True)
        self.state = State.open(f"sqlite:///{self.folder}/state.db", clock=SystemClock())
        self.alerts: list[Alert] = []
        self.log = self.opened()

    @property
    def evidence(self) -> Path:
        return self.folder / "evidence"

    def opened(self) -> EvidenceLog:
        return EvidenceLog.open(self.evidence, origin=self.origin, key=self.key, clock=SystemClock())

    def write(self, count: int) -> None:
        for _ in range(count):
            self.log.heartbeat(600)
        self.log.checkpoint()

    @contextlib.asynccontextmanager
    async def going_up(self, hub_key: VerifierKey | None, **more) -> AsyncIterator[UplinkPart]:
        part = UplinkPart(
            self.evidence,
            self.origin,
            self.state,
            NatsSettings(servers=(self.server.url,), domain=self.domain),
            "hub",
            hub_key=hub_key,
            clock=SystemClock(),
            tell=self.alerts.extend,
            log=structlog.get_logger("vmsguard.agent"),
            **more,
        )
        await part.start()
        try:
            yield part
        finally:
            await part.stop()

    def close(self) -> None:
        self.log.close()
        self.state.close()
        self.server.kill()


class RealHub:
    """The hub's server and its process."""

    def __init__(self, folder: Path, binary: str) -> None:
        self.folder = folder / "hub"
        self.folder.mkdir(parents=True)
        self.leaf_port = free_port()
        self.server = NatsServer(
            self.folder / "nats",
            binary,
            sync="sync_interval: always, domain: hub",
            more=f'server_name: hub\nleafnodes {{ host: "127.0.0.1", port: {self.leaf_port} }}\n',
        )
        self.process: subprocess.Popen[bytes] | None = None
        self.key = SigningKey.generate("hub.example.org/hub")
        self.key.save(self.folder / "hub.pem")
        self.file = self.folder / "hub.yaml"

    def configure(self, *sites: RealSite) -> None:
        told = "".join(f"  - {{origin: {site.origin}, domain: {site.domain}}}\n" for site in sites)
        self.file.write_text(
            "apiVersion: vmsguard/v1\nkind: Hub\ndirectory: kept\ntrust: trust.txt\n"
            f"name: {self.key.name}\nkey: hub.pem\n"
            f'nats: {{servers: ["{self.server.url}"], domain: hub}}\nsites:\n{told}'
        )
        logs = "".join(f"log {site.key.vkey}\n" for site in sites)
        (self.folder / "trust.txt").write_text(f"{logs}quorum none\n")

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "vmsguard", "hub", "run", str(self.file)], stdout=log, stderr=log
            )

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        code = self.process.wait(120)
        self.process = None
        return code

    def copy(self, site: RealSite) -> Path:
        from vmsguard.hub.hub_file import load_hub_file

        return load_hub_file(self.file).evidence(site.origin)

    def close(self) -> None:
        self.kill()
        self.server.kill()


async def until(true, seconds: float = 60.0) -> None:
    """Wait for what other processes bring about."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        await asyncio.sleep(0.05)


def play(
    story: Callable[[], Coroutine[Any, Any, None]], hub: RealHub, *sites: RealSite, seconds: float = 120.0
) -> None:
    """Carry a story out; one that fails, or hangs, says what could be seen."""

    async def bounded() -> None:
        task = asyncio.ensure_future(story())
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            where = io.StringIO()
            task.print_stack(file=where)
            task.cancel()
            await asyncio.wait({task}, timeout=10.0)
            pytest.fail(f"it hangs:\n{where.getvalue()}\n{seen(hub, *sites)}")
        if (error := task.exception()) is not None:
            raise AssertionError(f"{error}\n{seen(hub, *sites)}") from error

    # Threads, processes and connections of a story that hangs may hold up its end too.
    faulthandler.dump_traceback_later(seconds + 30.0, exit=True)
    try:
        asyncio.run(bounded())
    finally:
        faulthandler.cancel_dump_traceback_later()


def seen(hub: RealHub, *sites: RealSite) -> str:
    """What a person would look at."""
    told = []
    for site in sites:
        confirmed = site.state.confirmed_evidence(site.origin)
        told.append(f"{site.origin}: {site.log.size} records, {site.log.signed_size} signed, {confirmed} confirmed")
    for server in (hub.server, *(site.server for site in sites)):
        try:
            with urlopen(f"{server.monitoring}/jsz?streams=true&config=true", timeout=5) as answer:
                told.append(f"{server.folder}: {answer.read().decode()}")
        except OSError as error:
            told.append(f"{server.folder}: {error}")
    for file in (hub.folder / "log", *hub.folder.glob("kept/standing/*/standing.json")):
        told.append(f"{file}:\n{file.read_text()[-4000:]}" if file.exists() else f"no {file}")
    return "\n".join(told)
