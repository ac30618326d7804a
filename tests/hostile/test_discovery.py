"""Devices that answer a probe without end: it ends when it was to end, holds little, hides nobody and visits nobody."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hostile_camera.endless_answers import KINDS
from hostile_camera.memory import forget_peak, peak_mebibytes
from hostile_camera.server import RawServer
from vmsguard_onvif.discovery_probe import WsDiscovery

from vmsguard.fleet.discover import Discovery
from vmsguard.fleet.gather_answers import MOST_IDENTITIES, MOST_OF_ONE
from vmsguard.net.datagrams import exchange

SCRIPT = Path(__file__).parent / "hostile_camera" / "endless_answers.py"
ASKED_FOR, SECONDS, MEBIBYTES = 1.5, 2.5, 32.0
READ = {"same", "ever_another_device", "as_large_as_may_be", "elements"}
"""Kinds that are answers; the others are nothing that anybody could read."""


@contextmanager
def answering(kind: str, address: str, lure: str) -> Iterator[tuple[str, int]]:
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), kind, address, lure], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        yield address, int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"once"}))
def test_endless_answers_are_bounded_and_hide_nobody(scene: Any, kind: str, awake: Callable[[], float]) -> None:
    visited = scene.opened(RawServer(host="127.0.0.66"))
    lure = f"http://127.0.0.66:{visited.port}/onvif/device_service"
    with ExitStack() as stack:
        flood = stack.enter_context(answering(kind, "127.0.0.66", lure))
        honest = stack.enter_context(answering("once", "127.0.0.7", lure))
        forget_peak()
        before, begun = peak_mebibytes(), awake()
        asked = Discovery([("onvif", WsDiscovery())], random.Random(7), partial(exchange, monotonic=awake))
        found = asked.ask((), [flood, honest], ASKED_FOR)
        seconds, grown = awake() - begun, peak_mebibytes() - before
    assert (True, True) == (SECONDS > seconds, MEBIBYTES > grown), (seconds, grown)
    of_flood = [one for one in found.candidates if one.address == "127.0.0.66"]
    assert ["http://127.0.0.7/onvif/device_service"] == [
        one.url for one in found.candidates if one.address == "127.0.0.7"
    ]
    most = MOST_IDENTITIES if kind == "ever_another_device" else 1 if kind in READ else 0
    assert most == len(of_flood)
    assert (kind not in READ) is ("127.0.0.66" in {one.address for one in found.unread})
    # That more came than was read is said, for among it a device may have answered.
    assert any(told.startswith(f"127.0.0.66 sent more than {MOST_OF_ONE} answers") for told in found.incomplete)
    assert 0 == visited.connections
