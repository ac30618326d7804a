"""Timestamp tokens: verified, refused, or not to be decided here; never verified as another statement."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from vmsguard.errors import EvidenceError
from vmsguard.evidence.anchor.openssl import Openssl
from vmsguard.evidence.anchor.tokens import MAX_TOKEN, TokenTold, TokenVerdict, verify_token

Tsa = Any

NOTE = b"example.org/a\n1\nAAAA\n\n\xe2\x80\x94 example.org/a AAAA\n"
ECDSA_WITH_SHA256 = bytes.fromhex("2a8648ce3d040302")
REFUSED, UNDECIDED, VERIFIED = TokenVerdict.REFUSED, TokenVerdict.UNDECIDED, TokenVerdict.VERIFIED


@pytest.fixture(scope="module", params=["plain", "chained"])
def token(request: pytest.FixtureRequest, tsa: Tsa) -> bytes:
    """One that rfc3161-client reads, and one that it refuses and openssl reads."""
    reply: bytes = tsa.stamp(NOTE, request.param)
    return reply


def test_a_token_over_the_note_is_verified_with_its_time(token: bytes, tsa: Tsa) -> None:
    told = verify_token(token, NOTE, tsa.roots)

    assert (VERIFIED, "") == (told.verdict, told.why)
    at = datetime.fromisoformat(told.at)
    assert timedelta(0) <= datetime.now(UTC) - at < timedelta(minutes=5)
    assert tsa.accepts(token, NOTE)


def test_the_signer_s_name_is_told(tsa: Tsa) -> None:
    assert "Test timestamps" == verify_token(tsa.stamp(NOTE), NOTE, tsa.roots).authority


def test_over_other_bytes_it_is_refused_even_without_a_root(token: bytes, tsa: Tsa) -> None:
    expected = TokenTold(verdict=REFUSED, why="it is over other bytes")

    assert [expected, expected] == [verify_token(token, NOTE + b"\n", roots) for roots in (tsa.roots, ())]
    assert not tsa.accepts(token, NOTE + b"\n")


def test_without_a_root_nothing_is_decided(token: bytes) -> None:
    told = verify_token(token, NOTE, ())

    assert (UNDECIDED, "no root certificate of an authority was given") == (told.verdict, told.why)
    assert told.at


def test_an_unknown_authority_is_not_decided(token: bytes, other_tsa: Tsa) -> None:
    told = verify_token(token, NOTE, other_tsa.roots)

    assert (UNDECIDED, "no given root leads to the authority that signed it") == (told.verdict, told.why)


def test_one_of_several_roots_in_one_file_is_enough(token: bytes, tsa: Tsa, other_tsa: Tsa) -> None:
    assert verify_token(token, NOTE, [other_tsa.roots[0] + tsa.roots[0]]).verified


def test_another_nonce_is_refused(token: bytes, tsa: Tsa) -> None:
    claims = Openssl(token).claims()
    assert claims is not None
    assert claims.nonce is not None

    assert verify_token(token, NOTE, tsa.roots, nonce=claims.nonce).verified
    told = verify_token(token, NOTE, tsa.roots, nonce=claims.nonce + 1)
    assert (REFUSED, "it answers another request: the nonce differs") == (told.verdict, told.why)


@pytest.mark.parametrize("data", [b"", b"<html>no</html>", b"0" * 10, b"\x30\x03\x02\x01\x00"])
def test_what_is_no_reply_is_refused(data: bytes, tsa: Tsa) -> None:
    assert REFUSED is verify_token(data, NOTE, tsa.roots).verdict


def test_a_refusal_of_the_authority_is_no_token(tsa: Tsa) -> None:
    reply = tsa.stamp(NOTE, "plain", "-tspolicy", "1.2.3.4.99")

    told = verify_token(reply, NOTE, tsa.roots)

    assert (REFUSED, "the authority did not grant it") == (told.verdict, told.why)


def test_a_huge_file_is_not_read(tsa: Tsa) -> None:
    told = verify_token(bytes(MAX_TOKEN + 1), NOTE, tsa.roots)

    assert (REFUSED, "a token of 65537 bytes; real ones are smaller than 65536") == (told.verdict, told.why)


def test_a_signer_whose_certificate_is_for_something_else_is_refused(make_tsa: Callable[[], Tsa]) -> None:
    tsa = make_tsa()
    token, stamper = tsa.stamp(NOTE), tsa.signer_der()
    # openssl does not stamp with such a certificate, so one of the same length is put in the place of the right one.
    mailer = b""
    while len(mailer) != len(stamper):
        tsa.certify_signer("mailer")
        mailer = tsa.signer_der()

    told = verify_token(token.replace(stamper, mailer), NOTE, tsa.roots)

    assert (REFUSED, "its signer's certificate is not one for timestamps") == (told.verdict, told.why)


def test_a_changed_byte_never_verifies_as_another_statement(tsa: Tsa) -> None:
    """What the signature does not cover changes nothing of what is said; whoever cares has the file's SHA-256."""
    token: bytes = tsa.stamp(NOTE)
    told = verify_token(token, NOTE, tsa.roots)
    outside = []
    for place in range(len(token)):
        changed = token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :]
        try_again = verify_token(changed, NOTE, tsa.roots)
        if try_again.verified:
            outside.append(place)
            assert told.at == try_again.at

    algorithm = token.rindex(ECDSA_WITH_SHA256)
    of_algorithm = range(algorithm, algorithm + len(ECDSA_WITH_SHA256))
    others = [place for place in outside if place not in of_algorithm]
    assert set(of_algorithm) <= set(outside)
    assert sorted([3, 5, 1, 5]) == sorted(token[place] for place in others), "two versions, two tags of NULL"


def test_without_a_program_that_reads_it_nothing_is_decided(tsa: Tsa, monkeypatch: pytest.MonkeyPatch) -> None:
    token = tsa.stamp(NOTE, "chained")
    monkeypatch.setattr(shutil, "which", lambda name: None)

    told = verify_token(token, NOTE, tsa.roots)

    assert TokenTold(verdict=UNDECIDED, why="rfc3161-client cannot read it, and openssl is not installed") == told


def test_without_rfc3161_client_openssl_is_asked(tsa: Tsa, monkeypatch: pytest.MonkeyPatch) -> None:
    token = tsa.stamp(NOTE)
    monkeypatch.setitem(__import__("sys").modules, "rfc3161_client", None)

    assert verify_token(token, NOTE, tsa.roots).verified
    assert REFUSED is verify_token(token, b"other", tsa.roots).verdict


def test_openssl_that_hangs_decides_nothing(tsa: Tsa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "openssl"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(program))
    monkeypatch.setattr("vmsguard.evidence.anchor.openssl._SECONDS", 0.1)

    told = verify_token(tsa.stamp(NOTE, "chained"), NOTE, tsa.roots)

    assert TokenTold(verdict=UNDECIDED, why="rfc3161-client cannot read it, and openssl does not answer") == told


def test_a_root_file_without_a_certificate_is_an_error(tsa: Tsa) -> None:
    with pytest.raises(EvidenceError, match="no PEM certificate"):
        verify_token(tsa.stamp(NOTE), NOTE, [b"not a certificate"])
