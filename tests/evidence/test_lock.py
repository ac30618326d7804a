"""The writer's lock: nobody else can take it."""

from __future__ import annotations

import stat
from pathlib import Path

from vmsguard.evidence.lock import WriterLock


def test_only_the_writers_own_user_can_open_the_lock(tmp_path: Path) -> None:
    """An auditor who may read the log could otherwise lock its writer out for good."""
    lock = WriterLock(tmp_path)
    assert 0o600 == stat.S_IMODE((tmp_path / ".lock").stat().st_mode)
    lock.release()
