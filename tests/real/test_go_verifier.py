"""Go's checksum database code, from Debian's packages, accepts our logs, proofs and tiles, and no tampered ones."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import pytest
from evidence_logs import ORIGIN, grow_log, head_path, raw_lines
from msgspec import structs
from real_program import CHECKOUT, missing_programs, unavailable

from vmsguard.evidence.exporting.tiles import export_tiles
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.proving.proof import consistency, prove_record
from vmsguard.evidence.proving.proof_file import Continuation, parse_proof

SIZES = (1, 3, 7, 255, 256, 257, 513, 1000)
PAIRS = [(old, new) for new in SIZES for old in SIZES if old <= new]
GOPATH = Path("/usr/share/gocode")

Verdict: TypeAlias = tuple[str, str]
"""``accepted`` or ``rejected``, and what was said."""
Asked: TypeAlias = Callable[..., Verdict]


@pytest.fixture(scope="session")
def go(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """The verifier, built without a network from Debian's sources of golang.org/x/mod."""
    if reason := missing_programs("go"):
        unavailable(reason)
    if not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        unavailable("golang-golang-x-mod-dev is not installed (run tests/real/install.sh)")
    program = tmp_path_factory.mktemp("go") / "go_verifier"
    cache = CHECKOUT / ".cache" / "go"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GOPATH), "GOCACHE": str(cache), "GOFLAGS": ""}
    source = CHECKOUT / "tests" / "real" / "go_verifier" / "main.go"
    subprocess.run(["go", "build", "-o", program, source], env=environment, check=True, timeout=600)

    def ask(*words: object) -> Verdict:
        done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, check=False, timeout=60)
        verdict, _, told = (done.stdout if done.returncode == 0 else done.stderr).partition(": ")
        return verdict, told.strip()

    return ask


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey.generate(ORIGIN)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory, key: SigningKey) -> Path:
    """One log with a saved head at each size."""
    directory = tmp_path_factory.mktemp("grown") / "evidence"
    grow_log(directory, key, SIZES)
    return directory


@pytest.fixture
def written(grown: Path, tmp_path: Path) -> Callable[[int], tuple[Path, Path]]:
    """Head and only segment of the log as it was at a size; copies, to be tampered with."""

    def at(size: int) -> tuple[Path, Path]:
        head, segment = tmp_path / "checkpoint", tmp_path / f"{0:020d}.jsonl"
        shutil.copy(head_path(grown, size), head)
        segment.write_bytes(b"".join(raw_lines(grown)[:size]))
        return head, segment

    return at


Written: TypeAlias = Callable[[int], tuple[Path, Path]]


@pytest.mark.parametrize("size", SIZES)
def test_go_accepts_a_log(go: Asked, key: SigningKey, written: Written, size: int) -> None:
    head, segment = written(size)
    verdict, told = go("log", key.vkey, head, segment)

    assert ("accepted", [ORIGIN, str(size)]) == (verdict, told.split()[:2])


