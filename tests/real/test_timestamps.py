"""Timestamp tokens over our heads: OpenSSL and rfc3161-client accept them, and nothing that was changed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from evidence_logs import ORIGIN, grow_log
from local_tsa import new_tsa
from real_program import missing_programs, unavailable

from vmsguard.evidence.keys import SigningKey


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Any:
    if reason := missing_programs("openssl"):
        unavailable(reason)
    return new_tsa(tmp_path_factory.mktemp("tsa"))


@pytest.fixture(scope="module")
def other_root(tmp_path_factory: pytest.TempPathFactory, tsa: Any) -> Path:
    return new_tsa(tmp_path_factory.mktemp("other")).root


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory, tsa: Any) -> tuple[Path, Path]:
    """A real head, and a token over its file."""
    folder = tmp_path_factory.mktemp("stamped")
    grow_log(folder / "evidence", SigningKey.generate(ORIGIN), [7])
    head = shutil.copy(folder / "evidence" / "checkpoint", folder / "7.note")
    token = folder / "7.1.tsr"
    token.write_bytes(tsa.stamp(head.read_bytes()))
    return head, token


@pytest.fixture
def files(stamped: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """Copies of both, to be changed."""
    head, token = stamped
    return shutil.copy(head, tmp_path / head.name), shutil.copy(token, tmp_path / token.name)


def by_openssl(head: Path, token: Path, root: Path) -> bool:
    command = ["openssl", "ts", "-verify", "-in", token, "-data", head, "-CAfile", root]
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0


def by_rfc3161_client(head: Path, token: Path, root: Path) -> bool:
    rfc3161 = pytest.importorskip("rfc3161_client", reason="rfc3161-client is not installed (extra anchor)")
    certificate = x509.load_pem_x509_certificate(root.read_bytes())
    verifier = rfc3161.VerifierBuilder().add_root_certificate(certificate).build()
    try:
        read = rfc3161.decode_timestamp_response(token.read_bytes())
        return bool(verifier.verify_message(read, head.read_bytes()))
    except (ValueError, rfc3161.VerificationError):
        return False


Judge = Callable[[Path, Path, Path], bool]
both = pytest.mark.parametrize("accepts", [by_openssl, by_rfc3161_client])


@both
def test_a_token_over_a_head_is_accepted(accepts: Judge, files: tuple[Path, Path], tsa: Any) -> None:
    assert accepts(*files, tsa.root)


@both
@pytest.mark.parametrize("place", [0, 30, -2])
def test_a_changed_head_is_rejected(accepts: Judge, files: tuple[Path, Path], tsa: Any, place: int) -> None:
    head, token = files
    flip(head, place)

    assert not accepts(head, token, tsa.root)


@both
def test_a_token_whose_time_imprint_or_signature_changed_is_rejected(
    accepts: Judge, files: tuple[Path, Path], tsa: Any
) -> None:
    head, token = files
    whole = token.read_bytes()
    time = whole.index(b"\x18\x0f20") + 2  # GeneralizedTime, fifteen characters
    imprint = whole.index(sha256(head.read_bytes()).digest())
    for place in (time + 3, imprint, len(whole) - 1):
        token.write_bytes(whole)
        flip(token, place)
        assert not accepts(head, token, tsa.root)


@both
def test_another_authority_is_rejected(accepts: Judge, files: tuple[Path, Path], other_root: Path) -> None:
    assert not accepts(*files, other_root)


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
