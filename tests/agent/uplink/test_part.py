"""The part beside the loop: who shouts at it without end fills no memory."""

from __future__ import annotations

import asyncio
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import structlog

from vmsguard.agent.jetstream.connection import NatsSettings
from vmsguard.agent.uplink.messages import Confirmation, encode_confirmation
from vmsguard.agent.uplink.part import UplinkPart
from vmsguard.model.clock import SystemClock

ORIGIN = "example.org/site"


def part(folder: Path) -> UplinkPart:
    return UplinkPart(
        folder,
        ORIGIN,
        cast(Any, None),  # nothing of the state is asked before the leaf node is there
        NatsSettings(servers=("nats://127.0.0.1:4222",)),
        "hub",
        clock=SystemClock(),
        tell=lambda alerts: None,
        log=structlog.get_logger(),
    )


def test_of_what_comes_faster_than_it_is_looked_at_a_little_is_kept(tmp_path: Path) -> None:
    async def story(one: UplinkPart) -> int:
        said = encode_confirmation(Confirmation(ORIGIN, 1, "00"))
        tracemalloc.start()
        for _ in range(300):
            await one._policies_came(cast(Any, SimpleNamespace(data=bytes(100_000))))
            await one._confirmation_came(cast(Any, SimpleNamespace(data=said)))
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return kept

    assert asyncio.run(story(part(tmp_path))) < 5_000_000
