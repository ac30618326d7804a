"""One run at a time, and the second is told who the first is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vmsguard.errors import StateError
from vmsguard.state import State
from vmsguard.state.lock import exclusive_run

HOLDER = """
import sys
from pathlib import Path
from vmsguard.state.lock import exclusive_run
with exclusive_run(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def lock_file(tmp_path: Path) -> Path:
    return tmp_path / "run.lock"


def start_holder(lock_file: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock_file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert "held\n" == holder.stdout.readline()
    return holder


def test_a_second_process_is_told_the_pid_of_the_first(state: State, lock_file: Path) -> None:
    holder = start_holder(lock_file)
    try:
        with pytest.raises(StateError, match=rf"pid {holder.pid}\b"), state.run_lock(lock_file):
            pytest.fail("two runs held the lock")
    finally:
        holder.communicate("\n", timeout=60)


def test_a_killed_holder_leaves_the_lock_free(lock_file: Path) -> None:
    holder = start_holder(lock_file)
    holder.send_signal(signal.SIGKILL)
    holder.communicate(timeout=60)

    with exclusive_run(lock_file):
        assert f"{os.getpid()}\n" == lock_file.read_text()


def test_the_lock_can_be_taken_again_after_an_error_inside(lock_file: Path) -> None:
    with pytest.raises(RuntimeError), exclusive_run(lock_file):
        raise RuntimeError

    with exclusive_run(lock_file):
        pass
    assert "" == lock_file.read_text()


def test_a_lock_file_that_cannot_be_made_is_a_state_error(tmp_path: Path) -> None:
    (tmp_path / "no").write_text("a file is no folder")
    with pytest.raises(StateError, match="cannot be opened"), exclusive_run(tmp_path / "no" / "run.lock"):
        pytest.fail("held a lock that does not exist")
