"""Whether a NATS server may be relied on: not too old, and its acknowledgements mean that a message is on disk.

JetStream acknowledges before it writes through unless told otherwise (every two minutes), and before 2.10.23 a crash
of the process could lose whole streams: Jepsen's report on NATS 2.12.1, and issue 7564 of nats-server.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import aiohttp
from msgspec import Struct

__all__ = ["OLDEST", "Finding", "Reliance", "judge_server", "read_varz"]

OLDEST = (2, 10, 23)
_SECONDS = 5
_MOST_BYTES = 1 << 20


class Reliance(StrEnum):
    RELIABLE = "reliable"
    UNKNOWN = "unknown"
    """Nobody could see whether it writes through before it acknowledges."""
    UNFIT = "unfit"


class Finding(Struct, frozen=True):
    """What was found of one server."""

    reliance: Reliance
    version: str
    why: str = ""
    next_step: str = ""


def judge_server(version: str, varz: dict[str, Any] | None) -> Finding:
    """From the version it told at connecting, and from ``/varz`` where its monitoring address was given and read."""
    numbers = _numbers(version)
    oldest = ".".join(map(str, OLDEST))
    if numbers is None:
        return Finding(Reliance.UNKNOWN, version, "its version cannot be read", f"use nats-server {oldest} or newer")
    if numbers < OLDEST:
        return Finding(
            Reliance.UNFIT,
            version,
            f"older than {oldest}: a crash could lose its streams",
            "install a newer nats-server",
        )
    if varz is None:
        return Finding(
            Reliance.UNKNOWN,
            version,
            "whether it writes through before it acknowledges was not seen",
            "name its monitoring address under agent: nats: monitoring:",
        )
    jetstream = varz.get("jetstream")
    config = jetstream.get("config") if isinstance(jetstream, dict) else None
    if not isinstance(config, dict) or not config:
        return Finding(Reliance.UNFIT, version, "JetStream is off", "add jetstream { ... } to its configuration")
    if config.get("sync_always") is not True:
        return Finding(
            Reliance.UNFIT,
            version,
            "it acknowledges before a message is on disk",
            "set jetstream { sync_interval: always } and restart it",
        )
    return Finding(Reliance.RELIABLE, version)


async def read_varz(monitoring: str) -> dict[str, Any] | None:
    """``/varz`` of a monitoring address; None where it did not answer as it should."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{monitoring.rstrip('/')}/varz", allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                return None
            import orjson

            told = orjson.loads(await answer.content.read(_MOST_BYTES))
            return told if isinstance(told, dict) else None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return None


def _numbers(version: str) -> tuple[int, int, int] | None:
    parts = version.lstrip("v").partition("-")[0].split(".")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return None
    major, minor, patch = map(int, parts)
    return major, minor, patch
