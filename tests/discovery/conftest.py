"""Starts devices that answer probes on loopback."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package

from answering_device import Respond, Responder, honest


@pytest.fixture
def device() -> Iterator[Callable[..., Responder]]:
    """Starts a device; all of them stop with the test."""
    with ExitStack() as stack:

        def start(respond: Respond = honest, address: str = "127.0.0.1", *, group: bool = False) -> Responder:
            made = Responder(respond, address, group)
            stack.callback(made.close)
            return made

        yield start
