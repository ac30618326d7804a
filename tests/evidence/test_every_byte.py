"""Whatever single byte of the evidence or of a proof is changed, no check calls the result good.

Small files are tried at every byte with several values, large ones at places drawn with a fixed seed. Where a change
is harmless, such as one in a comment of a trust file, exactly those changes are, and what is read stays the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vmsguard.errors import ConfigError, EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.note import COSIGNATURE, VerifierKey, key_id, signature_line
from vmsguard.evidence.proving.proof import prove_consistency, prove_record
from vmsguard.evidence.proving.proof_check import check_continuation, check_proof
from vmsguard.evidence.proving.proof_file import Continuation, Proof
from vmsguard.evidence.segments import checkpoint_path, list_segments, read_lines
from vmsguard.evidence.tiles import tile_path
from vmsguard.evidence.tree import leaf_hash, root_hash
from vmsguard.evidence.trust import Trust, parse_trust
from vmsguard.evidence.verifying.verify import verify_directory

Opener = Callable[..., EvidenceLog]

FLIPS = (0x01, 0x80)
"""Bits turned over one at a time: the lowest, which makes another digit, and the one beyond ASCII."""

MORE_FLIPS = tuple(1 << bit for bit in range(8))

WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(reversed(range(32))))


def flipped(data: bytes, flips: tuple[int, ...] = FLIPS) -> Iterator[tuple[int, bytes]]:
    """The data with one byte changed, for every place."""
    for place, byte in enumerate(data):
        for value in {*(byte ^ flip for flip in flips), 0x0A} - {byte}:
            yield place, data[:place] + bytes([value]) + data[place + 1 :]


def shifted(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The data with one byte left out, or one put in."""
    for place in range(len(data)):
        yield place, data[:place] + data[place + 1 :]
        yield place, data[:place] + b"\n" + data[place:]


def drawn(data: bytes, count: int, seed: int) -> Iterator[tuple[int, bytes]]:
    """The data with one bit turned over, at places that a seed draws."""
    source = random.Random(seed)
    for _ in range(count):
        place = source.randrange(len(data))
        yield place, data[:place] + bytes([data[place] ^ 1 << source.randrange(8)]) + data[place + 1 :]


@pytest.fixture
def written(opened: Opener, folder: Path) -> Path:
    """As small a log as has something to say."""
    with opened() as log:
        log.append("finding", code="found", subject="t-1")
    return folder


@pytest.fixture
def exit_code(folder: Path, trust: Trust, clock: Any) -> Callable[[], int]:
    return lambda: verify_directory(folder, trust=trust, now=clock.now()).exit_code


def codes_of(path: Path, changes: Iterator[tuple[int, bytes]], exit_code: Callable[[], int]) -> dict[int, list[int]]:
    """Which exit codes the changes of a file lead to, and at which places."""
    found: dict[int, list[int]] = {}
    whole = path.read_bytes()
    for place, changed in changes:
        if changed != whole:
            path.write_bytes(changed)
            found.setdefault(exit_code(), []).append(place)
    path.write_bytes(whole)
    return found


def test_every_byte_of_a_log(written: Path, exit_code: Callable[[], int]) -> None:
    path = list_segments(written)[0].path
    assert 0 == exit_code()
    assert {1} == codes_of(path, flipped(path.read_bytes()), exit_code).keys()
    assert 0 == exit_code()


def test_every_byte_of_a_log_left_out_or_put_in(written: Path, exit_code: Callable[[], int]) -> None:
    """Only behind the last line it is no tampering: a newline there is a torn record after the head."""
    path = list_segments(written)[0].path
    data = path.read_bytes()
    codes = codes_of(path, shifted(data), exit_code)
    assert codes.keys() <= {1, 2}
    assert {len(data) - 1} >= set(codes.get(2, []))


def test_every_byte_of_the_checkpoint(written: Path, exit_code: Callable[[], int], key: SigningKey) -> None:
    """What names the origin or the signer turns it into a head of somebody unknown; anything else is tampering."""
    path = checkpoint_path(written)
    data = path.read_bytes()
    codes = codes_of(path, flipped(data), exit_code)
    assert codes.keys() == {1, 3}
    line = data.index("— ".encode())
    name = key.name.encode()
    ends = {place for start in (0, data.index(name, line)) for place in range(start, start + len(name) + 1)}
    signed = data.index(b" ", data.index(name, line)) + 1
    key_and_dash = {*range(line - 1, line + 4), *range(signed, signed + 6)}
    assert set() == set(codes[3]) - ends - key_and_dash


