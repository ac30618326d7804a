"""What tamper evidence costs: the same records through our log, and through structlog's fastest set-up."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import structlog
from measure import Measured, cpu_of, least_cpu

from vmsguard.evidence.compress import deflate
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog, Pace
from vmsguard.model.clock import SystemClock

ORIGIN = "bench.example.org/append"
UNPACKED = Pace(compress_sealed=False)
"""A sealed segment is compressed once, beside the writer and at leisure: measured on its own and told in the note."""


def verdict(number: int) -> dict[str, Any]:
    """A final verdict as a run records it."""
    return {
        "camera": f"cam-{number:05}",
        "channel": "1",
        "endpoint": f"t-{number:05}/1",
        "pack": "kr-pipc-thermal-2020",
        "policy_sha256": "9b1f" * 16,
        "rule": "saving-off",
        "control": "storage.edge.off",
        "clause": "K3-K4",
        "force": "regulator-rule",
        "verdict": "pass",
        "qualifier": "direct",
        "basis": "read-back",
        "reason_code": "off",
        "remediation": "verified",
        "found": "0 jobs",
        "required": "nothing writes pictures",
        "exception": "",
        "facts": [
            {
                "target": f"t-{number:05}",
                "channel": "1",
                "name": "recording.jobs",
                "layer": layer,
                "basis": "read-back",
                "at": "2026-11-22T03:00:00.000000Z",
            }
            for layer in ("runtime", "stored")
        ],
        "final": True,
    }


def floor_logger(path: Path) -> Any:
    """structlog as its documentation recommends it for speed: bytes, orjson, no standard library logging."""
    return structlog.wrap_logger(
        structlog.BytesLogger(path.open("wb")),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        cache_logger_on_first_use=True,
    )


def as_written(directory: Path) -> dict[str, Any]:
    """The fields of our last record, so that the floor writes as many bytes as we do."""
    newest = sorted((directory / "log").glob("*.jsonl"))[-1]
    lines = [line for line in newest.read_bytes().splitlines() if b'"event":"verify"' in line]
    fields: dict[str, Any] = json.loads(lines[-1])
    fields.pop("ts")
    fields.pop("event")
    return fields


def cpu_to_compress(directory: Path) -> float:
    """CPU seconds per record that a sealed segment costs later, from the first records of the log."""
    (first, *_) = sorted((directory / "log").glob("*.jsonl"))
    data = b"".join(first.read_bytes().splitlines(keepends=True)[:10_000])
    return cpu_of(lambda: sum(map(len, deflate([data])))) / data.count(b"\n")


def measure(*, quick: bool) -> Measured:
    count, rounds = (2_000, 2) if quick else (20_000, 5)
    records = [verdict(number) for number in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder, "evidence")
        key = SigningKey.generate(ORIGIN)
        with EvidenceLog.open(directory, origin=ORIGIN, key=key, clock=SystemClock(), pace=UNPACKED) as log:
            for record in records[:300]:
                log.append("verify", run="r-1", **record)
            written = as_written(directory)
            structured = floor_logger(Path(folder, "floor.jsonl"))
            works: dict[str, Callable[[], object]] = {
                "floor": lambda: [structured.info("verify", **{**written, "seq": n}) for n in range(count)],
                "ours": lambda: [log.append("verify", run="r-1", **record) for record in records],
            }
            least = least_cpu(works, rounds)
            size, later = len(orjson.dumps(written)), cpu_to_compress(directory)
    return Measured(
        value=least["floor"] / least["ours"],
        goal=0.7,
        higher_is_better=True,
        measured=least["ours"] / count * 1e6,
        floor=least["floor"] / count * 1e6,
        unit="CPU µs/record",
        against="structlog BytesLogger + orjson, the same fields",
        note=f"about {size} bytes a record; ours adds chain, tree, tiles, signed checkpoints and the allow-list check; "
        f"compressing it later, beside the writer, costs {later * 1e6:.0f} µs more",
    )
