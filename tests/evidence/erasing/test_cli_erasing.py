"""``evidence prune`` and ``evidence erase`` as an administrator meets them, on segments of the real size."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vmsguard.cli.main import main
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.erasing.erasure import Erasure, request_erasure
from vmsguard.evidence.erasing.prune import plan_pruning
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.segments import SEGMENT_RECORDS, list_segments
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory
from vmsguard.model.clock import SystemClock

ORIGIN = "vmsguard.example.org/site-a"

CONFIG = f"""apiVersion: vmsguard/v1
kind: Config
inventory: [inventory.yaml]
evidence: {{dir: evidence, origin: {ORIGIN}, key: secret://file/key.pem}}
"""

SUBJECT = "room-of-somebody"


class Answer(NamedTuple):
    exit_code: int
    output: str


Call = Callable[..., Answer]


class UnsyncedDisk(Disk):
    """Nothing here has to outlive the machine."""

    def datasync(self, descriptor: int) -> None:
        pass


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with one sealed segment and a few records behind it, written once."""
    folder = tmp_path_factory.mktemp("installation")
    key = SigningKey(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    key.save(folder / "key.pem")
    (folder / "vmsguard.yaml").write_text(CONFIG)
    log = EvidenceLog.open(folder / "evidence", origin=ORIGIN, key=key, clock=SystemClock(), disk=UnsyncedDisk())
    with log:
        log.append("finding", run="run-1", code="found", subject=SUBJECT)
        while log.size < SEGMENT_RECORDS + 3:
            log.append("finding", code="found", subject="t-1")
        log.settle()
    return folder


@pytest.fixture
def site(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "site"))


@pytest.fixture
def call(site: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """One evidence command of the installation, in this process, with nobody to ask."""

    def run(*arguments: object) -> Answer:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main(["--config", str(site / "vmsguard.yaml"), "evidence", *map(str, arguments)])
        told = capsys.readouterr()
        return Answer(int(stopped.value.code or 0), told.out + told.err)

    return run


@pytest.fixture
def verdict(site: Path, trust: Trust) -> Callable[[], str]:
    return lambda: verify_directory(site / "evidence", trust=trust, now=SystemClock().now()).verdict


def firsts(site: Path) -> list[int]:
    return [segment.first for segment in list_segments(site / "evidence")]


ALL = ("--before", "2099-01-01", "--reason", "retention-ended")


def test_prune_takes_the_old_segment_and_the_rest_verifies(call: Call, site: Path, verdict: Callable[..., str]) -> None:
    told = call("prune", *ALL, "--policy", "kept one year", "--yes")
    assert (0, [SEGMENT_RECORDS]) == (told.exit_code, firsts(site))
    assert f"records 0 to {SEGMENT_RECORDS - 1} are gone" in told.output
    assert "intact and complete" == verdict()
    again = call("prune", *ALL, "--yes")
    assert (0, True) == (again.exit_code, "nothing to prune" in again.output)


def test_prune_tells_before_it_does_and_a_dry_run_does_nothing(call: Call, site: Path) -> None:
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    (site / "key.pem").rename(site / "away.pem")
    told = call("prune", *ALL, "--dry-run")
    (site / "away.pem").rename(site / "key.pem")
    assert (0, True) == (told.exit_code, f"{SEGMENT_RECORDS - 2} finding" in told.output)
    assert before == {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_prune_keeps_what_is_too_young(call: Call, site: Path) -> None:
    told = call("prune", "--older-than", "P365D", "--reason", "retention-ended", "--yes")
    assert (0, True, [0, SEGMENT_RECORDS]) == (told.exit_code, "nothing to prune" in told.output, firsts(site))


@pytest.mark.parametrize(
    "words",
    [
        ("prune", *ALL),
        ("prune", "--reason", "retention-ended", "--yes"),
        ("prune", *ALL, "--older-than", "P1D", "--yes"),
        ("prune", "--older-than", "P1Y", "--reason", "retention-ended", "--yes"),
        ("prune", "--older-than", "-P1D", "--reason", "retention-ended", "--yes"),
        ("prune", "--before", "soon", "--reason", "retention-ended", "--yes"),
        ("prune", "--before", "2099-01-01", "--reason", "Because I say so", "--yes"),
        ("prune", "nowhere", *ALL, "--yes"),
        ("erase", "--seq", "1", "--reason", "court-order"),
        ("erase", "--seq", "0", "--reason", "court-order", "--yes"),
        ("erase", "--seq", "999999", "--reason", "court-order", "--yes"),
        ("erase", "--seq", "1", "--yes"),
        ("erase", "--seq", "-1", "--reason", "court-order", "--yes"),
    ],
)
def test_what_is_not_clear_takes_nothing_out(call: Call, site: Path, words: tuple[str, ...]) -> None:
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    assert 2 == call(*words).exit_code
    assert before == {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_erase_leaves_a_tombstone_in_the_compressed_segment(
    call: Call, site: Path, verdict: Callable[..., str]
) -> None:
    told = call("erase", "--seq", 1, "--reason", "court-order", "--yes")
    assert (0, True, True) == (told.exit_code, SUBJECT in told.output, "record 1 is a tombstone" in told.output)
    assert (True, "intact and complete") == (list_segments(site / "evidence")[0].compressed, verdict())
    assert SUBJECT not in call("show", site / "evidence", "--seq", "1").output
    assert "already erased" in call("erase", "--seq", 1, "--reason", "court-order", "--yes").output


@pytest.fixture
def interrupted(site: Path, key: SigningKey) -> Callable[[Erasure], None]:
    """Asks for an erasure and dies before it is done."""

    def request(erasure: Erasure) -> None:
        with EvidenceLog.open(site / "evidence", origin=ORIGIN, key=key, clock=SystemClock()) as log:
            request_erasure(log, erasure)

    return request


def test_what_a_crash_left_is_finished_by_the_next_call(
    call: Call, site: Path, verdict: Callable[..., str], interrupted: Callable[[Erasure], None]
) -> None:
    interrupted(Erasure(kind="tombstone", first=1, last=1, code="court-order", events={"finding": 1}))
    told = call("erase", "--seq", 1, "--reason", "court-order", "--yes")
    assert (0, True) == (told.exit_code, "finished: erasure of record 1" in told.output)
    plan = plan_pruning(site / "evidence", SystemClock().now(), "retention-ended")
    assert plan.erasure is not None
    interrupted(plan.erasure)
    list_segments(site / "evidence")[0].path.unlink()
    assert "incomplete" == verdict()
    told = call("prune", *ALL, "--yes")
    assert (0, True) == (told.exit_code, "unfinished  pruning of records 0 to" in told.output)
    assert "intact and complete" == verdict()


def test_recover_finishes_an_erasure(
    call: Call, site: Path, verdict: Callable[..., str], interrupted: Callable[[Erasure], None]
) -> None:
    interrupted(Erasure(kind="tombstone", first=1, last=1, code="court-order", events={"finding": 1}))
    told = call("recover")
    assert (0, True) == (told.exit_code, "finished: erasure of record 1" in told.output)
    assert "intact and complete" == verdict()
