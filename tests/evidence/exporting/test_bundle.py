from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from vmsguard.errors import EvidenceError, UsageError
from vmsguard.evidence.exporting import bundle as module
from vmsguard.evidence.exporting.bundle import export_bundle
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.segments import list_segments, segment_path
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory

Opener = Callable[..., EvidenceLog]

AT = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def written(opened: Opener, folder: Path, write_run: Callable[..., None]) -> Path:
    with opened(segment_records=256) as log:
        for number in range(30):
            write_run(log, f"run-{number}", pairs=8)
    (folder / "anchors").mkdir()
    (folder / "anchors" / "9.note").write_bytes(b"note")
    (folder / "anchors" / "9.1.tsr").write_bytes(b"token")
    (folder / "torn-3.bin").write_bytes(b"torn")
    for stray in ("notes.txt", "checkpoint.new", "anchors/private.key", "tile/0/000.new"):
        (folder / stray).parent.mkdir(parents=True, exist_ok=True)
        (folder / stray).write_text("not evidence")
    return folder


def contents(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        found = {}
        for member in archive.getmembers():
            file = archive.extractfile(member)
            assert file is not None
            found[member.name] = file.read()
    return found


def test_a_bundle_holds_the_log_as_it_lies_there(written: Path, tmp_path: Path) -> None:
    told = export_bundle(written, tmp_path / "b.tar.gz", AT)
    found = contents(tmp_path / "b.tar.gz")
    lying = {
        f"evidence/{path.relative_to(written).as_posix()}": path.read_bytes()
        for path in written.rglob("*")
        if path.is_file()
    }
    left = set(lying) - set(found)
    assert {"notes.txt", "checkpoint.new", "private.key", "000.new", ".lock", ".reserve"} == {
        Path(name).name for name in left
    }
    assert {**{name: lying[name] for name in lying if name not in left}} == {
        name: data for name, data in found.items() if name.startswith("evidence/")
    }
    assert {"evidence/anchors/9.1.tsr", "evidence/torn-3.bin", "evidence/tile/0/000", "evidence/LOG"} <= set(found)
    assert (told.records, 0, 0) == (told.size, told.details["left_out"], told.details["after_head"])


def test_a_bundle_says_what_it_is_and_not_who_asked(written: Path, tmp_path: Path, key: SigningKey) -> None:
    told = export_bundle(written, tmp_path / "b.tar.gz", AT)
    found = contents(tmp_path / "b.tar.gz")
    stated = json.loads(found.pop("export.json"))
    assert {
        name: {"size": len(data), "sha256": sha256(data).hexdigest()} for name, data in found.items()
    } == stated.pop("files")
    assert {
        "format": "bundle",
        "origin": key.name,
        "size": told.size,
        "root": told.root,
        "records": told.size,
        "first": 0,
        "after_head": 0,
        "left_out": 0,
        "exported_at": "2026-12-01T00:00:00.000000Z",
    } == {name: value for name, value in stated.items() if name != "tool"}
    assert key.vkey.encode() not in found["VERIFY.md"]


def test_the_same_log_gives_the_same_bytes(written: Path, tmp_path: Path) -> None:
    export_bundle(written, tmp_path / "a.tar.gz", AT)
    for path in written.rglob("*"):
        os.utime(path, (1, 1))
    export_bundle(written, tmp_path / "b.tar.gz", AT)
    assert (tmp_path / "a.tar.gz").read_bytes() == (tmp_path / "b.tar.gz").read_bytes()
    with tarfile.open(tmp_path / "b.tar.gz") as archive:
        members = archive.getmembers()
    assert sorted(member.name for member in members) == [member.name for member in members]
    assert {("", "", 0, 0, 0o644)} == {(m.uname, m.gname, m.uid, m.gid, m.mode) for m in members}
    assert {int(datetime(2026, 11, 22, 3, tzinfo=UTC).timestamp())} == {m.mtime for m in members}


def test_a_carried_away_log_verifies(written: Path, tmp_path: Path, trust: Trust, clock: Any) -> None:
    for stray in ("anchors/9.note", "anchors/9.1.tsr"):
        (written / stray).unlink()
    export_bundle(written, tmp_path / "c.tar.gz", AT)
    with tarfile.open(tmp_path / "c.tar.gz") as archive:
        archive.extractall(tmp_path / "away", filter="data")
    report = verify_directory(tmp_path / "away" / "evidence", trust=trust, now=clock.now())
    assert ("intact and complete", verify_directory(written, trust=trust, now=clock.now()).root) == (
        report.verdict,
        report.root,
    )


def test_while_the_log_is_written_its_unsigned_tail_stays_behind(
    opened: Opener, folder: Path, tmp_path: Path, trust: Trust, clock: Any, write_run: Callable[..., None]
) -> None:
    with opened(segment_records=256) as log:
        write_run(log)
        for number in range(3):
            log.append("finding", code="found", subject=f"t-{number}")
        (folder / "anchors").mkdir()
        (folder / "anchors" / "900.note").write_bytes(b"of later")
        told = export_bundle(folder, tmp_path / "b.tar.gz", AT)
    assert (told.size, 3, 0) == (told.records, told.details["left_out"], told.details["after_head"])
    with tarfile.open(tmp_path / "b.tar.gz") as archive:
        archive.extractall(tmp_path / "away", filter="data")
    report = verify_directory(tmp_path / "away" / "evidence", trust=trust, now=clock.now())
    assert ("intact and complete", told.size) == (report.verdict, report.size)


def test_the_tail_a_crash_left_is_in_the_bundle(
    opened: Opener, folder: Path, tmp_path: Path, abandon: Callable[..., None]
) -> None:
    log = opened()
    log.append("finding", code="found", subject="t-1")
    abandon(log)
    with segment_path(folder, 0).open("ab") as file:
        file.write(b'{"torn')
    told = export_bundle(folder, tmp_path / "b.tar.gz", AT)
    name = f"evidence/log/{segment_path(folder, 0).name}"
    assert (1, segment_path(folder, 0).read_bytes()) == (
        told.details["after_head"],
        contents(tmp_path / "b.tar.gz")[name],
    )


def test_a_live_log_whose_head_ends_a_segment_leaves_the_next_behind(
    opened: Opener, folder: Path, tmp_path: Path
) -> None:
    with opened(segment_records=4, checkpoint_records=100) as log:
        for number in range(3):
            log.append("finding", code="found", subject=f"t-{number}")
        assert [0, 4] == [segment.first for segment in list_segments(folder)]
        told = export_bundle(folder, tmp_path / "b.tar.gz", AT)
        names = [name for name in contents(tmp_path / "b.tar.gz") if "/log/" in name]
    assert (4, 4, 1, 1) == (told.size, told.records, told.details["left_out"], len(names))


def test_a_file_that_vanishes_meanwhile_ends_it_without_a_trace(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = module._contents

    def contents_then_gone(directory: Path, head: Any) -> Any:
        found = real(directory, head)
        (written / "torn-3.bin").unlink()
        return found

    monkeypatch.setattr(module, "_contents", contents_then_gone)
    with pytest.raises(EvidenceError, match="changed while it was exported"):
        export_bundle(written, tmp_path / "b.tar.gz", AT)
    assert ["evidence"] == [path.name for path in tmp_path.iterdir()]


def test_nothing_is_overwritten(written: Path, tmp_path: Path) -> None:
    (tmp_path / "b.tar.gz").write_text("mine")
    with pytest.raises(UsageError, match="is not overwritten"):
        export_bundle(written, tmp_path / "b.tar.gz", AT)
    assert "mine" == (tmp_path / "b.tar.gz").read_text()


def test_an_empty_folder_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="no readable checkpoint"):
        export_bundle(tmp_path, tmp_path / "b.tar.gz", AT)
