"""A timestamp token holds bytes that its own signature does not cover; the log's record of it binds them all."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.segments import checkpoint_path
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory
from vmsguard.model.clock import SystemClock


@pytest.fixture
def anchored(folder: Path, key: SigningKey, tsa: Any) -> Path:
    """The token of a log that a timestamping authority stamped and that has this on record."""
    with EvidenceLog.open(folder, origin=key.name, key=key, clock=SystemClock()) as log:
        head = log.checkpoint()
        note = checkpoint_path(folder).read_bytes()
        token = tsa.stamp(note)
        path = folder / "anchors" / f"{head.size}.1.tsr"
        path.parent.mkdir()
        path.write_bytes(token)
        (folder / "anchors" / f"{head.size}.note").write_bytes(note)
        log.append(
            "checkpoint.anchored",
            size=head.size,
            root=head.root_hex,
            kind="tsa",
            ref=path.name,
            sha256=sha256(token).hexdigest(),
        )
    return path


@pytest.fixture
def exit_code(folder: Path, trust: Trust) -> Callable[..., int]:
    """What an auditor's check exits with; without roots a token is read, but no authority trusted."""

    def verify(*roots: bytes) -> int:
        return verify_directory(folder, trust=trust, now=SystemClock().now(), tsa_roots=roots).exit_code

    return verify


def changes(token: bytes) -> Iterator[bytes]:
    """The token with one bit of each byte turned over, cut short, and with a byte more."""
    for place, byte in enumerate(token):
        yield token[:place] + bytes([byte ^ 1 << place % 8]) + token[place + 1 :]
    yield from (token[:length] for length in range(0, len(token), 64))
    yield token + b"\x00"


def test_every_byte_of_a_token(anchored: Path, exit_code: Callable[..., int]) -> None:
    token = anchored.read_bytes()
    assert 0 == exit_code()
    for changed in changes(token):
        anchored.write_bytes(changed)
        assert 1 == exit_code()
    anchored.write_bytes(token)
    assert 0 == exit_code()


def test_bytes_of_a_token_under_its_root(anchored: Path, exit_code: Callable[..., int], tsa: Any) -> None:
    token = anchored.read_bytes()
    assert 0 == exit_code(*tsa.roots)
    for changed in random.Random(1).sample(list(changes(token)), 60):
        anchored.write_bytes(changed)
        assert 1 == exit_code(*tsa.roots)
