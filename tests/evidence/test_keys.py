from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from vmsguard.errors import EvidenceError
from vmsguard.evidence.keys import SigningKey


def test_a_saved_key_is_only_its_owners_and_reads_back(tmp_path: Path, key: SigningKey) -> None:
    path = tmp_path / "key.pem"
    key.save(path)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert path.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    assert key.vkey == SigningKey.load(path, key.name).vkey


def test_an_existing_file_is_never_overwritten(tmp_path: Path, key: SigningKey) -> None:
    path = tmp_path / "key.pem"
    path.write_text("mine")
    with pytest.raises(EvidenceError, match="not overwritten"):
        key.save(path)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("mode", [0o604, 0o620, 0o666])
def test_a_key_open_to_others_is_refused(tmp_path: Path, key: SigningKey, mode: int) -> None:
    path = tmp_path / "key.pem"
    key.save(path)
    path.chmod(mode)
    with pytest.raises(EvidenceError, match="open to other users"):
        SigningKey.load(path, key.name)


def test_a_missing_key_names_the_way_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as raised:
        SigningKey.load(tmp_path / "none.pem", "example.org/a")
    assert "keygen" in raised.value.hint


@pytest.mark.parametrize("pem", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_refused(pem: bytes) -> None:
    with pytest.raises(EvidenceError, match="not an unencrypted PKCS#8 PEM"):
        SigningKey.from_pem(pem, "example.org/a")


def test_a_key_of_another_kind_is_refused() -> None:
    pem = X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(EvidenceError, match="not Ed25519"):
        SigningKey.from_pem(pem, "example.org/a")


@pytest.mark.parametrize("origin", ["", "with space", "with+plus", "line\nbreak"])
def test_an_origin_that_cannot_name_a_key_is_refused(origin: str) -> None:
    with pytest.raises(EvidenceError, match="cannot name a key"):
        SigningKey.generate(origin)


def test_a_key_does_not_print_itself(key: SigningKey) -> None:
    assert repr(key) == f"SigningKey({key.name})"


def test_pseudonyms_are_stable_for_one_key_and_differ_between_keys(key: SigningKey) -> None:
    assert key.pseudonym("Kim") == key.pseudonym("Kim")
    assert key.pseudonym("Kim") != key.pseudonym("Lee")
    assert key.pseudonym("Kim") != SigningKey.generate(key.name).pseudonym("Kim")
