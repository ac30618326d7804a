"""Who outside vouches for a log, as `evidence verify` tells it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from vmsguard.evidence.anchor.witness_key import WitnessKey
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.keys import SigningKey, sign_with
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.note import COSIGNATURE, Note, NoteSignature, VerifierKey
from vmsguard.evidence.problems import Level, VerifyReport
from vmsguard.evidence.trust import Group, Trust
from vmsguard.evidence.verifying.verify import verify_directory

Opener = Callable[..., EvidenceLog]
Judge = Callable[..., VerifyReport]


@pytest.fixture
def judge(folder: Path, trust: Trust, clock: Any) -> Judge:
    def verify(trusted: Trust | None = trust, roots: tuple[bytes, ...] = ()) -> VerifyReport:
        return verify_directory(folder, trust=trusted, now=clock.now(), tsa_roots=roots)

    return verify


@pytest.fixture
def size(opened: Opener, folder: Path) -> int:
    """How many records a small log has whose head lies among the anchors."""
    with opened() as log:
        log.append("observe", target="t-1")
    (folder / "anchors").mkdir()
    (folder / "anchors" / f"{log.size}.note").write_bytes((folder / "checkpoint").read_bytes())
    return log.size


def found(report: VerifyReport) -> list[tuple[str, str, str]]:
    return [(one.level.value, one.kind, one.category.value) for one in report.problems]


def cosign(path: Path, key: WitnessKey, at: datetime) -> None:
    head = parse_checkpoint(path.read_bytes())
    assert head.note is not None
    line = key.cosign(head.text, int(at.timestamp()))
    path.write_bytes(Note(head.note.text, (*head.note.signatures, line)).to_bytes())


@pytest.fixture
def witnessed(key: SigningKey, witness_key: WitnessKey) -> Trust:
    return Trust(
        logs=(key.verifier,), witnesses={"w": witness_key.verifier}, groups={"g": Group(1, ("w",))}, quorum="g"
    )


def test_a_timestamp_is_verified_with_the_authoritys_root(judge: Judge, folder: Path, size: int, tsa: Any) -> None:
    note = folder / "anchors" / f"{size}.note"
    (folder / "anchors" / f"{size}.1.tsr").write_bytes(tsa.stamp(note.read_bytes()))
    report = judge(roots=tsa.roots)
    (anchor,) = report.anchors
    assert (0, [], True, size) == (report.exit_code, found(report), anchor.verified, report.anchored_size)
    assert abs(datetime.fromisoformat(anchor.at) - datetime.now(UTC)) < timedelta(minutes=2)
    assert report.caveat.startswith(f"A timestamp shows that the first {size} records existed by {anchor.at}.")
    assert report.anchored_at == anchor.at


def test_without_a_root_the_timestamp_is_there_and_was_not_verified(
    judge: Judge, folder: Path, size: int, tsa: Any, other_tsa: Any
) -> None:
    note = folder / "anchors" / f"{size}.note"
    (folder / "anchors" / f"{size}.1.tsr").write_bytes(tsa.stamp(note.read_bytes()))
    for roots in ((), other_tsa.roots):
        report = judge(roots=roots)
        assert (0, [("notice", "token-unchecked", "unanchored")]) == (report.exit_code, found(report))
        assert (False, 0, "") == (report.anchors[0].verified, report.anchored_size, report.anchored_at)


def test_a_timestamp_over_another_note_is_invalid(judge: Judge, folder: Path, size: int, tsa: Any) -> None:
    (folder / "anchors" / f"{size}.1.tsr").write_bytes(tsa.stamp(b"another note"))
    for roots in ((), tsa.roots):
        assert [("tampered", "token", "invalid")] == found(judge(roots=roots))


def test_a_token_that_is_none_is_invalid(judge: Judge, folder: Path, size: int, tsa: Any) -> None:
    (folder / "anchors" / f"{size}.1.tsr").write_bytes(b"no token")
    assert [("tampered", "token", "invalid")] == found(judge(roots=tsa.roots))


def test_a_timestamp_whose_note_is_gone_cannot_be_checked(judge: Judge, folder: Path, size: int, tsa: Any) -> None:
    note = folder / "anchors" / f"{size}.note"
    (folder / "anchors" / f"{size}.1.tsr").write_bytes(tsa.stamp(note.read_bytes()))
    note.unlink()
    assert [("incomplete", "anchor-missing", "missing")] == found(judge(roots=tsa.roots))


def test_a_timestamp_older_than_a_record_it_covers_shows_a_clock_set_forward(
    opened: Opener, judge: Judge, folder: Path, clock: Any, tsa: Any
) -> None:
    clock.wall = datetime.now(UTC) + timedelta(days=3)
    with opened() as log:
        log.append("observe", target="t-1")
    (folder / "anchors").mkdir()
    note = (folder / "checkpoint").read_bytes()
    (folder / "anchors" / f"{log.size}.note").write_bytes(note)
    (folder / "anchors" / f"{log.size}.1.tsr").write_bytes(tsa.stamp(note))
    assert [("tampered", "anchor-time", "invalid")] == found(judge(roots=tsa.roots))


@pytest.mark.parametrize(("behind", "expected"), [(4, []), (6, [("tampered", "anchor-time", "invalid")])])
def test_a_witness_may_be_five_minutes_behind_the_log(
    judge: Judge,
    folder: Path,
    size: int,
    clock: Any,
    witness_key: WitnessKey,
    witnessed: Trust,
    behind: int,
    expected: Any,
) -> None:
    cosign(folder / "checkpoint", witness_key, clock.now() - timedelta(minutes=behind))
    assert expected == found(judge(witnessed))


def test_a_cosignature_is_listed_and_an_unknown_one_is_not_trusted(
    judge: Judge, folder: Path, size: int, clock: Any, witness_key: WitnessKey, witnessed: Trust
) -> None:
    cosign(folder / "anchors" / f"{size}.note", witness_key, clock.now())
    for trusted, verified in ((witnessed, True), (Trust(logs=witnessed.logs), False)):
        (anchor,) = judge(trusted).anchors
        assert ("witness", witness_key.verifier.name, size, verified) == (
            anchor.kind,
            anchor.name,
            anchor.size,
            anchor.verified,
        )
        assert (anchor.at, anchor.why) == (
            ("2026-11-22T03:00:00Z", "") if verified else ("", "the trust file does not name it")
        )


def test_a_wrong_cosignature_of_a_known_witness_does_not_count(
    judge: Judge, folder: Path, size: int, clock: Any, witness_key: WitnessKey, witnessed: Trust
) -> None:
    path = folder / "anchors" / f"{size}.note"
    cosign(path, witness_key, clock.now())
    head = parse_checkpoint(path.read_bytes())
    assert head.note is not None
    *others, line = head.note.signatures
    wrong = NoteSignature(line.name, line.key_id, line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
    path.write_bytes(Note(head.note.text, (*others, wrong)).to_bytes())
    report = judge(witnessed)
    assert (3, "its signature is wrong") == (report.exit_code, report.anchors[0].why)
    assert [("undecided", "quorum", "unanchored")] == found(report)


def anchored(log: EvidenceLog, **fields: Any) -> None:
    root = log.root_hex
    log.append("checkpoint.anchored", **{"size": log.size, "root": root, "kind": "tsa", **fields})


@pytest.mark.parametrize("kind", ["tsa", "witness"])
def test_an_announced_anchor_must_be_there_and_unchanged(
    opened: Opener, judge: Judge, folder: Path, key: SigningKey, kind: str
) -> None:
    with opened() as log:
        (folder / "anchors").mkdir()
        head = log.checkpoint()
        assert head.note is not None
        data = b"token" if kind == "tsa" else head.note.to_bytes()
        ref = f"{head.size}.1.tok" if kind == "tsa" else f"{head.size}.note"
        (folder / "anchors" / ref).write_bytes(data)
        anchored(
            log, kind=kind, ref=ref, sha256=sha256(data).hexdigest(), name=head.origin if kind == "witness" else ""
        )
    assert [] == found(judge())
    other = key.signed_bytes(Checkpoint(key.name, head.size, bytes(32)))
    (folder / "anchors" / ref).write_bytes(data + b"x" if kind == "tsa" else other)
    assert ("tampered", "anchor-changed", "invalid") in found(judge())
    (folder / "anchors" / ref).unlink()
    assert [("incomplete", "anchor-missing", "missing")] == found(judge())


def test_a_cosignature_that_was_taken_out_of_an_announced_note_is_noticed(
    opened: Opener, judge: Judge, folder: Path, clock: Any, witness_key: WitnessKey
) -> None:
    with opened() as log:
        (folder / "anchors").mkdir()
        head = log.checkpoint()
        assert head.note is not None
        note = folder / "anchors" / f"{head.size}.note"
        note.write_bytes(head.note.to_bytes())
        cosign(note, witness_key, clock.now())
        anchored(log, kind="witness", ref=note.name, name=witness_key.verifier.name)
    assert [] == found(judge())
    note.write_bytes(head.note.to_bytes())
    assert [("tampered", "anchor-changed", "invalid")] == found(judge())


def test_a_record_of_an_anchor_over_another_root_is_noticed(opened: Opener, judge: Judge, folder: Path) -> None:
    with opened() as log:
        (folder / "anchors").mkdir()
        head = log.checkpoint()
        assert head.note is not None
        (folder / "anchors" / f"{head.size}.note").write_bytes(head.note.to_bytes())
        anchored(log, size=head.size, root="00" * 32)
    assert [("tampered", "root", "invalid")] == found(judge())


def test_a_reference_never_leads_out_of_the_anchors(opened: Opener, judge: Judge, folder: Path) -> None:
    with opened() as log:
        anchored(log, ref="../checkpoint")
    assert [("incomplete", "anchor-missing", "missing")] == found(judge())


def test_a_head_of_another_log_or_size_among_the_anchors_was_moved(
    judge: Judge, folder: Path, size: int, key: SigningKey
) -> None:
    other = SigningKey("example.org/other", key._private)
    path = folder / "anchors" / "7.note"
    path.write_bytes(other.signed_bytes(Checkpoint(other.name, 7, bytes(32))))
    assert [("tampered", "other-origin", "moved")] == found(judge())
    path.write_bytes((folder / "checkpoint").read_bytes())
    assert [("tampered", "head-moved", "moved")] == found(judge())


def test_an_anchored_head_of_an_unknown_key_is_not_used(judge: Judge, folder: Path, size: int, key: SigningKey) -> None:
    stranger = SigningKey.generate(key.name)
    (folder / "anchors" / "2.note").write_bytes(stranger.signed_bytes(Checkpoint(key.name, 2, bytes(32))))
    report = judge()
    assert (0, [("notice", "unknown-key", "unknown-key")]) == (report.exit_code, found(report))


def test_a_changed_key_is_told_until_the_trust_file_names_it(
    opened: Opener, judge: Judge, key: SigningKey, folder: Path
) -> None:
    new = SigningKey.generate(key.name)
    with opened() as log:
        log.append("key.rotated", old=key.vkey, new=new.vkey)
    note = sign_with((new, key), parse_checkpoint((folder / "checkpoint").read_bytes())).note
    assert note is not None
    (folder / "checkpoint").write_bytes(note.to_bytes())
    assert [("notice", "key-rotated", "unknown-key")] == found(judge())
    assert [] == found(judge(Trust(logs=(key.verifier, new.verifier))))


def test_no_key_in_a_rotation_is_malformed(opened: Opener, judge: Judge, key: SigningKey) -> None:
    with opened() as log:
        log.append("key.rotated", old=key.vkey, new=VerifierKey("w", COSIGNATURE, bytes(32)).vkey + "x")
    assert [("incomplete", "malformed", "invalid")] == found(judge())


def test_a_log_that_no_anchor_covers_says_so_and_fails_a_quorum(judge: Judge, size: int, witnessed: Trust) -> None:
    alone, asked = judge(), judge(witnessed)
    assert (0, "the operator could have rewritten this") == (alone.exit_code, alone.caveat[-39:-1])
    assert (3, [("undecided", "quorum", "unanchored")]) == (asked.exit_code, found(asked))
    assert Level.UNDECIDED is asked.problems[0].level
