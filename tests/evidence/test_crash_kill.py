"""A writer that acknowledges each durable record, killed over and over: no acknowledged record is ever lost."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog, Pace
from vmsguard.evidence.segments import iter_lines, list_segments
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory
from vmsguard.model.clock import SystemClock

KILLS = 200
PACE = Pace(checkpoint_records=16, segment_records=256)


def write_until_killed(folder: Path, key: SigningKey, life: int, pipe: int) -> None:
    log = EvidenceLog.open(folder, origin=key.name, key=key, clock=SystemClock(), pace=PACE)
    number = 0
    while True:
        number += 1
        target = f"t-{life}-{number}"
        seq = log.append("observe", durable=True, target=target, model="m" * (number * 97 % 700))
        os.write(pipe, f"{seq} {target}\n".encode())


def acknowledged(folder: Path, key: SigningKey, life: int, delay: float) -> Iterator[tuple[int, str]]:
    """What a writer acknowledged until it was killed, ``delay`` seconds after it was started or had written."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(read)
            write_until_killed(folder, key, life, write)
        finally:
            os._exit(1)
    os.close(write)
    with os.fdopen(read, "rb") as told:
        first = told.readline() if life % 4 else b""
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        for line in (first + told.read()).splitlines(keepends=True):
            if line.endswith(b"\n"):
                seq, target = line.split()
                yield int(seq), target.decode()
    assert -signal.SIGKILL == os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.filterwarnings("ignore:This process")
def test_two_hundred_kills_lose_no_acknowledged_record(folder: Path, key: SigningKey, trust: Trust) -> None:
    delays = random.Random(4)
    promised: dict[int, str] = {}
    for life in range(KILLS):
        for seq, target in acknowledged(folder, key, life, delays.uniform(0, 0.03)):
            assert seq not in promised
            promised[seq] = target
    EvidenceLog.open(folder, origin=key.name, key=key, clock=SystemClock(), pace=PACE).close()
    records = [orjson.loads(line) for segment in list_segments(folder) for line in iter_lines(segment.path)]
    assert list(range(len(records))) == [record["seq"] for record in records]
    assert promised == {seq: records[seq].get("target") for seq in promised}
    assert len(promised) > KILLS
    report = verify_directory(folder, trust=trust, now=SystemClock().now())
    kinds = {problem.kind for problem in report.problems}
    assert kinds <= {"torn-record"}, report.problems
    assert (len(records), len(records)) == (report.size, report.signed_size)
    assert all(segment.compressed for segment in list_segments(folder)[:-1])
