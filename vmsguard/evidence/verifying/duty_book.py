"""Deletions that were owed: each that fell due must have been met in time, or its miss recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from msgspec import Struct

from vmsguard.evidence.problems import Level, Problem

__all__ = ["DutyBook"]

_Key: TypeAlias = tuple[str, ...]

_NAMES = ("camera", "target", "channel", "pack", "rule")


class _Owed(Struct, frozen=True):
    seq: int
    due: datetime


class DutyBook:
    """Follows what is told of duties, each by camera, target, channel, pack and rule."""

    def __init__(self) -> None:
        self._owed: dict[_Key, _Owed] = {}
        self._found: list[Problem] = []

    def follow(self, record: Mapping[str, Any]) -> None:
        """Take note of one record; its times are known to be times."""
        key = tuple(record.get(name, "") for name in _NAMES)
        seq, at = record["seq"], _instant(record.get("at") or record["ts"])
        owed = self._owed.pop(key, None)
        if record["event"] == "duty.due":
            if owed is not None:
                self._moved(key, owed, record)
            if due := record.get("due"):
                self._owed[key] = _Owed(seq, _instant(due))
        elif record["event"] == "duty.ended" and owed is not None and owed.due < _instant(record["ts"]):
            why = record.get("reason_code") or "no reason told"
            message = (
                f"{_told(key)} owed a deletion by {owed.due:%Y-%m-%dT%H:%MZ} and ended ({why}) without one or a miss"
            )
            self._found.append(Problem(Level.NOTICE, "duty-ended", message, seq))
        elif record["event"] == "duty.met" and owed is not None and at > owed.due:
            late = int((at - owed.due).total_seconds())
            message = f"the deletion on {_told(key)} came {late} s late and no miss is recorded"
            self._found.append(Problem(Level.INCOMPLETE, "duty-late", message, seq))

    def problems(self, until: datetime) -> Iterator[Problem]:
        """What is wrong, as far as the log reaches: to its last record, or beyond if it promises to be alive."""
        yield from self._found
        for key, owed in self._owed.items():
            if owed.due < until:
                yield _open(key, owed)

    def _moved(self, key: _Key, owed: _Owed, record: Mapping[str, Any]) -> None:
        """A new due time for a deletion that is still owed: no answer if the old one had passed."""
        if owed.due < _instant(record["ts"]):
            self._found.append(_open(key, owed))
        elif not record.get("due"):
            self._owed[key] = owed
        elif _instant(record["due"]) > owed.due:
            message = f"the deletion on {_told(key)} was put off from {owed.due:%Y-%m-%dT%H:%MZ} without one"
            self._found.append(Problem(Level.NOTICE, "duty-moved", message, record["seq"]))


def _open(key: _Key, owed: _Owed) -> Problem:
    message = f"a deletion on {_told(key)} was due by {owed.due:%Y-%m-%dT%H:%MZ}; neither it nor its miss is recorded"
    return Problem(Level.INCOMPLETE, "duty-open", message, owed.seq)


def _told(key: _Key) -> str:
    camera, target, channel, *_ = key
    return "/".join(part for part in (camera, target, channel) if part)


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
