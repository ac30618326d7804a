"""The service manager's notification protocol (sd_notify(3)): ready, alive, stopping, and what it is doing."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

__all__ = ["ServiceManager"]


class ServiceManager:
    """Tells systemd, where it started us; says nothing to anybody elsewhere."""

    def __init__(self, address: str = "", watchdog_seconds: float = 0.0) -> None:
        self._address = address
        self.watchdog_seconds = watchdog_seconds
        """The agent must be heard of within this time, or it is killed and started anew; 0: nobody waits."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], process: int | None = None) -> ServiceManager:
        """As ``NOTIFY_SOCKET``, ``WATCHDOG_USEC`` and ``WATCHDOG_PID`` have it; a child of ours is not meant."""
        told = environment.get("WATCHDOG_PID", "")
        meant = not told or told == str(os.getpid() if process is None else process)
        microseconds = environment.get("WATCHDOG_USEC", "")
        seconds = int(microseconds) / 1_000_000 if meant and microseconds.isdecimal() else 0.0
        return cls(environment.get("NOTIFY_SOCKET", ""), seconds)

    def ready(self, status: str = "") -> None:
        self._tell("READY=1", f"STATUS={status}" if status else "")

    def status(self, status: str) -> None:
        """One line for ``systemctl status``: counts, never a name or an address."""
        self._tell(f"STATUS={status}")

    def alive(self) -> None:
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def _tell(self, *lines: str) -> None:
        if not self._address.startswith(("/", "@")):
            return
        # An abstract address begins with NUL, which environments cannot carry.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        text = "\n".join(line.replace("\n", " ") for line in lines if line)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as manager:
                manager.setblocking(False)  # a manager that is too busy to read must not hold the agent up
                manager.connect(address)
                manager.send(text.encode())
        except OSError:
            # Nobody listens any more, or nobody reads; the manager's own watchdog draws the conclusion.
            return
