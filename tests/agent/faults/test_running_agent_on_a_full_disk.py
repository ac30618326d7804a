"""A process of its own, its state and its evidence on one disk that is really full: it says so, lives on, and mends."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running_agent import cli_tests, owing, running
from small_disk import SmallDisk

site, receiver = cli_tests("conftest").site, cli_tests("test_agent_beside").receiver


@pytest.fixture
def disk(site: Any) -> Iterator[SmallDisk]:
    made = SmallDisk(site.folder / "disk")
    yield made
    made.close()


def test_it_pages_goes_on_deleting_from_the_reserve_and_does_all_once_there_is_room(
    site: Any, receiver: Any, disk: SmallDisk, tmp_path: Path
) -> None:
    health = owing(site, receiver, state="disk", evidence="disk")
    with running(site, health, tmp_path / "told.txt") as agent:
        filler = disk.fill()
        agent.until(lambda: any(b'"evidence-stopped"' in body for _, body in receiver.posted))
        assert (200, "alive\n") == agent.page("livez")
        code, told = agent.page("readyz")
        assert 503 == code
        assert "evidence: the disk is full" in told
        (alarm,) = agent.events("write.failed")
        agent.until(lambda: any(one["seq"] > alarm["seq"] for one in agent.events("purge")))
        meanwhile = [one for one in agent.events("run.planned", "observe", "verify") if one["seq"] > alarm["seq"]]
        assert [] == meanwhile, "what is not owed waits"

        filler.unlink()
        last = agent.events("purge")[-1]["seq"]
        agent.until(lambda: any(one["seq"] > last for one in agent.events("observe")))
        agent.until(agent.ready)
        agent.process.send_signal(signal.SIGTERM)
        assert 0 == agent.process.wait(60), agent.told[-3000:]
        assert "Traceback" not in agent.told
        assert [] == agent.unrecorded_deletions()
        assert ["write-failed"] == agent.found_wrong(), "and that it could not be written is on record"