@pytest.mark.parametrize("size", [7, 256, 1000])
def test_go_rejects_an_edited_line(go: Asked, key: SigningKey, written: Written, size: int) -> None:
    head, segment = written(size)
    lines = segment.read_bytes().splitlines(keepends=True)
    lines[size // 2] = lines[size // 2].replace(b'"facts":60', b'"facts":61')
    segment.write_bytes(b"".join(lines))

    assert "rejected" == go("log", key.vkey, head, segment)[0]


@pytest.mark.parametrize("size", [3, 257, 1000])
def test_go_rejects_a_log_without_its_last_line(go: Asked, key: SigningKey, written: Written, size: int) -> None:
    head, segment = written(size)
    segment.write_bytes(b"".join(segment.read_bytes().splitlines(keepends=True)[:-1]))

    assert ("rejected", f"{size - 1} records, and the head covers {size}") == go("log", key.vkey, head, segment)


def test_go_rejects_an_edited_size(go: Asked, key: SigningKey, written: Written) -> None:
    head, segment = written(7)
    head.write_bytes(head.read_bytes().replace(b"\n7\n", b"\n6\n"))
    segment.write_bytes(b"".join(segment.read_bytes().splitlines(keepends=True)[:6]))
    verdict, told = go("log", key.vkey, head, segment)

    assert ("rejected", True) == (verdict, "invalid signature" in told)


def test_go_rejects_another_key_of_the_same_name(go: Asked, written: Written) -> None:
    head, segment = written(7)
    verdict, told = go("log", SigningKey.generate(ORIGIN).vkey, head, segment)

    assert ("rejected", True) == (verdict, "no verifiable signatures" in told)


def test_go_rejects_two_lines_that_changed_places(go: Asked, key: SigningKey, written: Written) -> None:
    head, segment = written(255)
    first, second, *rest = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(b"".join([second, first, *rest]))

    assert "rejected" == go("log", key.vkey, head, segment)[0]


def test_go_accepts_compressed_segments_and_finds_an_edit_in_one(go: Asked, key: SigningKey, tmp_path: Path) -> None:
    directory = tmp_path / "evidence"
    grow_log(directory, key, [600], segment_records=256, close=True)
    plain = tmp_path / "plain"
    plain.mkdir()
    packed = 0
    for path in sorted((directory / "log").iterdir()):
        packed += path.suffix == ".gz"
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        (plain / path.name.removesuffix(".gz")).write_bytes(data)
    segments = sorted(plain.iterdir())

    assert 2 == packed
    assert "accepted" == go("log", key.vkey, directory / "checkpoint", *segments)[0]

    segments[1].write_bytes(segments[1].read_bytes().replace(b'"facts":60', b'"facts":61', 1))
    assert "rejected" == go("log", key.vkey, directory / "checkpoint", *segments)[0]


@pytest.mark.parametrize("size", SIZES)
def test_go_accepts_our_proofs_of_first_middle_and_last_record(
    go: Asked, key: SigningKey, grown: Path, tmp_path: Path, size: int
) -> None:
    for seq in {0, size // 2, size - 1}:
        record, proof = write_proof(grown, seq, head_path(grown, size), tmp_path)
        verdict, told = go("proof", key.vkey, record, proof)

        assert ("accepted", f"record {seq} of {ORIGIN} {size}") == (verdict, told.rpartition(" ")[0])


@pytest.mark.parametrize("place", [0, 3, -1])
def test_go_rejects_a_proof_with_one_other_hash(
    go: Asked, key: SigningKey, grown: Path, tmp_path: Path, place: int
) -> None:
    record, proof = write_proof(grown, 100, head_path(grown, 513), tmp_path)
    told = parse_proof(proof.read_bytes())
    hashes = list(told.hashes)
    hashes[place] = bytes([hashes[place][0] ^ 1]) + hashes[place][1:]
    proof.write_bytes(structs.replace(told, hashes=tuple(hashes)).to_bytes())

    assert "rejected" == go("proof", key.vkey, record, proof)[0]


def test_go_rejects_a_proof_of_another_record_place_or_key(
    go: Asked, key: SigningKey, grown: Path, tmp_path: Path
) -> None:
    record, proof = write_proof(grown, 100, head_path(grown, 513), tmp_path)
    assert "rejected" == go("proof", SigningKey.generate(ORIGIN).vkey, record, proof)[0]

    told = proof.read_bytes()
    proof.write_bytes(told.replace(b"\nindex 100\n", b"\nindex 101\n"))
    assert "rejected" == go("proof", key.vkey, record, proof)[0]

    proof.write_bytes(told)
    record.write_bytes(record.read_bytes().replace(b'"facts":60', b'"facts":61'))
    assert "rejected" == go("proof", key.vkey, record, proof)[0]


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_go_accepts_our_proof_that_a_head_goes_on(
    go: Asked, key: SigningKey, grown: Path, tmp_path: Path, old: int, new: int
) -> None:
    proof = tmp_path / "proof"
    hashes = consistency(grown, old, new)
    proof.write_bytes(Continuation(old, tuple(hashes), head_path(grown, new).read_bytes()).to_bytes())

    assert ("accepted", f"{old} grew to {new}") == go("grown", key.vkey, head_path(grown, old), proof)


def test_go_rejects_a_head_of_another_history(go: Asked, key: SigningKey, grown: Path, tmp_path: Path) -> None:
    other = tmp_path / "evidence"
    grow_log(other, key, [7])
    proof = tmp_path / "proof"
    hashes = consistency(grown, 7, 1000)
    proof.write_bytes(Continuation(7, tuple(hashes), head_path(grown, 1000).read_bytes()).to_bytes())

    assert "accepted" == go("grown", key.vkey, head_path(grown, 7), proof)[0]
    assert "rejected" == go("grown", key.vkey, head_path(other, 7), proof)[0]


def write_proof(directory: Path, seq: int, head: Path, folder: Path) -> tuple[Path, Path]:
    proven = prove_record(directory, seq, head)
    record, proof = folder / f"{seq}.json", folder / f"{seq}.tlog-proof"
    record.write_bytes(proven.line + b"\n")
    proof.write_bytes(proven.proof.to_bytes())
    return record, proof


@pytest.fixture
def exported(grown: Path, tmp_path: Path) -> Callable[[int], Path]:
    """The log as it was at a size, exported as tiles."""

    def at(size: int) -> Path:
        directory = tmp_path / f"log-{size}"
        (directory / "log").mkdir(parents=True)
        (directory / "log" / f"{0:020d}.jsonl").write_bytes(b"".join(raw_lines(grown)[:size]))
        shutil.copy(head_path(grown, size), directory / "checkpoint")
        export_tiles(directory, tmp_path / f"tiles-{size}", datetime.now(UTC))
        return tmp_path / f"tiles-{size}"

    return at


Exported: TypeAlias = Callable[[int], Path]


@pytest.mark.parametrize("size", SIZES)
def test_go_accepts_exported_tiles_with_every_entry(go: Asked, key: SigningKey, exported: Exported, size: int) -> None:
    verdict, told = go("tiles", key.vkey, exported(size))

    assert ("accepted", [ORIGIN, str(size)]) == (verdict, told.split()[:2])


@pytest.mark.parametrize(("old", "new"), [(3, 7), (255, 256), (256, 257), (7, 1000), (513, 1000), (1000, 1000)])
def test_go_finds_by_the_tiles_that_a_head_goes_on(
    go: Asked, key: SigningKey, grown: Path, exported: Exported, old: int, new: int
) -> None:
    asked = go("grown-tiles", key.vkey, head_path(grown, old), exported(new))

    assert ("accepted", f"{old} grew to {new}") == asked


@pytest.mark.parametrize(
    "name", ["tile/0/000", "tile/0/003.p/232", "tile/1/000.p/3", "tile/entries/001", "tile/entries/003.p/232"]
)
def test_go_rejects_an_edited_or_a_missing_tile(go: Asked, key: SigningKey, exported: Exported, name: str) -> None:
    directory = exported(1000)
    path = directory / name
    data = bytearray(path.read_bytes())
    data[40] ^= 1
    path.write_bytes(data)
    assert "rejected" == go("tiles", key.vkey, directory)[0]

    path.unlink()
    assert "rejected" == go("tiles", key.vkey, directory)[0]


def test_go_rejects_an_entry_too_many(go: Asked, key: SigningKey, exported: Exported) -> None:
    path = exported(7) / "tile" / "entries" / "000.p" / "7"
    path.write_bytes(path.read_bytes() + b"\x00\x02{}")
    verdict, told = go("tiles", key.vkey, path.parents[3])

    assert ("rejected", True) == (verdict, told.endswith("goes on after its last entry"))
