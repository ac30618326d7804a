"""Small real logs for programs that are not ours: written by the product, with a signed head saved at each size."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import Struct

from vmsguard.evidence.anchor.witness_key import WitnessKey
from vmsguard.evidence.checkpoint import parse_checkpoint
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog, Pace
from vmsguard.evidence.note import signature_line
from vmsguard.model.clock import SystemClock

__all__ = ["ORIGIN", "AuditorsFolder", "grow_log", "head_path", "prepare_folder", "raw_lines"]

ORIGIN = "vmsguard.example.org/site-a"


class AuditorsFolder(Struct, frozen=True):
    """A folder as the auditors' guide wants it, and what is true of it."""

    path: Path
    size: int
    saved: int
    """Size of the head that the auditor kept."""
    anchored: int
    """Size of the head with a token and a cosignature."""
    stamped_at: str
    """The token's time, as ``openssl ts -reply -text`` words it; empty without a token."""
    witnessed_at: str
    """The witness's time, RFC 3339."""
    key: SigningKey
    """The operator's: no auditor has it."""


def head_path(directory: Path, size: int) -> Path:
    """Where ``grow_log`` saved the head over so many records: beside the log, as an auditor would."""
    return directory.with_name(f"head-{size}")


def grow_log(
    directory: Path,
    key: SigningKey,
    sizes: Sequence[int],
    *,
    segment_records: int = 65_536,
    close: bool = False,
    at_size: Callable[[EvidenceLog], None] | None = None,
) -> None:
    """Write a log up to the largest of the sizes; a segment may seal by the way and put one record more."""
    pace = Pace(segment_records=segment_records)
    with EvidenceLog.open(directory, origin=ORIGIN, key=key, clock=SystemClock(), pace=pace) as log:
        for size in sizes:
            while log.size < size:
                log.append("observe", target=f"t-{log.size}", facts=60)
            log.checkpoint()
            head_path(directory, log.size).write_bytes((directory / "checkpoint").read_bytes())
            if at_size is not None:
                at_size(log)
        if not close:
            log._abandon()  # as a killed process leaves it: the newest head is the last one saved


def raw_lines(directory: Path) -> list[bytes]:
    """Every record of a log whose segments are not compressed, with its line end."""
    paths = sorted((directory / "log").glob("*.jsonl"))
    return [line for path in paths for line in path.read_bytes().splitlines(keepends=True)]


def prepare_folder(path: Path, tsa: Any | None) -> AuditorsFolder:
    """A log with two sealed segments, a head kept early, and one in the middle that outsiders vouched for."""
    key, witness = SigningKey.generate(ORIGIN), WitnessKey.generate("office.example.org")
    directory, saved, anchored = path / "evidence", 100, 300
    token = directory / "anchors" / f"{anchored}.1.tsr"
    seen: list[datetime] = []

    def vouch(log: EvidenceLog) -> None:
        if log.size == anchored and tsa is not None:
            seen.append(_cosign(directory, anchored, witness))
            token.write_bytes(tsa.stamp(token.with_name(f"{anchored}.note").read_bytes()))
            told = {"size": anchored, "root": parse_checkpoint((directory / "checkpoint").read_bytes()).root_hex}
            log.append("checkpoint.anchored", **told, kind="witness", ref=f"{anchored}.note", name="office.example.org")
            digest = sha256(token.read_bytes()).hexdigest()
            log.append("checkpoint.anchored", **told, kind="tsa", ref=token.name, name="Test timestamps", sha256=digest)

    grow_log(directory, key, [saved, anchored, 600], segment_records=256, close=True, at_size=vouch)
    (path / "trust.policy").write_text(f"log {key.vkey}\nwitness office {witness.verifier.vkey}\nquorum none\n")
    head_path(directory, saved).rename(path / "saved-checkpoint")
    if tsa is not None:
        (path / "tsa-root.pem").write_bytes(tsa.root.read_bytes())
    size = parse_checkpoint((directory / "checkpoint").read_bytes()).size
    if tsa is None:
        return AuditorsFolder(path, size, saved, anchored, "", "", key)
    return AuditorsFolder(path, size, saved, anchored, _time_of(token), f"{seen[0]:%Y-%m-%dT%H:%M:%SZ}", key)


def _cosign(directory: Path, size: int, witness: WitnessKey) -> datetime:
    """The head as a witness hands it back, under ``anchors/``, and the time it states."""
    now = datetime.now(UTC).replace(microsecond=0)
    head = (directory / "checkpoint").read_bytes()
    signed = witness.cosign(parse_checkpoint(head).text, int(now.timestamp()))
    line = signature_line(signed.name, signed.key_id, signed.signature)
    (directory / "anchors").mkdir(exist_ok=True)
    (directory / "anchors" / f"{size}.note").write_bytes(head + line.encode())
    return now


def _time_of(token: Path) -> str:
    command = ["openssl", "ts", "-reply", "-in", str(token), "-text"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    (time,) = re.findall(r"^Time stamp: (.+)$", told, re.MULTILINE)
    return f"existed by: {time}"