def test_every_byte_of_the_checkpoint_left_out_or_put_in(written: Path, exit_code: Callable[[], int]) -> None:
    path = checkpoint_path(written)
    assert codes_of(path, shifted(path.read_bytes()), exit_code).keys() <= {1, 3}


def test_a_line_of_a_signer_nobody_knows_is_ignored(written: Path, exit_code: Callable[[], int], trust: Trust) -> None:
    """As C2SP signed-note demands, or no witness could ever be added. What is read stays the same all the while."""
    path = checkpoint_path(written)
    signed = path.read_bytes()
    stranger = signature_line("stranger.example.net", b"\x01\x02\x03\x04", bytes(64)).encode()
    path.write_bytes(signed + stranger)
    assert 0 == exit_code()
    codes = codes_of(path, flipped(signed + stranger), exit_code)
    assert {place for place in codes[0] if place < len(signed)} == set()
    for place in set(codes[0]):
        changed = [data for at, data in flipped(signed + stranger) if at == place]
        for data in changed:
            try:
                head = parse_checkpoint(data)
            except EvidenceError:
                continue
            assert parse_checkpoint(signed).text == head.text
            keys = trust.log_keys(head.origin)
            assert head.note is not None
            assert any(
                key.made(line) and key.verifies(head.text, line) for key in keys for line in head.note.signatures
            )


def test_bytes_of_a_compressed_segment(
    opened: Opener, folder: Path, exit_code: Callable[[], int], write_run: Callable[..., None]
) -> None:
    """Deflate can say the same in several ways: where a change hits another of them, the same records are read."""
    with opened(segment_records=8, compress_sealed=True) as log:
        write_run(log, pairs=8)
    path = next(segment.path for segment in list_segments(folder) if segment.compressed)
    packed, lines = path.read_bytes(), read_lines(path)
    harmless = set()
    for place, changed in flipped(packed):
        path.write_bytes(changed)
        if exit_code() == 0:
            assert lines == read_lines(path)
            harmless.add(place)
    assert len(harmless) < len(packed) // 100
    for cut in range(len(packed)):
        path.write_bytes(packed[:cut])
        assert 0 != exit_code()
    for more in (b"\x00", b"\n", packed):
        path.write_bytes(packed + more)
        assert 1 == exit_code()


def test_bytes_of_tiles_and_of_a_longer_log(
    opened: Opener, folder: Path, exit_code: Callable[[], int], write_run: Callable[..., None]
) -> None:
    with opened(segment_records=256) as log:
        for number in range(20):
            write_run(log, f"run-{number}", pairs=12)
        log.settle()
    tile = folder / tile_path(0, 0)
    assert {1} == codes_of(tile, drawn(tile.read_bytes(), 100, seed=1), exit_code).keys()
    for seed, segment in enumerate(list_segments(folder)):
        changes = drawn(segment.path.read_bytes(), 100, seed)
        assert {1} == codes_of(segment.path, changes, exit_code).keys()


def test_every_byte_of_a_cosigned_head(opened: Opener, folder: Path, key: SigningKey, clock: Any) -> None:
    """Under a trust file that demands the witness, nothing but its own whole cosignature will do."""
    name, public = "witness.example.net", WITNESS.public_key().public_bytes_raw()
    with opened() as log:
        log.append("finding", code="found", subject="t-1")
    note = checkpoint_path(folder).read_bytes()
    signature = WITNESS.sign(b"cosignature/v1\ntime 1795316400\n" + parse_checkpoint(note).text.encode())
    time = (1_795_316_400).to_bytes(8, "big")
    line = signature_line(name, key_id(name, COSIGNATURE, public), time + signature).encode()
    checkpoint_path(folder).write_bytes(note + line)
    vkey = VerifierKey(name, COSIGNATURE, public).vkey
    trust = parse_trust(f"log {key.vkey}\nwitness w {vkey}\nquorum w\n".encode())

    def code() -> int:
        return verify_directory(folder, trust=trust, now=clock.now()).exit_code

    assert 0 == code()
    assert 0 not in codes_of(checkpoint_path(folder), flipped(note + line), code)


@pytest.fixture
def proven(written: Path) -> tuple[bytes, bytes]:
    told = prove_record(written, 1)
    return told.line + b"\n", told.proof.to_bytes()


@pytest.mark.parametrize("change", [lambda data: flipped(data, MORE_FLIPS), shifted])
def test_every_byte_of_a_record_file(
    proven: tuple[bytes, bytes], trust: Trust, change: Callable[[bytes], Iterator[tuple[int, bytes]]]
) -> None:
    record, proof = proven
    assert 0 == check_proof(record, proof, trust).exit_code
    codes = {check_proof(changed, proof, trust).exit_code for _, changed in change(record)}
    assert {1} == codes


