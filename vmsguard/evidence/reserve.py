"""Room set aside in advance: a full disk must not stop a legal deletion before its alarm is out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vmsguard.evidence.disk import Disk

__all__ = ["RESERVE_BYTES", "Reserve", "may_use_reserve"]

RESERVE_BYTES = 1_048_576
"""About a thousand records: the alarm, and the deletions that are due until somebody comes."""

_NEXT_TO_NOTHING = 65_536
"""Bytes: too little for what one run writes to a state on the same disk."""

_EVENTS = frozenset(
    (
        "write.failed",
        "heartbeat",
        "apply.result",
        "purge",
        "witness",
        "duty.met",
        "duty.due",
        "duty.missed",
        "duty.day_missed",
        "run.ended",
        "log.closed",
    )
)
_DEEDS = frozenset(("stop", "purge", "disconnect", "remove"))


class Reserve:
    """A file of real blocks beside the log, given up when the disk is full."""

    __slots__ = ("_disk", "_path")

    def __init__(self, directory: Path, disk: Disk) -> None:
        self._path = directory / ".reserve"
        self._disk = disk

    def fill(self) -> None:
        """Set the room aside; raises OSError where there is none."""
        self._disk.allocate(self._path, RESERVE_BYTES)

    def release(self) -> None:
        """Give the room back to the file system."""
        self._disk.truncate(self._path, 0)

    def is_all_there_is(self) -> bool:
        """Whether beside it there is next to no room; False where the file system does not tell."""
        try:
            return self._disk.free_bytes(self._path.parent) < _NEXT_TO_NOTHING
        except OSError:
            return False


def may_use_reserve(event: str, fields: Mapping[str, Any]) -> bool:
    """Whether a record is worth the last room: alarms, results, and intents that stop or delete."""
    if event == "apply.intent":
        return str(fields.get("verb", "")).rpartition(".")[2] in _DEEDS
    return event in _EVENTS
