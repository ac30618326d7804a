"""A log changes its signing key: both sign for a while, and nobody who knew either is locked out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory

Rotator = Callable[..., EvidenceLog]
Reader = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def new(key: SigningKey) -> SigningKey:
    return SigningKey.generate(key.name).carrying_on(key)


@pytest.fixture
def opened_with(folder: Path, clock: Any, disk: Any) -> Rotator:
    def open_log(key: SigningKey, *also: SigningKey) -> EvidenceLog:
        return EvidenceLog.open(folder, origin=key.name, key=key, also=also, clock=clock, disk=disk)

    return open_log


def signers(folder: Path, *keys: SigningKey) -> list[bool]:
    """Whether each key's signature of the newest head is there and right."""
    head = parse_checkpoint((folder / "checkpoint").read_bytes())
    assert head.note is not None
    return [
        any(key.verifier.made(signed) and key.verifier.verifies(head.text, signed) for signed in head.note.signatures)
        for key in keys
    ]


def test_the_rotation_is_recorded_once_and_both_keys_sign_every_head(
    opened_with: Rotator, key: SigningKey, new: SigningKey, folder: Path, read_log: Reader
) -> None:
    opened_with(key).close()
    assert [True, False] == signers(folder, key, new)
    for _ in range(2):
        opened_with(new, key).close()
        assert [True, True] == signers(folder, key, new)
    rotations = [record for record in read_log() if record["event"] == "key.rotated"]
    assert [(key.vkey, new.vkey)] == [(record["old"], record["new"]) for record in rotations]


@pytest.mark.parametrize("known", ["old", "new", "both"])
def test_an_auditor_with_either_key_verifies_during_the_overlap(
    opened_with: Rotator, key: SigningKey, new: SigningKey, folder: Path, clock: Any, known: str
) -> None:
    opened_with(key).close()
    opened_with(new, key).close()
    keys = {"old": (key.verifier,), "new": (new.verifier,), "both": (key.verifier, new.verifier)}[known]
    report = verify_directory(folder, trust=Trust(logs=keys), now=clock.now())
    assert (0, report.size) == (report.exit_code, report.signed_size)


@pytest.mark.parametrize("known", ["old", "both"])
def test_a_head_that_only_the_replaced_key_signed_is_not_taken_for_the_logs(
    opened_with: Rotator, key: SigningKey, new: SigningKey, folder: Path, clock: Any, known: str
) -> None:
    """A key is replaced because somebody else may hold it: what it alone signed afterwards may be theirs."""
    opened_with(key).close()
    opened_with(new, key).close()
    opened_with(key).close()
    keys = {"old": (key.verifier,), "both": (key.verifier, new.verifier)}[known]
    report = verify_directory(folder, trust=Trust(logs=keys), now=clock.now())
    assert (3, True) == (
        report.exit_code,
        ("undecided", "key-rotated") in {(one.level.value, one.kind) for one in report.problems},
    )


def test_the_new_key_alone_goes_on_after_the_overlap_and_the_old_one_does_not(
    opened_with: Rotator, key: SigningKey, new: SigningKey, folder: Path
) -> None:
    opened_with(key).close()
    opened_with(new, key).close()
    opened_with(new).close()
    assert [False, True] == signers(folder, key, new)
    with pytest.raises(EvidenceError, match="another key, not to"):
        opened_with(key)


def test_a_new_key_that_signed_nothing_yet_is_refused_without_the_old(
    opened_with: Rotator, key: SigningKey, new: SigningKey
) -> None:
    opened_with(key).close()
    with pytest.raises(EvidenceError, match="and another key, not to") as raised:
        opened_with(new)
    assert "previous_key" in raised.value.hint


def test_a_wrong_signature_of_either_key_is_refused(
    opened_with: Rotator, key: SigningKey, new: SigningKey, folder: Path
) -> None:
    opened_with(key).close()
    opened_with(new, key).close()
    head = parse_checkpoint((folder / "checkpoint").read_bytes())
    other = Checkpoint(head.origin, head.size + 1, head.root)
    for right, wrong in ((key, new), (new, key)):
        lines = right.signed_bytes(head).decode().splitlines(keepends=True)
        lines.append(wrong.signed_bytes(other).decode().splitlines(keepends=True)[-1])
        (folder / "checkpoint").write_text("".join(lines))
        with pytest.raises(EvidenceError, match="the signature of its checkpoint is wrong"):
            opened_with(new, key)


def test_the_public_description_names_both_keys_with_their_times(
    opened_with: Rotator, key: SigningKey, new: SigningKey, folder: Path, clock: Any
) -> None:
    opened_with(key).close()
    clock.advance(3600)
    for _ in range(2):
        opened_with(new, key).close()
    assert [
        "schema vmsguard.evidence/1",
        f"origin {key.name}",
        f"vkey {key.vkey}",
        "created 2026-11-22T03:00:00.000000Z",
        f"vkey {new.vkey}",
        "since 2026-11-22T04:00:00.000000Z",
    ] == (folder / "LOG").read_text().splitlines()


def test_stand_ins_stay_equal_across_a_rotation_and_the_files_it_is_kept_in(
    key: SigningKey, new: SigningKey, tmp_path: Path
) -> None:
    new.save(tmp_path / "new.pem")
    loaded = SigningKey.load(tmp_path / "new.pem", key.name)
    assert new.vkey == loaded.vkey != key.vkey
    for other in (new, loaded, SigningKey.generate(key.name).carrying_on(loaded)):
        assert key.pseudonym("cam of somebody") == other.pseudonym("cam of somebody")
        assert key.keyed_hash().digest() == other.keyed_hash().digest()


def test_a_new_key_that_would_change_the_stand_ins_is_refused(opened_with: Rotator, key: SigningKey) -> None:
    opened_with(key).close()
    with pytest.raises(EvidenceError, match="does not carry on the secrets"):
        opened_with(SigningKey.generate(key.name), key)


def test_a_plain_key_file_stays_plain_and_openssl_reads_one_that_carries_secrets(
    key: SigningKey, new: SigningKey, tmp_path: Path
) -> None:
    import subprocess

    assert b"LOG SECRETS" not in key.pem()
    assert 1 == new.pem().count(b"BEGIN VMSGUARD LOG SECRETS")
    new.save(tmp_path / "new.pem")
    told = subprocess.run(
        ["openssl", "pkey", "-in", str(tmp_path / "new.pem"), "-pubout", "-outform", "DER"],
        capture_output=True,
        check=True,
    )
    assert told.stdout[-32:] == new.verifier.public


@pytest.mark.parametrize("damage", [b"!!!!", b"AAAA", b"QUFB\nQUFB"])
def test_damaged_secrets_in_a_key_file_are_an_error_that_tells_none(new: SigningKey, damage: bytes) -> None:
    first, _, rest = new.pem().partition(b"LOG SECRETS-----\n")
    secret, _, end = rest.partition(b"\n")
    with pytest.raises(EvidenceError) as raised:
        SigningKey.from_pem(first + b"LOG SECRETS-----\n" + damage + b"\n" + end, new.name)
    assert secret.decode() not in str(raised.value)


def test_a_key_file_is_replaced_whole_and_private(key: SigningKey, new: SigningKey, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    key.save(path)
    new.save_over(path)
    assert (new.pem(), 0o600) == (path.read_bytes(), path.stat().st_mode & 0o777)
    assert [path] == list(tmp_path.iterdir())
