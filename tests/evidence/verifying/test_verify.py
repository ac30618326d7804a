from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.note import COSIGNATURE, VerifierKey
from vmsguard.evidence.problems import Level, VerifyReport
from vmsguard.evidence.tree import leaf_hash, root_hash
from vmsguard.evidence.trust import Group, Trust
from vmsguard.evidence.verifying.verify import verify_directory

Opener = Callable[..., EvidenceLog]
Judge = Callable[..., VerifyReport]


@pytest.fixture
def judge(folder: Path, trust: Trust, clock: Any) -> Judge:
    def verify(trusted: Trust | None = trust) -> VerifyReport:
        return verify_directory(folder, trust=trusted, now=clock.now())

    return verify


@pytest.fixture
def small(opened: Opener, write_run: Callable[..., None]) -> EvidenceLog:
    """A complete, closed log of one small run."""
    with opened() as log:
        write_run(log)
    return log


@pytest.fixture
def tiny(opened: Opener) -> None:
    """A complete, closed log of three records."""
    with opened() as log:
        log.append("observe", target="t-1", facts=1)


def segment(folder: Path) -> Path:
    return folder / "log" / f"{0:020d}.jsonl"


def kinds(report: VerifyReport, level: Level) -> set[str]:
    return {problem.kind for problem in report.problems if problem.level is level}


def rechained(lines: list[bytes]) -> list[bytes]:
    """What an insider does after an edit: number and chain every record anew."""
    prev, done = bytes(32), []
    for seq, line in enumerate(lines):
        record = {**orjson.loads(line), "seq": seq, "prev": prev.hex()}
        done.append(orjson.dumps(record, option=orjson.OPT_SORT_KEYS))
        prev = leaf_hash(done[-1])
    return done


def test_an_untouched_log_is_intact_and_complete(small: EvidenceLog, judge: Judge, key: SigningKey) -> None:
    report = judge()
    assert (0, "intact and complete", ()) == (report.exit_code, report.verdict, report.problems)
    assert (key.name, small.size, small.size, small.root_hex) == (
        report.origin,
        report.size,
        report.signed_size,
        report.root,
    )


def test_without_an_outside_anchor_it_says_so(small: EvidenceLog, judge: Judge) -> None:
    assert "the operator could have rewritten this" in judge().caveat


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("name", ["log", "checkpoint"])
def test_every_single_changed_byte_fails(judge: Judge, folder: Path, name: str) -> None:
    path = segment(folder) if name == "log" else folder / "checkpoint"
    whole = path.read_bytes()
    for place in range(len(whole)):
        for flip in (0x01, 0x20, 0x80):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :])
            report = judge()
            assert report.exit_code != 0, f"byte {place} of {name} ^ {flip:#x}"
            if name == "log":
                assert report.exit_code == 1, f"byte {place} of {name} ^ {flip:#x}"


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("name", ["log", "checkpoint"])
def test_every_removed_or_doubled_byte_fails(judge: Judge, folder: Path, name: str) -> None:
    path = segment(folder) if name == "log" else folder / "checkpoint"
    whole = path.read_bytes()
    for place in range(len(whole)):
        for changed in (whole[:place] + whole[place + 1 :], whole[:place] + whole[place : place + 1] + whole[place:]):
            if changed != whole:
                path.write_bytes(changed)
                assert judge().exit_code != 0, f"byte {place} of {name}"


def test_an_edit_that_chains_everything_anew_is_noticed(small: EvidenceLog, judge: Judge, folder: Path) -> None:
    lines = segment(folder).read_bytes().splitlines()
    lines[2] = lines[2].replace(b'"verdict":"pass"', b'"verdict":"fail"')
    segment(folder).write_bytes(b"\n".join(rechained(lines)) + b"\n")
    report = judge()
    assert (1, {"root"}) == (report.exit_code, kinds(report, Level.TAMPERED))


@pytest.mark.parametrize("drop", [0, 3])
def test_a_record_taken_out_is_noticed_even_when_rechained(
    small: EvidenceLog, judge: Judge, folder: Path, drop: int
) -> None:
    lines = segment(folder).read_bytes().splitlines()
    segment(folder).write_bytes(b"\n".join(rechained(lines[:drop] + lines[drop + 1 :])) + b"\n")
    assert {"shorter"} == kinds(judge(), Level.TAMPERED)


