"""A disk that is full or may not be written: a clear error, nothing half written, and it goes on when it can."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from vmsguard.errors import StateError
from vmsguard.model.clock import SystemClock
from vmsguard.model.work import WorkEntry
from vmsguard.state import State

NOBODY = 65534
SIZE = 2 << 20
_READ_ONLY, _REMOUNT, _DETACH = 1, 32, 2
_libc = ctypes.CDLL(None, use_errno=True)


def mount(folder: Path, flags: int = 0) -> bool:
    options = f"size={SIZE}".encode()
    return bool(_libc.mount(b"tmpfs", str(folder).encode(), b"tmpfs", flags, options) == 0)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes of our own."""
    folder = tmp_path / "small"
    folder.mkdir()
    if not mount(folder):
        why = f"no tmpfs can be mounted here: {os.strerror(ctypes.get_errno())}"
        if os.environ.get("VMSGUARD_REQUIRE_REAL"):
            pytest.fail(why)
        pytest.skip(why)
    yield folder
    _libc.umount2(str(folder).encode(), _DETACH)


def entries(first: int, noon: datetime) -> list[WorkEntry]:
    return [WorkEntry(target=f"target-{first + n:06d}", site="seoul", next_due=noon) for n in range(100)]


def fill(folder: Path) -> Path:
    filler = folder / "filler"
    told = os.statvfs(folder)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, told.f_bavail * told.f_frsize)
    return filler


def until_full(state: State, noon: datetime) -> tuple[int, StateError]:
    """Write until it fails: what SQLite has in its log already is used first. How many were there before, and why."""
    for written in range(1, 1000):
        try:
            state.schedule_work(entries(written * 100, noon))
        except StateError as error:
            return written, error
    pytest.fail("the disk is not full")


def test_a_full_disk_is_told_and_nothing_is_half_written(small: Path, noon: datetime) -> None:
    with State.open(f"sqlite:///{small / 'state.db'}", clock=SystemClock()) as state:
        state.schedule_work(entries(0, noon))
        filler = fill(small)
        written, told = until_full(state, noon)
        assert re.search("cannot write the state: .*full", told.message)
        assert "make room" in told.hint
        assert written * 100 == len(state.all_work())

        filler.unlink()
        state.schedule_work(entries(written * 100, noon))
        assert (written + 1) * 100 == len(state.all_work())


def test_a_lease_goes_on_through_a_full_disk(small: Path, noon: datetime) -> None:
    minute = timedelta(minutes=1)
    with State.open(f"sqlite:///{small / 'state.db'}", clock=SystemClock()) as state:
        state.schedule_work(entries(0, noon))
        lease = state.lease("target-000000", "w-1", noon, minute)
        assert lease is not None
        filler = fill(small)
        until_full(state, noon)
        held = state.work("target-000000")
        assert held is not None
        assert (lease.token, "w-1") == (held.token, held.owner)
        filler.unlink()
        assert state.finish(lease, noon + minute)


def test_a_disk_that_becomes_read_only_is_told(small: Path, noon: datetime) -> None:
    url = f"sqlite:///{small / 'state.db'}"
    with State.open(url, clock=SystemClock()) as state:
        state.note_time(noon)
    assert mount(small, _REMOUNT | _READ_ONLY)
    with pytest.raises(StateError, match=r"cannot be opened for writing \(Read-only file system\)") as raised:
        State.open(url, clock=SystemClock())
    assert "write access" in raised.value.hint
    assert mount(small, _REMOUNT)
    with State.open(url, clock=SystemClock()) as state:
        assert noon == state.highest_time()


UNPRIVILEGED_OPENER = f"""
import os, sys
from vmsguard.errors import StateError
from vmsguard.model.clock import SystemClock
from vmsguard.state import State
if os.geteuid() == 0:  # root may write anywhere
    os.setgid({NOBODY})
    os.setuid({NOBODY})
try:
    State.open(sys.argv[1], clock=SystemClock())
except StateError as error:
    print(error, "/", error.hint)
"""


def test_a_state_that_the_agents_user_may_not_write_is_told_and_unharmed(noon: datetime) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder, url = Path(name), f"sqlite:///{name}/state.db"
        with State.open(url, clock=SystemClock()) as state:
            state.note_time(noon)
        (folder / "state.db").chmod(0o444)
        folder.chmod(0o555)
        command = [sys.executable, "-c", UNPRIVILEGED_OPENER, url]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        folder.chmod(0o700)
        (folder / "state.db").chmod(0o600)
        with State.open(url, clock=SystemClock()) as state:
            assert noon == state.highest_time()

    assert "cannot be opened for writing (Permission denied) / give the agent's user write access" in printed
