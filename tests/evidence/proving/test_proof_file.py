from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.proving.proof_file import (
    MOST_HASHES,
    Continuation,
    Proof,
    hash_lines,
    parse_continuation,
    parse_proof,
)

HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=MOST_HASHES).map(tuple)

LINE = base64.b64encode(bytes(32)).decode()


@pytest.fixture
def note(key: SigningKey) -> bytes:
    return key.signed_bytes(Checkpoint(key.name, 12, bytes(32)))


def test_a_proof_has_the_lines_of_the_specification(note: bytes) -> None:
    told = f"c2sp.org/tlog-proof@v1\nindex 7\n{LINE}\n{LINE}\n\n".encode() + note
    assert told == Proof(7, (bytes(32), bytes(32)), note).to_bytes()


def test_a_log_of_one_record_needs_no_hash(note: bytes) -> None:
    told = b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + note
    assert (told, Proof(0, (), note)) == (Proof(0, (), note).to_bytes(), parse_proof(told))


def test_an_extra_line_of_others_is_read(note: bytes) -> None:
    told = b"c2sp.org/tlog-proof@v1\nextra aGVsbG8=\nindex 0\n\n" + note
    assert (Proof(0, (), note, b"hello"), told) == (parse_proof(told), parse_proof(told).to_bytes())


@given(HASHES, st.integers(0, 10**18))
def test_proofs_read_back_as_they_were_written(hashes: tuple[bytes, ...], index: int) -> None:
    key = SigningKey.generate("example.org/a")
    note = key.signed_bytes(Checkpoint(key.name, 12, bytes(32)))
    assert Proof(index, hashes, note) == parse_proof(Proof(index, hashes, note).to_bytes())
    assert Continuation(index + 1, hashes, note) == parse_continuation(Continuation(index + 1, hashes, note).to_bytes())


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (b"", "no empty line"),
        (b"\n\n", "line 1"),
        (b"c2sp.org/tlog-proof@v2\nindex 0\n\nNOTE", "line 1"),
        (b" c2sp.org/tlog-proof@v1\nindex 0\n\nNOTE", "line 1"),
        (b"c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\nNOTE", "no empty line|line 1"),
        (b"c2sp.org/tlog-proof@v1\n\nNOTE", "index N"),
        (b"c2sp.org/tlog-proof@v1\nindex\n\nNOTE", "index N"),
        (b"c2sp.org/tlog-proof@v1\nindex 00\n\nNOTE", "index N"),
        (b"c2sp.org/tlog-proof@v1\nindex 07\n\nNOTE", "index N"),
        (b"c2sp.org/tlog-proof@v1\nindex -1\n\nNOTE", "index N"),
        (b"c2sp.org/tlog-proof@v1\nindex +1\n\nNOTE", "index N"),
        (b"c2sp.org/tlog-proof@v1\nindex  1\n\nNOTE", "index N"),
        (b"c2sp.org/tlog-proof@v1\nindex 1 \n\nNOTE", "index N"),
        (b"c2sp.org/tlog-proof@v1\nINDEX 1\n\nNOTE", "index N"),
        (b"c2sp.org/tlog-proof@v1\nindex 99999999999999999999\n\nNOTE", "index N"),
        (b"c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\nNOTE", "extra line"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\nextra aGVsbG8=\n\nNOTE", "SHA-256"),
        (b"c2sp.org/tlog-proof@v1\nextra aGVsbG8=\nextra aGVsbG8=\nindex 0\n\nNOTE", "index N"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nNOTE", "SHA-256"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\nLINE \n\nNOTE", "SHA-256"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\nLIN_\n\nNOTE", "SHA-256"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\nMANY\nNOTE", "more than 63"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\n\xc3\xa4\n\nNOTE", "ASCII"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\n\n", "no signature block"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\n\n\nNOTE", "origin, size and root"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\n\nNOTE\n", "no signature block|malformed signature"),
        (b"x" * 200_000, "more than 131072"),
    ],
)
def test_any_other_form_is_refused(told: bytes, why: str, note: bytes) -> None:
    told = told.replace(b"LIN_", LINE[:-2].encode() + b"B=").replace(b"LINE", LINE.encode())
    told = told.replace(b"MANY\n", hash_lines([bytes(32)] * 64).encode() + b"\n").replace(b"NOTE", note)
    with pytest.raises(EvidenceError, match=why):
        parse_proof(told)


@pytest.mark.parametrize("first", ["", "old", "old 0", "old 07", "old -1", "old 7 ", "new 7", "index 7"])
def test_a_continuation_begins_with_the_old_size(first: str, note: bytes) -> None:
    with pytest.raises(EvidenceError, match="old N"):
        parse_continuation(f"{first}\n{LINE}\n\n".encode() + note)


@given(st.binary(max_size=300))
def test_garbage_is_refused_and_nothing_else(data: bytes) -> None:
    for parse in (parse_proof, parse_continuation):
        for told in (data, b"c2sp.org/tlog-proof@v1\nindex 0\n" + data, b"old 7\n" + data):
            with pytest.raises(EvidenceError):
                parse(told)
