"""Export of some records as they are stored, for other programs; evidence is only the whole log."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from vmsguard.evidence.exporting.export import Export, new_file, read_export_head
from vmsguard.evidence.redact import stamp
from vmsguard.evidence.show import Filter, read_lines_of

__all__ = ["export_lines", "trailer_path"]


def trailer_path(output: Path) -> Path:
    """Where an export of records says what it is."""
    return output.with_name(f"{output.name}.export.json")


def export_lines(directory: Path, output: Path, accept: Filter, now: datetime) -> Export:
    """Write the stored lines that pass, byte for byte, and beside them what they are a part of."""
    head, _ = read_export_head(directory)
    numbers: list[int] = []
    count = erased = after_head = 0
    digest = sha256()
    with new_file(output) as lines, new_file(trailer_path(output)) as trailer:
        with lines.open("xb") as file:
            for line, record in read_lines_of(directory, accept):
                if not line.endswith(b"\n"):
                    continue
                file.write(line)
                digest.update(line)
                seq = int(record.get("seq", -1))
                numbers = [numbers[0] if numbers else seq, seq]
                count += 1
                erased += "tombstone" in record
                after_head += seq >= head.size
        told = Export.of(
            "jsonl",
            head,
            now,
            count,
            filter=_filter_told(accept),
            first=numbers[0] if numbers else None,
            last=numbers[1] if numbers else None,
            erased=erased,
            after_head=after_head,
            sha256=digest.hexdigest(),
        )
        trailer.write_bytes(told.to_json())
    return told


def _filter_told(accept: Filter) -> dict[str, Any]:
    """The filters that were set."""
    told: dict[str, Any] = {}
    for name in ("camera", "control", "run"):
        if value := getattr(accept, name):
            told[name] = value
    for name, at in (("from", accept.since), ("to", accept.until)):
        if at is not None:
            told[name] = stamp(at)
    return told
