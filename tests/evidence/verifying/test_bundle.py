"""A bundle unpacks to evidence and to nothing else, whatever it holds."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmsguard.errors import EvidenceError
from vmsguard.evidence.exporting.bundle import export_bundle
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying import bundle
from vmsguard.evidence.verifying.bundle import opened_evidence
from vmsguard.evidence.verifying.verify import verify_directory


@pytest.fixture
def packed(opened: Callable[..., EvidenceLog], folder: Path, tmp_path: Path, clock: Any) -> Path:
    """A bundle as it is exported."""
    with opened() as log:
        log.append("observe", target="t-1")
    path = tmp_path / "bundle.tar.gz"
    export_bundle(folder, path, clock.now())
    return path


def test_a_bundle_verifies_like_the_directory_it_was_made_of(
    packed: Path, folder: Path, trust: Trust, clock: Any
) -> None:
    with opened_evidence(packed) as evidence:
        report = verify_directory(evidence, trust=trust, now=clock.now())
        place = evidence
    assert (0, verify_directory(folder, trust=trust, now=clock.now())) == (report.exit_code, report)
    assert not place.exists()


def test_an_unpacked_bundle_and_a_directory_are_taken_as_they_are(packed: Path, folder: Path, tmp_path: Path) -> None:
    with tarfile.open(packed) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    with opened_evidence(tmp_path / "unpacked") as evidence:
        assert tmp_path / "unpacked" / "evidence" == evidence
    with opened_evidence(folder) as evidence:
        assert folder == evidence


def member(name: str, size: int = 1, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = (size if kind == tarfile.REGTYPE else 0), kind, link
    return info


def pack(path: Path, *members: tarfile.TarInfo) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for info in members:
            archive.addfile(info, io.BytesIO(bytes(info.size)))


@pytest.mark.parametrize(
    "hostile",
    [
        [member("evidence/../../outside")],
        [member("/evidence/checkpoint")],
        [member("../evidence/checkpoint")],
        [member("evidence/./checkpoint")],
        [member("evidence/a\nb")],
        [member("other/checkpoint")],
        [member("evidence/checkpoint", kind=tarfile.SYMTYPE, link="/etc/passwd")],
        [member("evidence/checkpoint", kind=tarfile.LNKTYPE, link="evidence/LOG")],
        [member("evidence/pipe", kind=tarfile.FIFOTYPE)],
        [member("evidence/disk", kind=tarfile.CHRTYPE)],
        [member("evidence/checkpoint"), member("evidence/checkpoint")],
        [member("evidence/log"), member("evidence/log/checkpoint")],
        [member("VERIFY.md")],
        [],
    ],
)
def test_what_no_export_writes_is_refused(tmp_path: Path, hostile: list[tarfile.TarInfo]) -> None:
    path = tmp_path / "hostile.tar.gz"
    pack(path, *hostile)
    before = {each for each in tmp_path.rglob("*") if each != path}
    with pytest.raises(EvidenceError, match=r"hostile\.tar\.gz"), opened_evidence(path):
        raise AssertionError("it was opened")
    assert before == {each for each in tmp_path.rglob("*") if each != path}


def test_what_would_fill_the_disk_is_refused_before_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.tar.gz"
    pack(path, member("evidence/log/00000000000000000000.jsonl", 100_001), member("evidence/checkpoint", 10))
    monkeypatch.setattr(bundle, "_LARGEST", 100_000)
    with pytest.raises(EvidenceError, match="more than a log can have"), opened_evidence(path):
        raise AssertionError("it was opened")


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_bytes_are_a_traceback(packed: Path, trust: Trust, clock: Any, tmp_path: Path, data: st.DataObject) -> None:
    whole = packed.read_bytes()
    changed = data.draw(
        st.binary(max_size=300)
        | st.binary(max_size=300).map(gzip.compress)
        | st.integers(0, len(whole)).map(lambda end: whole[:end])
        | st.tuples(st.integers(0, len(whole) - 1), st.integers(1, 255)).map(
            lambda at: whole[: at[0]] + bytes([whole[at[0]] ^ at[1]]) + whole[at[0] + 1 :]
        )
    )
    path = tmp_path / "changed.tar.gz"
    path.write_bytes(changed)
    with suppress(EvidenceError), opened_evidence(path) as evidence:
        verify_directory(evidence, trust=trust, now=clock.now())
