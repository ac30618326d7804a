from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.note import COSIGNATURE, VerifierKey, key_id, signature_line
from vmsguard.evidence.proving.proof import prove_consistency, prove_record
from vmsguard.evidence.proving.proof_check import ProofReport, check_continuation, check_proof, is_continuation
from vmsguard.evidence.proving.proof_file import Continuation, Proof
from vmsguard.evidence.segments import checkpoint_path
from vmsguard.evidence.tree import leaf_hash, root_hash
from vmsguard.evidence.trust import Trust, parse_trust

Opener = Callable[..., EvidenceLog]

WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(reversed(range(32))))


@pytest.fixture
def written(opened: Opener, folder: Path, write_run: Callable[..., None]) -> Path:
    with opened() as log:
        write_run(log, pairs=9)
    return folder


@pytest.fixture
def proven(written: Path) -> tuple[bytes, bytes]:
    """A record file and its proof file."""
    told = prove_record(written, 5)
    return told.line + b"\n", told.proof.to_bytes()


@pytest.fixture
def saved(written: Path, key: SigningKey) -> bytes:
    """A head the auditor saved when the log had six records."""
    lines = next((written / "log").iterdir()).read_bytes().splitlines()
    return key.signed_bytes(Checkpoint(key.name, 6, root_hash(map(leaf_hash, lines[:6]))))


@pytest.fixture
def continued(written: Path, saved: bytes) -> bytes:
    hashes, _, note = prove_consistency(written, parse_checkpoint(saved))
    return Continuation(6, tuple(hashes), note).to_bytes()


def cosigned(note: bytes, name: str = "witness.example.net") -> bytes:
    public, time = WITNESS.public_key().public_bytes_raw(), (1_800_000_000).to_bytes(8, "big")
    text = parse_checkpoint(note).text
    signature = WITNESS.sign(f"cosignature/v1\ntime 1800000000\n{text}".encode())
    return note + signature_line(name, key_id(name, COSIGNATURE, public), time + signature).encode()


def demanding(key: SigningKey) -> Trust:
    vkey = VerifierKey("witness.example.net", COSIGNATURE, WITNESS.public_key().public_bytes_raw()).vkey
    return parse_trust(f"log {key.vkey}\nwitness w {vkey}\nquorum w\n".encode())


def told(report: ProofReport) -> tuple[int, str]:
    return report.exit_code, report.reason


def test_a_record_is_proven_without_the_log(proven: tuple[bytes, bytes], trust: Trust, key: SigningKey) -> None:
    report = check_proof(*proven, trust)
    assert (0, "proven", "verify", 5, key.name) == (
        report.exit_code,
        report.verdict,
        report.event,
        report.index,
        report.origin,
    )
    assert "show others another history" in report.caveat


def test_another_record_is_not_proven(written: Path, proven: tuple[bytes, bytes], trust: Trust) -> None:
    other = prove_record(written, 4).line + b"\n"
    assert (1, "the record does not stand at 5 under this head") == told(check_proof(other, proven[1], trust))


@pytest.mark.parametrize("change", [lambda r: r[:-1], lambda r: r + b"\n", lambda r: b"\n" + r, lambda r: b""])
def test_a_record_file_is_one_line_with_its_end(
    proven: tuple[bytes, bytes], trust: Trust, change: Callable[[bytes], bytes]
) -> None:
    report = check_proof(change(proven[0]), proven[1], trust)
    assert (1, "the record file is not one line with its line end") == told(report)


def test_an_unknown_key_leaves_it_undecided(proven: tuple[bytes, bytes], key: SigningKey) -> None:
    stranger = Trust(logs=(SigningKey.generate(key.name).verifier,))
    assert (3, f"no key of the trust file signed the head of {key.name}") == told(check_proof(*proven, stranger))


def test_a_wrong_record_is_wrong_under_an_unknown_key_too(proven: tuple[bytes, bytes], key: SigningKey) -> None:
    stranger = Trust(logs=(SigningKey.generate(key.name).verifier,))
    assert 1 == check_proof(proven[0].replace(b"pass", b"fail"), proven[1], stranger).exit_code


