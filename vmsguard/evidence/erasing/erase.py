"""Erasing one record: its place, its hash and the reason stay, its content is gone for good."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from msgspec import Struct

from vmsguard.errors import EvidenceError, UsageError
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.erasing.erasure import Erasure, carry_out, finish_erasures, request_erasure
from vmsguard.evidence.erasing.prune_survey import open_ends, survey_log
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.segments import iter_lines, list_segments
from vmsguard.evidence.tombstone import read_tombstone

__all__ = ["ErasePlan", "erase_record", "plan_erasure"]

_STRUCTURAL = ("log.", "run.", "erase.", "key.", "checkpoint.")
_STRUCTURAL_EVENTS = frozenset(("clock.stepped", "heartbeat", "policy.applied", "rule.applied", "write.failed"))
"""What the log's own promises rest on; none of them says anything about a camera's pictures or a person."""

_WAITED_FOR = frozenset(("apply.intent", "duty.due", "hold.placed"))
"""What announces something: gone before its end, nobody would miss the end."""


class ErasePlan(Struct, frozen=True):
    """A record that can be erased, as it stands."""

    record: dict[str, Any]
    erasure: Erasure


def plan_erasure(directory: Path, seq: int, code: str) -> ErasePlan:
    """What erasing record ``seq`` takes out; ``UsageError`` where it may not be, or is not there."""
    record = _record(directory, seq)
    event = str(record.get("event", ""))
    if event.startswith(_STRUCTURAL) or event in _STRUCTURAL_EVENTS:
        raise UsageError(
            f"record {seq} is {event}, on which the log's own promises rest: it cannot be erased",
            hint="erase the records that hold what must go; whole segments go with `evidence prune`",
        )
    if event in _WAITED_FOR and seq in _waiting(directory):
        raise UsageError(
            f"record {seq} is {event}, and what it announces has not ended: it cannot be erased",
            hint="erase it once its answer is in the log; `vmsguard evidence show` tells what it waits for",
        )
    run = str(record.get("run", ""))
    erasure = Erasure(
        kind="tombstone", first=seq, last=seq, code=code, events={event: 1}, cut_runs=(run,) if run else ()
    )
    return ErasePlan(record, erasure)


def erase_record(log: EvidenceLog, directory: Path, seq: int, code: str, disk: Disk) -> int:
    """Erase record ``seq`` of the open log, after finishing what an earlier crash left; gives ``erase.done``'s number.

    The bytes are then in no file of the directory. Copies that left it before, bundles and proofs, keep them.
    """
    finish_erasures(log, directory, disk)
    erasure = plan_erasure(directory, seq, code).erasure
    requested = request_erasure(log, erasure)
    return carry_out(log, directory, erasure, requested, disk)


def _waiting(directory: Path) -> frozenset[int]:
    """Records whose answer is not in the log yet."""
    ends = open_ends(survey_log(directory))
    return ends.intents | ends.duties | ends.holds


def _record(directory: Path, seq: int) -> dict[str, Any]:
    segment = next((each for each in reversed(list_segments(directory)) if each.first <= seq), None)
    lines = iter(()) if segment is None else iter_lines(segment.path)
    line = next(islice(lines, seq - segment.first if segment else 0, None), b"")
    if not line.endswith(b"\n"):
        raise UsageError(f"record {seq} is not there", hint="look with `vmsguard evidence show`")
    if read_tombstone(line[:-1]) is not None:
        raise UsageError(f"record {seq} is already erased", hint="its erase.done record says why and when")
    try:
        record: dict[str, Any] = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise EvidenceError(f"record {seq} is damaged", hint="run `vmsguard evidence verify`") from error
    return record
