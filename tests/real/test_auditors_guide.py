"""The recipes of ``docs/auditors.md``, run word by word: bash, OpenSSL and coreutils accept a real log and no other."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from evidence_logs import ORIGIN, AuditorsFolder, prepare_folder
from local_tsa import new_tsa
from real_program import CHECKOUT, missing_programs, unavailable

from vmsguard.evidence.disk import Disk
from vmsguard.evidence.erasing.erase import erase_record
from vmsguard.evidence.erasing.prune import prune
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog, Pace
from vmsguard.evidence.tombstone import Tombstone
from vmsguard.evidence.tree import leaf_hash
from vmsguard.model.clock import SystemClock

GUIDE = CHECKOUT / "docs" / "auditors.md"


class Told(NamedTuple):
    """What a recipe printed, and the title of the step that stopped it; empty if none did."""

    lines: list[str]
    stopped: str


def steps_below(heading: str) -> list[tuple[str, str]]:
    """Title and script of every shell block in a section: the title is the last bold one before it."""
    section = re.split(r"^## ", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (text,) = [part for part in section if part.startswith(f"{heading}\n")]
    found, title = [], "the promises"
    for bold, script in re.findall(r"^\*\*(.+?)\*\*|^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        title = bold or title
        if script:
            found.append((title, script))
            title = "the promises"
    return found


BY_HAND = steps_below("Without vmsguard")
WITH_VMSGUARD = steps_below("With vmsguard")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> AuditorsFolder:
    if reason := missing_programs("bash", "openssl", "basenc", "sha256sum", "zcat", "split", "truncate"):
        unavailable(reason)
    folder = tmp_path_factory.mktemp("auditor")
    return prepare_folder(folder / "visit", new_tsa(folder / "tsa"))


@pytest.fixture
def visit(prepared: AuditorsFolder, tmp_path: Path) -> Path:
    """The folder an auditor works in; a copy, to be tampered with."""
    shutil.copytree(prepared.path, tmp_path / "visit", symlinks=True)
    return tmp_path / "visit"


def run(visit: Path, steps: list[tuple[str, str]]) -> Told:
    """The steps one after the other in one shell, as the guide says; each announces itself on a channel of its own."""
    script = "".join(f"echo '{title}' >&9\n{script}" for title, script in steps) + "echo >&9\n"
    reading, writing = os.pipe()
    command = ["bash", "-eu", "-c", f"exec 9>&{writing}\n{script}"]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=visit,
        pass_fds=(writing,),
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    os.close(writing)
    with os.fdopen(reading) as announced:
        last = announced.read().splitlines()[-1]
    assert (done.returncode == 0) == (last == ""), done.stderr
    return Told(done.stdout.splitlines(), last)


def test_the_guide_has_its_steps() -> None:
    assert [
        "Preparation.",
        "1. Is the head signed with your key?",
        "2. Are the records there, each in its place?",
        "3. Does every record give the root that was signed?",
        "4. Does each record name the one before it?",
        "5. Was what is gone announced?",
        "6. Is it still the log you saw last time?",
        "7. Did it exist at that time?",
        "8. Did a witness see it?",
        "the promises",
    ] == [title for title, _ in BY_HAND]


def test_every_step_accepts_a_real_log(visit: Path, prepared: AuditorsFolder) -> None:
    told = run(visit, BY_HAND)
    signed, size = "Signature Verified Successfully", prepared.size

    assert "" == told.stopped
    assert [
        signed,
        f"head: {size} records",
        f"records: {size}, unsigned tail: 0",
        "root: as signed",
        "chain: whole",
        "erased: 0 single, the first 0 pruned",
        signed,
        f"saved head: its {prepared.saved} records are still there",
        signed,
    ] == told.lines[:9]
    assert "Verification: OK" in told.lines
    assert [prepared.stamped_at] == [line for line in told.lines if line.startswith("existed by: ")]
    assert [f"witness office: {prepared.anchored} records at {prepared.witnessed_at}"] == [
        line for line in told.lines if line.startswith("witness ")
    ]


def test_vmsguard_says_the_same(visit: Path) -> None:
    told = run(visit, WITH_VMSGUARD)

    assert ("", 2) == (told.stopped, told.lines.count("intact and complete"))


def test_announced_erasures_are_accepted_and_counted(visit: Path, prepared: AuditorsFolder) -> None:
    directory = visit / "evidence"
    second = gzip.decompress(sorted((directory / "log").iterdir())[1].read_bytes()).splitlines()
    border = datetime.fromisoformat(json.loads(second[1])["ts"])  # the first has the time of the seal before it
    pace = Pace(segment_records=256)
    with EvidenceLog.open(directory, origin=ORIGIN, key=prepared.key, clock=SystemClock(), pace=pace) as log:
        erase_record(log, directory, 400, "erasure-request", Disk())
        prune(log, directory, border, "retention-ended", "a year", Disk())
    told = run(visit, BY_HAND)

    assert ("", True) == (told.stopped, "erased: 1 single, the first 256 pruned" in told.lines)
    assert f"saved head: its {prepared.saved} records are still there" in told.lines


def first_segment(visit: Path) -> Path:
    (path, *_) = sorted((visit / "evidence" / "log").iterdir())
    return path


def rewrite(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change a file's content, and that of a compressed one."""
    packed = path.suffix == ".gz"
    old = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    new = change(old)
    assert old != new
    path.write_bytes(gzip.compress(new) if packed else new)


def edit_a_record(visit: Path) -> None:
    rewrite(first_segment(visit), lambda data: data.replace(b'"facts":60', b'"facts":61', 1))


def put_a_nul_into_a_record(visit: Path) -> None:
    rewrite(first_segment(visit), lambda data: data.replace(b'"facts":60', b'"facts":\x0060', 1))