def test_two_records_in_the_other_order_are_noticed(small: EvidenceLog, judge: Judge, folder: Path) -> None:
    lines = segment(folder).read_bytes().splitlines()
    lines[2], lines[3] = lines[3], lines[2]
    segment(folder).write_bytes(b"\n".join(lines) + b"\n")
    assert {"gap", "sequence", "root"} == kinds(judge(), Level.TAMPERED)


def test_a_re_signed_history_of_another_key_cannot_be_decided(small: EvidenceLog, judge: Judge, folder: Path) -> None:
    stranger = SigningKey.generate(small.origin)
    head = Checkpoint(small.origin, small.size, bytes.fromhex(small.root_hex))
    (folder / "checkpoint").write_bytes(stranger.signed_bytes(head))
    report = judge()
    assert (3, {"unknown-key"}) == (report.exit_code, kinds(report, Level.UNDECIDED))


def test_a_key_that_only_the_directory_vouches_for_is_unknown(small: EvidenceLog, judge: Judge) -> None:
    report = judge(Trust(logs=(SigningKey.generate(small.origin).verifier,)))
    assert (3, 0) == (report.exit_code, report.signed_size)


def test_without_a_trust_file_nothing_but_tampering_is_shown(small: EvidenceLog, judge: Judge, folder: Path) -> None:
    assert 3 == judge(None).exit_code
    whole = segment(folder).read_bytes()
    segment(folder).write_bytes(whole.replace(b'"verdict":"pass"', b'"verdict":"fail"', 1))
    assert 1 == judge(None).exit_code


def test_a_missing_head_or_directory_cannot_be_decided(small: EvidenceLog, judge: Judge, folder: Path) -> None:
    (folder / "checkpoint").unlink()
    report = judge()
    assert (3, {"head-missing"}) == (report.exit_code, kinds(report, Level.UNDECIDED))
    shutil.rmtree(folder)
    assert 3 == judge().exit_code


def test_a_missing_segment_is_a_gap(opened: Opener, judge: Judge, folder: Path) -> None:
    with opened(segment_records=4) as log:
        for _ in range(9):
            log.append("observe", target="t-1")
    assert 0 == judge().exit_code
    (folder / "log" / f"{4:020d}.jsonl").unlink()
    report = judge()
    assert (1, {"segment-missing", "shorter"}) == (report.exit_code, kinds(report, Level.TAMPERED))


def test_records_behind_the_head_are_an_unsigned_tail(opened: Opener, judge: Judge, abandon: Any) -> None:
    log = opened()
    log.append("observe", target="t-1")
    abandon(log)
    report = judge()
    assert (2, {"unsigned-tail"}, 1) == (report.exit_code, kinds(report, Level.INCOMPLETE), report.signed_size)


def test_an_edit_of_the_unsigned_tail_breaks_the_chain(
    opened: Opener, judge: Judge, abandon: Any, folder: Path
) -> None:
    log = opened()
    log.append("observe", target="target-1")
    log.append("observe", target="target-2")
    abandon(log)
    segment(folder).write_bytes(segment(folder).read_bytes().replace(b"target-1", b"target-9"))
    assert {"chain"} == kinds(judge(), Level.TAMPERED)


def test_a_torn_tail_is_incomplete_not_tampered(opened: Opener, judge: Judge, abandon: Any, folder: Path) -> None:
    log = opened()
    log.append("observe", target="t-1")
    abandon(log)
    segment(folder).write_bytes(segment(folder).read_bytes()[:-5])
    report = judge()
    assert (2, {"torn"}) == (report.exit_code, kinds(report, Level.INCOMPLETE))


def resigned(folder: Path, key: SigningKey, lines: list[bytes]) -> None:
    """Writes a log that is consistent and signed, whatever it says."""
    lines = rechained(lines)
    segment(folder).write_bytes(b"\n".join(lines) + b"\n")
    head = Checkpoint(key.name, len(lines), root_hash(map(leaf_hash, lines)))
    (folder / "checkpoint").write_bytes(key.signed_bytes(head))


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"vmsguard.evidence/1"', b'"vmsguard.evidence/9"'), (b'"run.planned"', b'"run.dreamed"')],
)
def test_a_schema_or_event_this_version_does_not_know_cannot_be_decided(
    small: EvidenceLog, judge: Judge, folder: Path, key: SigningKey, old: bytes, new: bytes
) -> None:
    resigned(folder, key, [line.replace(old, new) for line in segment(folder).read_bytes().splitlines()])
    report = judge()
    assert (3, {"unsupported"}) == (report.exit_code, kinds(report, Level.UNDECIDED))


