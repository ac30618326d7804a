"""What holds for every test: how generated examples run, and that no test leaves its logging to the next."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

from vmsguard.model.clock import SystemClock

# A shared machine makes any single example slow; a test that hangs is caught by the step that runs it.
settings.register_profile("default", deadline=None)
# What fails prints how to see it fail again: the examples of a long run lie in no database that others have.
settings.register_profile(
    "soak", deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
# A commit is judged by the same examples each time; new ones are looked for at the desk and in the long form.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")

_REAL = "real"
_LONG = (
    "tests/agent/kills/test_random_kills.py",
    "tests/agent/kills/test_every_step_of_a_process.py",
    "tests/agent/jetstream/test_agent_without_its_server.py",
    "tests/hub/test_hub_over_nats.py",
    "tests/cli/test_random_fleet.py",
    "tests/cli/test_persona_verdicts.py",
    "tests/cli/test_policy_explain.py",
    "tests/evidence/verifying/test_segments.py",
    "tests/evidence/verifying/test_damage.py",
    "tests/cli/test_edge_cases.py",
    "tests/cli/test_apply.py",
    "tests/cli/test_canaries.py",
    "tests/evidence/verifying/test_verify.py",
    "tests/evidence/test_every_byte.py",
    "tests/cli/test_standard_output.py",
    "tests/cli/test_interrupted_apply.py",
    "tests/cli/test_demo.py",
    "tests/agent/test_crash_at_every_step.py",
    "tests/agent/test_nine_days.py",
    "tests/state/test_lease_machine.py",
    "plugins/vmsguard-onvif/tests/test_contract.py",
)
"""The files that take longest: begun last, one of them would be waited for by everybody."""


class AwakeClock:
    """Seconds in which this process ran: of a time in which the machine stood still it counts a moment.

    What this process worked through without letting go, a pattern that runs away for instance, counts as a whole.
    Whoever answers in the same process stood still as well, so a deadline told by this clock is one of both.
    """

    _LOOKS, _MOST = 0.05, 0.2
    """Seconds between two looks at the machine's clock, and those that count when they came further apart."""

    def __init__(self) -> None:
        self._seen = self._told = time.monotonic()
        self._worked = time.process_time()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)
        self._looking.start()

    def __call__(self) -> float:
        with self._lock:
            now, worked = time.monotonic(), time.process_time()
            self._told += min(now - self._seen, max(self._MOST, worked - self._worked))
            self._seen, self._worked = now, worked
            return self._told

    def _look(self) -> None:
        while not self._ended.wait(self._LOOKS):
            self()

    def close(self) -> None:
        self._ended.set()
        self._looking.join(60)


@pytest.fixture
def awake(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwakeClock]:
    """Event loops and the system's clock tell their deadlines by the time in which this process ran."""
    clock = AwakeClock()
    monkeypatch.setattr(asyncio.BaseEventLoop, "time", lambda loop: clock())
    monkeypatch.setattr(SystemClock, "monotonic", lambda own: clock())
    yield clock
    clock.close()


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """A command run inside a test configures structlog for the whole process."""
    yield
    structlog.reset_defaults()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts real programs begins: while one process works through it, the others have everything else.

    What takes long comes before the many files that take a moment, so that all processes end together.
    """
    order = {group: place for place, group in enumerate((_REAL, *_LONG))}
    items.sort(key=lambda item: order.get(_group(item.nodeid), len(order)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Files stay together, for they share fixtures; what starts real programs runs one after the other.

    The marks of ``--dist=loadgroup`` do not reach the scheduler since pytest keeps the id of a test to itself.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Grouped(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _group(nodeid)

    return Grouped(config, log)


def _group(nodeid: str) -> str:
    file = nodeid.partition("::")[0]
    return _REAL if _REAL in PurePosixPath(file).parts else file