def remove_a_line(visit: Path) -> None:
    rewrite(first_segment(visit), lambda data: data.split(b"\n", 5)[5])


def remove_the_last_line(visit: Path) -> None:
    newest = sorted((visit / "evidence" / "log").iterdir())[-1]
    rewrite(newest, lambda data: b"".join(data.splitlines(keepends=True)[:-1]))


def tear_the_last_line(visit: Path) -> None:
    newest = sorted((visit / "evidence" / "log").iterdir())[-1]
    rewrite(newest, lambda data: data[:-1])


def swap_two_lines(visit: Path) -> None:
    def swap(data: bytes) -> bytes:
        first, second, rest = data.split(b"\n", 2)
        return b"\n".join([second, first, rest])

    rewrite(first_segment(visit), swap)


def remove_the_first_segment(visit: Path) -> None:
    """Its hashes are still in the tiles, so the root holds."""
    first_segment(visit).unlink()


def remove_the_second_segment(visit: Path) -> None:
    sorted((visit / "evidence" / "log").iterdir())[1].unlink()


def edit_the_head(visit: Path) -> None:
    rewrite(visit / "evidence" / "checkpoint", lambda data: data.replace(b"\n6", b"\n5", 1))


def edit_the_root(visit: Path) -> None:
    def other(data: bytes) -> bytes:
        lines = data.split(b"\n")
        lines[2] = (b"B" if lines[2][:1] == b"A" else b"A") + lines[2][1:]
        return b"\n".join(lines)

    rewrite(visit / "evidence" / "checkpoint", other)


def sign_with_another_key(visit: Path) -> None:
    """A whole new log under the same name, by somebody without the key."""
    shutil.rmtree(visit / "evidence")
    prepare_folder(visit / "forged", None)
    shutil.move(visit / "forged" / "evidence", visit / "evidence")


def trust_another_key(visit: Path) -> None:
    line = f"log {SigningKey.generate(ORIGIN).vkey}\n"
    rewrite(visit / "trust.policy", lambda data: line.encode() + data.partition(b"\n")[2])


def comment_the_key_out(visit: Path) -> None:
    rewrite(visit / "trust.policy", lambda data: b"# " + data)


def entomb_a_record_in_silence(visit: Path) -> None:
    """Replace a record by its hash, without the record that would announce it: the root still holds."""

    def entomb(data: bytes) -> bytes:
        lines = data.splitlines()
        lines[7] = Tombstone(7, leaf_hash(lines[7])).line()
        return b"".join(line + b"\n" for line in lines)

    rewrite(first_segment(visit), entomb)


def edit_the_saved_head(visit: Path) -> None:
    rewrite(visit / "saved-checkpoint", lambda data: data.replace(b"\n100\n", b"\n101\n"))


def flip_in_token(place: Callable[[bytes], int]) -> Callable[[Path], None]:
    def change(visit: Path) -> None:
        (token,) = (visit / "evidence" / "anchors").glob("*.tsr")
        data = bytearray(token.read_bytes())
        data[place(bytes(data))] ^= 1
        token.write_bytes(data)

    return change


def use_another_root(visit: Path) -> None:
    shutil.copy(new_tsa(visit.parent / "other-tsa").root, visit / "tsa-root.pem")


def edit_the_cosignature(visit: Path) -> None:
    """One letter of the witness's line."""
    (note,) = (visit / "evidence" / "anchors").glob("*.note")

    def later(data: bytes) -> bytes:
        lines = data.split(b"\n")
        head, letter, rest = lines[-2][:-90], lines[-2][-90:-89], lines[-2][-89:]
        lines[-2] = head + (b"B" if letter == b"A" else b"A") + rest
        return b"\n".join(lines)

    rewrite(note, later)


def trust_another_witness(visit: Path) -> None:
    rewrite(visit / "trust.policy", lambda data: re.sub(rb"witness office \S+", b"witness office " + OTHER, data))


OTHER = b"office.example.org+00000000+BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

STEPS = {title[0]: title for title, _ in BY_HAND}


@pytest.mark.parametrize(
    ("tamper", "step"),
    [
        (edit_the_head, "1"),
        (edit_the_root, "1"),
        (sign_with_another_key, "1"),
        (trust_another_key, "1"),
        (comment_the_key_out, "1"),
        (remove_a_line, "2"),
        (remove_the_last_line, "2"),
        (tear_the_last_line, "2"),
        (swap_two_lines, "2"),
        (remove_the_second_segment, "2"),
        (edit_a_record, "3"),
        (put_a_nul_into_a_record, "3"),
        (entomb_a_record_in_silence, "5"),
        (remove_the_first_segment, "5"),
        (edit_the_saved_head, "6"),
        (flip_in_token(lambda token: token.index(b"\x18\x0f20") + 5), "7"),
        (flip_in_token(lambda token: len(token) - 1), "7"),
        (use_another_root, "7"),
    ],
)
def test_a_tampered_copy_stops_at_its_step(visit: Path, tamper: Callable[[Path], None], step: str) -> None:
    tamper(visit)

    assert STEPS[step] == run(visit, BY_HAND).stopped


@pytest.mark.parametrize("tamper", [edit_the_cosignature, trust_another_witness])
def test_a_changed_cosignature_stops_the_last_step(visit: Path, tamper: Callable[[Path], None]) -> None:
    """A token over the whole note would show the change first, so this visit has none."""
    tamper(visit)
    without_tokens = [step for step in BY_HAND if step != (STEPS["7"], dict(BY_HAND)[STEPS["7"]])]

    assert STEPS["8"] == run(visit, without_tokens).stopped
