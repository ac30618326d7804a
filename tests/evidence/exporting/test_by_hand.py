"""The recipe in a bundle's ``VERIFY.md``, run as it stands there: OpenSSL and coreutils are all it takes."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vmsguard.evidence.checkpoint import parse_checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.exporting.bundle import export_bundle
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.segments import iter_lines, list_segments
from vmsguard.evidence.tiles import write_tiles
from vmsguard.evidence.tombstone import Tombstone, leaf_of_line

MISSING = [tool for tool in ("openssl", "basenc", "sha256sum", "bash", "zcat") if shutil.which(tool) is None]

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")

GOOD = ["Signature Verified Successfully", "the records give the signed root", "nothing is gone unannounced"]


@pytest.fixture
def by_hand(folder: Path, tmp_path: Path, key: SigningKey) -> Callable[[], tuple[int, list[str]]]:
    """Exports the log, unpacks the bundle elsewhere, and follows its recipe; tells the exit code and what it prints."""

    def run() -> tuple[int, list[str]]:
        away = tmp_path / "away"
        export_bundle(folder, tmp_path / "b.tar.gz", datetime(2026, 12, 1, tzinfo=UTC))
        with tarfile.open(tmp_path / "b.tar.gz") as archive:
            archive.extractall(away, filter="data")
        (away / "trust.policy").write_text(f"log {key.vkey}\nquorum none\n")
        (script,) = re.findall(r"```sh\n(.*?)```", (away / "VERIFY.md").read_text(), re.DOTALL)
        done = subprocess.run(["bash", "-c", script], cwd=away, capture_output=True, text=True, check=False)
        return done.returncode, [line for line in done.stdout.splitlines() if " under the head" not in line]

    return run


@pytest.fixture
def written(opened: Callable[..., EvidenceLog], folder: Path, write_run: Callable[..., None]) -> Path:
    with opened(segment_records=4, compress_sealed=True) as log:
        write_run(log, pairs=5)
    return folder


def rewrite(folder: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Puts other lines in place of those of the last segment, which is not compressed."""
    segment = list_segments(folder)[-1]
    assert not segment.compressed
    segment.path.write_bytes(b"".join(change(list(iter_lines(segment.path)))))


def test_the_recipe_agrees_with_us(written: Path, by_hand: Callable[[], tuple[int, list[str]]]) -> None:
    assert any(segment.compressed for segment in list_segments(written))
    assert (0, GOOD) == by_hand()


def test_it_notices_an_edit(written: Path, by_hand: Callable[[], tuple[int, list[str]]]) -> None:
    rewrite(written, lambda lines: [lines[0].replace(b'"run-1"', b'"run-2"'), *lines[1:]])
    assert (1, [GOOD[0], "the records do not give the signed root"]) == by_hand()


def test_it_notices_a_removed_record(written: Path, by_hand: Callable[[], tuple[int, list[str]]]) -> None:
    rewrite(written, lambda lines: lines[:-1])
    assert (1, [GOOD[0], "records are missing"]) == by_hand()


def test_it_notices_another_key(written: Path, by_hand: Callable[[], tuple[int, list[str]]], key: SigningKey) -> None:
    head = (written / "checkpoint").read_bytes()
    other = SigningKey.generate(key.name)
    id_and_key = other.vkey.partition("+")[2]
    (written / "LOG").write_text(f"vkey {key.name}+{id_and_key}\n")
    (written / "checkpoint").write_bytes(other.signed_bytes(parse_checkpoint(head)))
    assert (1, ["no key of trust.policy signed this head"]) == by_hand()


def test_it_notices_a_forged_signature(written: Path, by_hand: Callable[[], tuple[int, list[str]]]) -> None:
    head = (written / "checkpoint").read_text()
    (written / "checkpoint").write_text(re.sub(r"\n[0-9]+\n", "\n8\n", head, count=1))
    code, told = by_hand()
    assert (True, False) == (code != 0, GOOD[0] in told)


def test_it_notices_an_erasure_that_nobody_announced(
    written: Path, by_hand: Callable[[], tuple[int, list[str]]]
) -> None:
    first = list_segments(written)[-1].first
    rewrite(written, lambda lines: [Tombstone(first, leaf_of_line(lines[0][:-1])).line() + b"\n", *lines[1:]])
    assert (1, [*GOOD[:2], f"record {first} was erased, and no record announces it"]) == by_hand()


def test_it_takes_announced_erasures_and_pruning(
    opened: Callable[..., EvidenceLog], folder: Path, by_hand: Callable[[], tuple[int, list[str]]]
) -> None:
    with opened(segment_records=256) as log:
        for number in range(258):
            log.append("finding", code="found", subject=f"t-{number}")
        log.append("erase.done", first=0, last=255, kind="pruned", code="retention-ended")
        log.append("erase.done", first=257, last=257, kind="tombstone", code="court-order")
    lines = [line[:-1] for segment in list_segments(folder) for line in iter_lines(segment.path)]
    write_tiles(folder, 0, list(map(leaf_of_line, lines[:256])), Disk())
    list_segments(folder)[0].path.unlink()
    stone = Tombstone(257, leaf_of_line(lines[257])).line() + b"\n"
    rewrite(folder, lambda stored: [stored[0], stone, *stored[2:]])
    assert (0, GOOD) == by_hand()
