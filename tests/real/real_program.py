"""What every test of a real program needs: a reason to skip, free ports, and waiting for something to be so."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest

__all__ = ["CHECKOUT", "free_port", "listening", "missing_programs", "unavailable", "until"]

T = TypeVar("T")

CHECKOUT = Path(__file__).resolve().parents[2]


def unavailable(reason: str) -> NoReturn:
    """Skip with a reason, or fail where real programs are required (VMSGUARD_REQUIRE_REAL=1)."""
    if os.environ.get("VMSGUARD_REQUIRE_REAL") == "1":
        pytest.fail(f"required, but {reason}")
    pytest.skip(reason)


def missing_programs(*names: str) -> str:
    """The programs that are not installed, in words for a skip; empty if all are there."""
    missing = [name for name in names if shutil.which(name) is None]
    return f"not installed: {', '.join(missing)} (run tests/real/install.sh)" if missing else ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(look: Callable[[], T], *, seconds: float, what: str, every: float = 0.2) -> T:
    """The first truthy thing ``look`` returns; fails the test, saying what was waited for, after ``seconds``."""
    end = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > end:
            pytest.fail(f"waited {seconds:g} s for {what}")
        time.sleep(every)
