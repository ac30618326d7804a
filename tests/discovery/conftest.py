"""Starts devices that answer probes on loopback."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package

from answering_device import Respond, Responder, honest

from vmsguard.net.datagrams import exchange


@pytest.fixture(autouse=True)
def answers_in_time(awake: Callable[[], float], monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that stands still while a device is to answer takes nothing of the time that it has."""
    assert exchange.__kwdefaults__ is not None
    monkeypatch.setitem(exchange.__kwdefaults__, "monotonic", awake)


@pytest.fixture
def device() -> Iterator[Callable[..., Responder]]:
    """Starts a device; all of them stop with the test."""
    with ExitStack() as stack:

        def start(respond: Respond = honest, address: str = "127.0.0.1", *, group: bool = False) -> Responder:
            made = Responder(respond, address, group)
            stack.callback(made.close)
            return made

        yield start