def test_a_record_that_lacks_what_its_event_must_hold_is_reported(
    small: EvidenceLog, judge: Judge, folder: Path, key: SigningKey
) -> None:
    lines = segment(folder).read_bytes().splitlines()
    broken = json.loads(lines[2])
    del broken["camera"]
    resigned(folder, key, [*lines[:2], orjson.dumps(broken), *lines[3:]])
    assert {"malformed", "verdicts-missing", "counts-differ"} == kinds(judge(), Level.INCOMPLETE)


def test_tampering_outranks_incomplete_outranks_undecided(opened: Opener, judge: Judge, folder: Path) -> None:
    with opened() as log:
        log.append("apply.intent", change="c", verb="recording.stop", target="t-1")
    stranger = Trust(logs=(SigningKey.generate(log.origin).verifier,))
    assert 2 == judge(stranger).exit_code
    segment(folder).write_bytes(segment(folder).read_bytes().replace(b'"target":"t-1"', b'"target":"t-2"'))
    assert 1 == judge(stranger).exit_code


class Witness:
    """Cosigns heads as C2SP tlog-cosignature says."""

    def __init__(self, name: str) -> None:
        self._private = Ed25519PrivateKey.generate()
        self.key = VerifierKey(name, COSIGNATURE, self._private.public_key().public_bytes_raw())

    def cosign(self, note: bytes, at: int = 1_800_000_000) -> bytes:
        text = parse_checkpoint(note).text
        signature = self._private.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
        encoded = base64.b64encode(self.key.key_id + at.to_bytes(8, "big") + signature).decode()
        return note + f"— {self.key.name} {encoded}\n".encode()


@pytest.fixture
def witness() -> Witness:
    return Witness("witness.example.org")


@pytest.fixture
def witnessed(key: SigningKey, witness: Witness) -> Trust:
    return Trust(logs=(key.verifier,), witnesses={"w": witness.key}, groups={"g": Group(1, ("w",))}, quorum="g")


def test_a_quorum_that_nobody_met_cannot_be_decided(small: EvidenceLog, judge: Judge, witnessed: Trust) -> None:
    report = judge(witnessed)
    assert (3, {"quorum"}) == (report.exit_code, kinds(report, Level.UNDECIDED))


def test_a_cosigned_head_meets_the_quorum(
    small: EvidenceLog, judge: Judge, folder: Path, witnessed: Trust, witness: Witness
) -> None:
    path = folder / "checkpoint"
    path.write_bytes(witness.cosign(path.read_bytes()))
    report = judge(witnessed)
    assert (0, ("w",), small.size, "") == (report.exit_code, report.witnesses, report.witnessed_size, report.caveat)


def test_an_anchored_head_covers_what_it_covers(
    opened: Opener, small: EvidenceLog, judge: Judge, folder: Path, witnessed: Trust, witness: Witness
) -> None:
    (folder / "anchors").mkdir()
    anchored = small.size
    (folder / "anchors" / f"{anchored}.note").write_bytes(witness.cosign((folder / "checkpoint").read_bytes()))
    assert 0 == judge(witnessed).exit_code
    opened().close()
    report = judge(witnessed)
    assert (3, anchored) == (report.exit_code, report.witnessed_size)
    assert report.caveat.startswith(f"From record {anchored} on")


def test_a_log_rolled_back_behind_an_anchored_head_is_tampered(
    opened: Opener, small: EvidenceLog, judge: Judge, folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "old")
    opened().close()
    later = (folder / "checkpoint").read_bytes()
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "old", folder)
    assert 0 == judge().exit_code
    (folder / "anchors").mkdir()
    (folder / "anchors" / "later.note").write_bytes(later)
    report = judge()
    assert (1, {"shorter"}) == (report.exit_code, kinds(report, Level.TAMPERED))


def test_two_signed_heads_of_one_size_and_different_roots_are_a_fork(
    small: EvidenceLog, judge: Judge, folder: Path, key: SigningKey
) -> None:
    (folder / "anchors").mkdir()
    (folder / "anchors" / "fork.note").write_bytes(key.signed_bytes(Checkpoint(key.name, small.size, bytes(32))))
    report = judge()
    assert (1, {"fork"}) == (report.exit_code, kinds(report, Level.TAMPERED))


def test_repeated_problems_are_counted_not_listed(opened: Opener, judge: Judge) -> None:
    with opened() as log:
        for number in range(30):
            log.append("apply.intent", change=f"c-{number}", verb="recording.stop", target="t-1")
    report = judge()
    assert (21, "10 more of this kind") == (len(report.problems), report.problems[-1].message)
