"""A process of its own whose state is made read-only by the kernel, before it starts or under it while it runs."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from running_agent import RunningAgent, cli_tests, owing, running
from small_disk import SmallDisk, immutable

site, receiver = cli_tests("conftest").site, cli_tests("test_agent_beside").receiver


@contextmanager
def state_immutable_between_runs(agent: RunningAgent, folder: Path) -> Iterator[None]:
    """The state cannot be written, from a moment on in which no run is under way: one would be told as cut short."""
    while True:
        agent.until(agent.between_runs)
        with immutable(folder / "state.db-wal", folder / "state.db"):
            if agent.between_runs():
                yield
                return


def test_on_a_read_only_disk_it_does_not_start_and_says_what_to_do(site: Any, receiver: Any, tmp_path: Path) -> None:
    disk = SmallDisk(site.folder / "disk")
    try:
        health = owing(site, receiver, state="disk", evidence=".")
        disk.let_write(False)
        agent = RunningAgent(site, health, tmp_path / "told.txt")
        assert 2 == agent.process.wait(60)
        assert "Read-only file system" in agent.told
        assert "next: give the agent's user write access" in agent.told
        assert "Traceback" not in agent.told
        disk.let_write(True)
        with running(site, health, tmp_path / "told.txt") as agent:
            agent.process.send_signal(signal.SIGTERM)
            assert 0 == agent.process.wait(60), agent.told[-3000:]
    finally:
        disk.close()


def test_a_state_that_becomes_read_only_under_it_stops_no_alarm_and_proves_no_deletion(
    site: Any, receiver: Any, tmp_path: Path
) -> None:
    health = owing(site, receiver, state=".", evidence=".")
    with running(site, health, tmp_path / "told.txt") as agent:
        with state_immutable_between_runs(agent, site.folder):
            before = agent.events("purge")
            agent.until(lambda: any(b'"duty-missed"' in body for _, body in receiver.posted))
            assert (200, "alive\n") == agent.page("livez")
            code, told = agent.page("readyz")
            assert (503, True) == (code, "state: " in told), told
            assert agent.told.count("nothing is scheduled") <= 5, "said, and not in every round"
            assert before == agent.events("purge"), "no lease, no deletion"
            assert 1 == len({one["due"] for one in agent.events("duty.missed")}) == len(agent.events("duty.missed"))
        agent.until(lambda: len(agent.events("purge")) > len(before))
        agent.until(agent.ready)
        agent.process.send_signal(signal.SIGTERM)
        assert 0 == agent.process.wait(60), agent.told[-3000:]
        assert "Traceback" not in agent.told
        assert [] == agent.unrecorded_deletions()
        assert [] == agent.found_wrong()
