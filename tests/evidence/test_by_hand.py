"""The commands of ``docs/evidence-format.md``, run as they stand there: an auditor needs nothing of ours."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog

PAGE = Path(__file__).parents[2] / "docs" / "evidence-format.md"
MISSING = [tool for tool in ("openssl", "basenc", "sha256sum", "bash") if shutil.which(tool) is None]

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")


@pytest.fixture
def by_hand(folder: Path, key: SigningKey) -> Callable[[], list[str]]:
    (folder.parent / "trust.policy").write_text(f"log {key.vkey}\nquorum none\n")
    (script,) = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)

    def run() -> list[str]:
        done = subprocess.run(["bash", "-c", script], cwd=folder.parent, capture_output=True, text=True, check=False)
        return done.stdout.splitlines()

    return run


@pytest.fixture
def written(opened: Callable[..., EvidenceLog], write_run: Callable[..., None]) -> EvidenceLog:
    with opened() as log:
        write_run(log, pairs=3)
    return log


def test_openssl_and_coreutils_agree_with_us(written: EvidenceLog, by_hand: Callable[[], list[str]]) -> None:
    signature, stated, counted, link, prev, root, signed_root = by_hand()
    assert signature == "Signature Verified Successfully"
    assert str(written.size) == stated == counted.strip()
    assert f'"prev":"{link.split()[0]}"' == prev
    assert written.root_hex == root == signed_root


def test_they_notice_an_edit(written: EvidenceLog, by_hand: Callable[[], list[str]], folder: Path) -> None:
    path = folder / "log" / f"{0:020d}.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"verdict":"pass"', b'"verdict":"fail"', 1))
    *_, root, signed_root = by_hand()
    assert (written.root_hex, True) == (signed_root, root != signed_root)


def test_they_notice_an_edited_head(written: EvidenceLog, by_hand: Callable[[], list[str]], folder: Path) -> None:
    path = folder / "checkpoint"
    path.write_bytes(path.read_bytes().replace(f"\n{written.size}\n".encode(), b"\n1\n"))
    assert by_hand()[0] == "Signature Verification Failure"