@pytest.mark.parametrize("change", [lambda data: flipped(data, MORE_FLIPS), shifted])
def test_every_byte_of_a_proof(
    proven: tuple[bytes, bytes], trust: Trust, change: Callable[[bytes], Iterator[tuple[int, bytes]]]
) -> None:
    record, proof = proven
    codes = {check_proof(record, changed, trust).exit_code for _, changed in change(proof)}
    assert codes <= {1, 3}
    assert 1 in codes


def test_every_byte_before_the_head_of_a_proof_is_no_matter_of_keys(proven: tuple[bytes, bytes], trust: Trust) -> None:
    record, proof = proven
    end = proof.index(b"\n\n") + 1
    codes = {check_proof(record, changed, trust).exit_code for place, changed in flipped(proof) if place < end}
    assert {1} == codes


@pytest.mark.parametrize("change", [lambda data: flipped(data, MORE_FLIPS), shifted])
def test_every_byte_of_a_saved_head_and_of_what_continues_it(
    written: Path,
    trust: Trust,
    key: SigningKey,
    opened: Opener,
    change: Callable[[bytes], Iterator[tuple[int, bytes]]],
) -> None:
    saved = checkpoint_path(written).read_bytes()
    with opened() as log:
        log.append("finding", code="found", subject="t-2")
    hashes, _, note = prove_consistency(written, parse_checkpoint(saved))
    proof = Continuation(parse_checkpoint(saved).size, tuple(hashes), note).to_bytes()
    assert 0 == check_continuation(saved, proof, trust).exit_code
    assert {1, 3} >= {check_continuation(changed, proof, trust).exit_code for _, changed in change(saved)}
    assert {1, 3} >= {check_continuation(saved, changed, trust).exit_code for _, changed in change(proof)}


def test_a_long_proof(key: SigningKey, trust: Trust) -> None:
    """Twenty hashes, as a log of a million records has: at places that a seed draws."""
    record = b'{"seq":0}'
    hashes = tuple(leaf_hash(bytes([number])) for number in range(20))
    root = leaf_hash(record)
    for each in hashes:
        root = sha256(b"\x01" + root + each).digest()
    proof = Proof(0, hashes, key.signed_bytes(Checkpoint(key.name, 1 << 20, root))).to_bytes()
    assert 0 == check_proof(record + b"\n", proof, trust).exit_code
    assert 0 not in {check_proof(record + b"\n", data, trust).exit_code for _, data in drawn(proof, 2_000, seed=3)}


COMMENT = b"# the key of site a\n"


def test_every_byte_of_a_trust_file(proven: tuple[bytes, bytes], key: SigningKey) -> None:
    """Only a comment's text, and which blank stands between words, may be other: the same file is read then."""
    record, proof = proven
    data = COMMENT + f"log {key.vkey}\nquorum none\n".encode()
    meant = parse_trust(data)
    harmless = {}
    for place, changed in flipped(data, MORE_FLIPS):
        try:
            trust = parse_trust(changed)
        except ConfigError:
            continue
        if check_proof(record, proof, trust).exit_code == 0:
            assert meant == trust
            harmless.setdefault(place, set()).add(changed[place])
    end = len(COMMENT) - 1
    blanks = {place for place in range(end, len(data)) if data[place] == 0x20}
    assert set(range(1, end)) | {0, len(data) - 1} >= set(harmless) - blanks
    assert set(range(1, end)) <= set(harmless)
    # Instead of `#`, a line end or a blank leaves `the key ...`, which is no statement: only # begins a comment.
    assert 0 not in harmless
    # The last line may end with the file, so anything blank may stand there.
    assert {0x20} >= harmless.get(len(data) - 1, set())


def test_every_byte_of_a_trust_file_left_out(proven: tuple[bytes, bytes], key: SigningKey) -> None:
    record, proof = proven
    data = f"log {key.vkey}\nquorum none\n".encode()
    held = []
    for place in range(len(data)):
        try:
            trust = parse_trust(data[:place] + data[place + 1 :])
        except ConfigError:
            continue
        if check_proof(record, proof, trust).exit_code == 0:
            held.append(place)
    assert [len(data) - 1] == held


def test_the_head_of_another_tree_is_noticed(written: Path, key: SigningKey, exit_code: Callable[[], int]) -> None:
    """Signed by the right key, over other records: the change that no single byte can make."""
    head = parse_checkpoint(checkpoint_path(written).read_bytes())
    other = Checkpoint(key.name, head.size, root_hash([leaf_hash(b"other")] * head.size))
    checkpoint_path(written).write_bytes(key.signed_bytes(other))
    assert 1 == exit_code()
