"""What of changed files a worker works by, and from when on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sites import Sites

from vmsguard.agent.workers.fleet_at_worker import FleetAtWorker
from vmsguard.errors import ConfigError
from vmsguard.model.pack import Freeze
from vmsguard.model.vocabulary import Mode
from vmsguard.run.fleet import Fleet

START = datetime(2026, 10, 25, tzinfo=UTC)
CAMERA = ("berlin", {"country": "DE", "modality": "thermal"})
MINUTE = timedelta(minutes=1)
FREEZE = Freeze(id="f", sites=("berlin",), starts=START, ends=START + timedelta(days=1), max_mode=Mode.AUDIT)


class Files:
    """A source that is told what its files say."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.mistake = ""
        self._read: object = None

    def changed(self) -> bool:
        return (self.fleet, self.mistake) != self._read

    def load(self) -> Fleet:
        self._read = (self.fleet, self.mistake)
        if self.mistake:
            raise ConfigError(self.mistake)
        return self.fleet

    def keep(self, *cameras: str) -> None:
        inventory = self.fleet.inventory
        kept = {name: one for name, one in inventory.cameras.items() if name in cameras}
        self.fleet = replace(self.fleet, inventory=msgspec.structs.replace(inventory, cameras=kept))

    def freeze(self) -> None:
        self.fleet = replace(self.fleet, freezes=(FREEZE,))


class AtWorker:
    """A worker's fleet over these files, two minutes behind where a camera was lost."""

    def __init__(self, folder: Path) -> None:
        self.sites = Sites(folder, START)
        self.sites.enrol({"berlin": "Europe/Berlin"}, {"ber-1": CAMERA, "ber-2": CAMERA})
        self.files = Files(self.sites.load())
        self._open = ExitStack()
        state = self._open.enter_context(self.sites.state())
        self.fleet = FleetAtWorker(self.files, state, self.sites.clock, behind=2 * MINUTE)
        self.look()

    def close(self) -> None:
        self._open.close()
        self.sites.close()

    def look(self, after: timedelta = timedelta()) -> tuple[list[str], int]:
        """The cameras and how many freezes are in force then."""
        self.sites.clock.passed += after
        self.fleet.refresh(self.sites.clock.now())
        return sorted(self.fleet.fleet.inventory.cameras), len(self.fleet.fleet.freezes)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[AtWorker]:
    made = AtWorker(tmp_path)
    yield made
    made.close()


def test_files_that_lost_no_camera_are_in_force_at_once(worker: AtWorker) -> None:
    worker.files.freeze()
    assert (["ber-1", "ber-2"], 1) == worker.look()


def test_a_lost_camera_is_worked_at_until_the_agent_must_have_seen_that_it_is_lost(worker: AtWorker) -> None:
    worker.files.keep("ber-1")
    assert (["ber-1", "ber-2"], 0) == worker.look()
    assert (["ber-1", "ber-2"], 0) == worker.look(MINUTE)
    assert (["ber-1"], 0) == worker.look(MINUTE)
    assert (["ber-1"], 0) == worker.look(MINUTE)


def test_a_freeze_counts_at_once_whatever_else_the_files_lost(worker: AtWorker) -> None:
    worker.files.keep("ber-1")
    worker.files.freeze()
    assert (["ber-1", "ber-2"], 1) == worker.look()
    assert (["ber-1"], 1) == worker.look(2 * MINUTE)


def test_a_camera_that_is_back_in_time_was_never_lost(worker: AtWorker) -> None:
    before = worker.files.fleet
    worker.files.keep("ber-1")
    worker.look()
    worker.files.fleet = before
    assert (["ber-1", "ber-2"], 0) == worker.look(MINUTE)
    assert (["ber-1", "ber-2"], 0) == worker.look(2 * MINUTE)


def test_files_that_are_changed_again_wait_from_then_on(worker: AtWorker) -> None:
    worker.files.keep("ber-1")
    worker.look()
    worker.files.keep()
    assert (["ber-1", "ber-2"], 0) == worker.look(MINUTE)
    assert (["ber-1", "ber-2"], 0) == worker.look(MINUTE)
    assert ([], 0) == worker.look(MINUTE)


def test_files_with_mistakes_leave_what_is_in_force_in_force(worker: AtWorker) -> None:
    worker.files.mistake = "a typo"
    worker.files.freeze()
    assert (["ber-1", "ber-2"], 0) == worker.look(3 * MINUTE)
    assert "a typo" in worker.fleet.trouble
    worker.files.mistake = ""
    assert (["ber-1", "ber-2"], 1) == worker.look()
