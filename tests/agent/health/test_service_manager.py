"""What systemd is told, on a socket of our own."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from vmsguard.agent.health.service_manager import ServiceManager


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path) -> Iterator[tuple[socket.socket, str]]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        name = f"vmsguard-test-{os.getpid()}"
        address = str(tmp_path / "notify") if request.param == "path" else f"@{name}"
        listening.bind(address if request.param == "path" else f"\0{name}")
        listening.settimeout(10)
        yield listening, address


def test_ready_alive_and_stopping_reach_it(manager) -> None:
    listening, address = manager
    told = ServiceManager.from_environment({"NOTIFY_SOCKET": address})
    told.ready("12 targets")
    told.alive()
    told.status("a line\nREADY=0")
    told.stopping()
    heard = [listening.recv(4096).decode() for _ in range(4)]
    assert ["READY=1\nSTATUS=12 targets", "WATCHDOG=1", "STATUS=a line READY=0", "STOPPING=1"] == heard


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, 0.0),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, 0.0),
        ({"WATCHDOG_USEC": "soon"}, 0.0),
    ],
)
def test_how_long_the_manager_waits_for_a_sign_of_life(environment, seconds) -> None:
    assert seconds == ServiceManager.from_environment(environment, process=7).watchdog_seconds


@pytest.mark.parametrize("address", ["", "not-an-address", "/nobody/listens/here"])
def test_where_nobody_listens_nothing_breaks(address) -> None:
    ServiceManager(address).ready("12 targets")


def test_a_manager_that_does_not_read_holds_nobody_up(manager) -> None:
    listening, address = manager
    told = ServiceManager(address)
    for _ in range(5000):
        told.status("x" * 500)
    assert listening.recv(4096).startswith(b"STATUS=")
