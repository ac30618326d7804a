from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.note import COSIGNATURE, ED25519, VerifierKey, parse_note
from vmsguard.evidence.tree import EMPTY_ROOT

# The example note of the C2SP signed-note specification and the vkey of Go's checksum database: published facts.
SUMDB_VKEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"

Mangle = Callable[[bytes], bytes]


@pytest.fixture
def head(key: SigningKey) -> bytes:
    return key.signed_bytes(Checkpoint(key.name, 3, EMPTY_ROOT))


def test_a_signed_checkpoint_reads_back_and_verifies(key: SigningKey, head: bytes) -> None:
    read = parse_checkpoint(head)
    assert (key.name, 3, EMPTY_ROOT) == (read.origin, read.size, read.root)
    assert read.note is not None
    assert [True] == [key.verifier.verifies(read.text, line) for line in read.note.signatures]
    assert head == read.note.to_bytes()


def test_a_published_vkey_has_the_key_id_we_compute() -> None:
    key = VerifierKey.parse(SUMDB_VKEY)
    assert ("sum.golang.org", ED25519, "033de0ae") == (key.name, key.kind, key.key_id.hex())
    assert key.vkey == SUMDB_VKEY


def test_signature_lines_of_unknown_keys_are_kept_and_ignored(key: SigningKey, head: bytes) -> None:
    stranger = SigningKey.generate("stranger.example.org").signed_bytes(Checkpoint(key.name, 3, EMPTY_ROOT))
    both = head + stranger.split(b"\n\n")[1]
    note = parse_note(both)
    assert [True, False] == [key.verifier.made(line) for line in note.signatures]
    assert both == note.to_bytes()


def test_a_signature_of_another_size_or_root_does_not_verify(key: SigningKey, head: bytes) -> None:
    note = parse_checkpoint(head).note
    assert note is not None
    for other in (Checkpoint(key.name, 4, EMPTY_ROOT), Checkpoint(key.name, 3, bytes(32))):
        assert not key.verifier.verifies(other.text, note.signatures[0])


def test_a_witness_cosignature_binds_its_time_and_the_text() -> None:
    private = Ed25519PrivateKey.generate()
    witness = VerifierKey("w.example.org", COSIGNATURE, private.public_key().public_bytes_raw())
    text, time = "log.example.org\n1\nAAAA\n", 1_700_000_000
    signature = private.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
    line = f"— w.example.org {base64.b64encode(witness.key_id + time.to_bytes(8, 'big') + signature).decode()}\n"
    signed = parse_note(f"{text}\n{line}".encode()).signatures[0]
    assert witness.made(signed)
    assert witness.verifies(text, signed)
    assert not witness.verifies(text.replace("1", "2"), signed)
    later = parse_note(
        f"{text}\n— w.example.org "
        f"{base64.b64encode(witness.key_id + (time + 1).to_bytes(8, 'big') + signature).decode()}\n".encode()
    ).signatures[0]
    assert not witness.verifies(text, later)


@pytest.mark.parametrize(
    "mangle",
    [
        lambda head: head[:-1],
        lambda head: head.replace(b"\n\n", b"\n"),
        lambda head: head.split(b"\n\n")[0] + b"\n\n",
        lambda head: head + b"\n",
        lambda head: head + b"x\n",
        lambda head: head.replace("—".encode(), b"-"),
        lambda head: head.replace(b"\n3\n", b"\n03\n"),
        lambda head: head.replace(b"\n3\n", b"\n-3\n"),
        lambda head: head.replace(b"\n3\n", b"\n3\nextension\n"),
        lambda head: head.replace(b"\n3\n", b"\n3\r\n"),
        lambda head: head.replace(b"=\n", b"\n"),
        lambda head: b"\xff" + head,
        lambda head: b"",
        lambda head: b"a" * 70_000,
    ],
)
def test_a_malformed_checkpoint_is_refused(head: bytes, mangle: Mangle) -> None:
    with pytest.raises(EvidenceError):
        parse_checkpoint(mangle(head))


def test_spare_bits_of_base64_are_not_a_second_spelling() -> None:
    encoded = base64.b64encode(bytes(37)).decode()
    assert base64.b64decode(encoded[:-3] + "B==") == bytes(37)
    with pytest.raises(EvidenceError, match="malformed signature line"):
        parse_note(f"text\n\n— name {encoded[:-3]}B==\n".encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_a_note_or_an_evidence_error(data: bytes) -> None:
    with suppress(EvidenceError):
        assert data == parse_note(data).to_bytes()


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000",
        "na me+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        SUMDB_VKEY.replace("033de0ae", "033de0af"),
        SUMDB_VKEY.replace("sum.", "sun."),
        SUMDB_VKEY[:-1],
        SUMDB_VKEY.replace("+Ac4", "+Bc4"),
    ],
)
def test_a_vkey_that_is_not_exactly_one_is_refused(vkey: str) -> None:
    with pytest.raises(EvidenceError):
        VerifierKey.parse(vkey)
