from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from vmsguard.errors import PluginError, UsageError
from vmsguard.fleet.lock_here import LockHere, accept_into
from vmsguard.model.lock import Acceptance, Lock
from vmsguard.policy.lock.compare import InstalledPlugin
from vmsguard.policy.lock.file import LOCK_NAME, load_lock

BY = Acceptance("role:it-admin", datetime(2026, 11, 22, tzinfo=UTC))
ACME = InstalledPlugin("acme", "1.0", "aa" * 32)


def here(tmp_path: Path, *plugins: InstalledPlugin) -> LockHere:
    file = tmp_path / LOCK_NAME
    lock = load_lock(file)
    present = lock is not None
    return LockHere(file=file, present=present, lock=lock or Lock(origin=str(file)), packs={}, plugins=plugins)


def test_what_is_accepted_is_written(tmp_path: Path) -> None:
    assert not here(tmp_path, ACME).agrees
    assert accept_into(here(tmp_path, ACME), BY, None).agrees
    assert here(tmp_path, ACME).agrees


def test_who_accepts_at_the_same_time_loses_nothing_of_the_other(tmp_path: Path) -> None:
    first, second = here(tmp_path, ACME), here(tmp_path, ACME, replace(ACME, distribution="other"))
    accept_into(first, BY, None)
    before = (tmp_path / LOCK_NAME).read_bytes()
    with pytest.raises(UsageError, match="was changed meanwhile"):
        accept_into(second, BY, None)
    assert before == (tmp_path / LOCK_NAME).read_bytes()


def test_a_plugin_nobody_can_read_is_accepted_by_nobody(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="its files cannot be read"):
        accept_into(here(tmp_path, replace(ACME, sha256="")), BY, None)
    assert not (tmp_path / LOCK_NAME).exists()