def test_a_wrong_signature_of_a_trusted_key_is_no_unknown_key(written: Path, trust: Trust, key: SigningKey) -> None:
    proven = prove_record(written, 5)
    head = parse_checkpoint(proven.proof.checkpoint)
    forged = f"{head.text}\n{signature_line(key.name, key.verifier.key_id, bytes(64))}".encode()
    proof = Proof(5, proven.proof.hashes, forged)
    report = check_proof(proven.line + b"\n", proof.to_bytes(), trust)
    assert (1, "the signature of a trusted key is wrong") == told(report)


def test_a_quorum_that_is_not_met_leaves_it_undecided(written: Path, key: SigningKey) -> None:
    proven = prove_record(written, 5)
    line, bare = proven.line + b"\n", proven.proof
    assert (3, "the head lacks the witnesses that w asks for") == told(
        check_proof(line, bare.to_bytes(), demanding(key))
    )
    witnessed = Proof(5, bare.hashes, cosigned(bare.checkpoint))
    report = check_proof(line, witnessed.to_bytes(), demanding(key))
    assert (0, ("w",), "") == (report.exit_code, report.witnesses, report.caveat)


def test_a_record_with_another_number_than_its_place_is_refused(key: SigningKey, trust: Trust) -> None:
    lines = [b'{"seq":0}', b'{"seq":7}']
    note = key.signed_bytes(Checkpoint(key.name, 2, root_hash(map(leaf_hash, lines))))
    proof = Proof(1, (leaf_hash(lines[0]),), note).to_bytes()
    assert (1, "the record does not say that it is number 1") == told(check_proof(lines[1] + b"\n", proof, trust))


def test_a_tombstone_proves_nothing(written: Path, proven: tuple[bytes, bytes], trust: Trust) -> None:
    stone = f'{{"leaf":"{leaf_hash(proven[0][:-1]).hex()}","seq":5,"tombstone":true}}\n'.encode()
    assert 1 == check_proof(stone, proven[1], trust).exit_code


def test_a_head_is_shown_to_continue_a_saved_one(saved: bytes, continued: bytes, trust: Trust) -> None:
    report = check_continuation(saved, continued, trust)
    assert (0, "proven", 6, None, "head") == (
        report.exit_code,
        report.verdict,
        report.old_size,
        report.index,
        report.subject,
    )
    assert (True, False) == (is_continuation(continued), is_continuation(b"c2sp.org/tlog-proof@v1\nindex 0\n"))


def test_another_saved_head_is_not_continued(continued: bytes, trust: Trust, key: SigningKey) -> None:
    why = "the newer head is not shown to continue the saved one"
    for size, root in ((6, bytes(32)), (5, bytes(32)), (600, bytes(32))):
        saved = key.signed_bytes(Checkpoint(key.name, size, root))
        assert (1, why) == told(check_continuation(saved, continued, trust))


def test_a_proof_from_another_size_is_none(saved: bytes, continued: bytes, trust: Trust) -> None:
    why = "the newer head is not shown to continue the saved one"
    assert (1, why) == told(check_continuation(saved, continued.replace(b"old 6", b"old 7"), trust))


def test_both_heads_need_a_trusted_key(saved: bytes, continued: bytes, key: SigningKey, trust: Trust) -> None:
    stranger = SigningKey.generate(key.name)
    unknown = f"no key of the trust file signed the head of {key.name}"
    assert (3, unknown) == told(check_continuation(saved, continued, Trust(logs=(stranger.verifier,))))
    head = parse_checkpoint(saved)
    other = stranger.signed_bytes(Checkpoint(head.origin, head.size, head.root))
    assert (3, f"saved head: {unknown}") == told(check_continuation(other, continued, trust))


def test_the_quorum_is_asked_of_the_newer_head_alone(written: Path, saved: bytes, key: SigningKey) -> None:
    checkpoint_path(written).write_bytes(cosigned(checkpoint_path(written).read_bytes()))
    hashes, _, note = prove_consistency(written, parse_checkpoint(saved))
    proof = Continuation(6, tuple(hashes), note).to_bytes()
    assert 0 == check_continuation(saved, proof, demanding(key)).exit_code


@pytest.mark.parametrize("garbage", [b"", b"\xff", b"old 6\n\n", b"old 6\n\nx\n"])
def test_garbage_is_no_proof(proven: tuple[bytes, bytes], saved: bytes, trust: Trust, garbage: bytes) -> None:
    assert 1 == check_proof(proven[0], garbage, trust).exit_code
    assert 1 == check_continuation(saved, garbage, trust).exit_code
    assert 1 == check_continuation(garbage, garbage, trust).exit_code
