"""The files of anchors that a log announces: cosigned heads and timestamps, without which a copy proves less."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from vmsguard.agent.uplink.messages import Batch
from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import parse_checkpoint
from vmsguard.evidence.disk import Disk

__all__ = ["keep_anchors"]

_NAME = re.compile(r"[0-9]{1,19}[A-Za-z0-9.-]{0,100}\.(note|tsr)", re.ASCII)


def keep_anchors(directory: Path, batch: Batch, root: Callable[[int], bytes], size: int, disk: Disk) -> None:
    """Keep those that a record of the batch names and that are what it says; the rest is nobody's anchor."""
    if not batch.anchors:
        return
    named: dict[str, dict[str, Any]] = {}
    for record in _announcing(batch):
        # A token is over the bytes of a note, which nothing else may have announced.
        named |= {f"{record.get('size')}.note": record, Path(str(record.get("ref", ""))).name: record}
    for name, data in batch.anchors:
        said = named.get(name)
        if said is None or not _NAME.fullmatch(name) or not _fits(name, data, said, root, size):
            continue
        path = directory / "anchors" / name
        if path.exists() and path.read_bytes() == data:
            continue
        path.parent.mkdir(exist_ok=True)
        disk.replace(path, data)


def _announcing(batch: Batch) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for line in batch.lines.splitlines():
        if b'"event":"checkpoint.anchored"' in line:
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue  # a key signs whatever its holder likes; the auditor's check tells that it is no record
            if isinstance(record, dict) and record.get("event") == "checkpoint.anchored":
                found.append(record)
    return found


def _fits(name: str, data: bytes, record: dict[str, Any], root: Callable[[int], bytes], size: int) -> bool:
    """Whether a cosigned head is of this log, or a token the one that was recorded."""
    if name.endswith(".tsr"):
        return sha256(data).hexdigest() == record.get("sha256")
    try:
        head = parse_checkpoint(data)
    except EvidenceError:
        return False
    return head.size <= size and head.root == root(head.size)
