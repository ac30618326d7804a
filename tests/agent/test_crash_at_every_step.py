"""The agent is stopped at every step that makes something last, in a run that deletes and repairs; then it goes on.

Each life is a forked process, so that a stop leaves nothing behind but files: state, evidence, and the device's own
memory. No duty may be lost, nothing may be called deleted that is there, and the evidence verifies.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import random
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sites import DEVICES, Device, Sites, utc

from vmsguard.model.crash_point import CRASHED, crash_at, steps_taken
from vmsguard.state.store import State

SOAK = bool(os.environ.get("VMSGUARD_SOAK"))
START = utc(25, 12)


class Remembering(Device):
    """Keeps what happened to it in a file, as flash would, before it answers."""

    memory: Path

    def purge(self, cutoff: datetime, held: str) -> None:
        super().purge(cutoff, held)
        self.keep()

    def stop(self) -> None:
        super().stop()
        self.keep()

    def keep(self) -> None:
        self.memory.write_bytes(pickle.dumps((self.recording, self.purges, self._segments, self._until)))

    def wake(self) -> None:
        if self.memory.exists():
            self.recording, self.purges, self._segments, self._until = pickle.loads(self.memory.read_bytes())


def device_of(sites: Sites, folder: Path) -> Remembering:
    device = Remembering(sites.clock)
    device.memory = folder / "device"
    device.wake()
    return device


def prepared(folder: Path) -> Path:
    """An installation with one camera that records, and a person's word on its first deletion."""
    folder.mkdir()
    DEVICES.clear()
    sites = Sites(folder, START, state=f"sqlite:///{folder / 'state.db'}")
    sites.enrol({"berlin": "Europe/Berlin"}, {"ber-1": ("berlin", {"country": "DE", "modality": "thermal"})})
    sites.accept()
    sites.approve()
    sites.close()
    return folder


def live(folder: Path, step: int, passed: timedelta) -> int:
    """One life in a process of its own: two looks, an hour apart; its exit status, and 0 for one that ended itself."""
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(_live(folder, step, passed))
        except BaseException as error:  # noqa: BLE001 - told to the parent, which fails
            (folder / "told").write_text(repr(error))
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


async def _live(folder: Path, step: int, passed: timedelta) -> None:
    DEVICES.clear()
    sites = Sites.again(folder, START)
    sites.clock.passed = passed
    DEVICES["t-ber-1"] = device_of(sites, folder)
    crash_at(step or 1_000_000)
    async with sites.living():
        await sites.look()
        sites.clock.passed += timedelta(hours=1)
        await sites.look()
    (folder / "steps").write_text(str(steps_taken()))
    sites.close()


@pytest.mark.slow
def test_a_stop_at_any_step_loses_no_duty_and_invents_no_deletion(tmp_path: Path) -> None:
    whole = prepared(tmp_path / "whole")
    fresh = tmp_path / "fresh"
    shutil.copytree(whole, fresh)
    assert 0 == live(whole, 0, timedelta()), (whole / "told").read_text()
    steps = range(1, int((whole / "steps").read_text()) + 1)
    assert len(steps) > 40
    chosen = steps if SOAK else sorted(random.Random(7).sample(steps, len(steps) // 10))
    for step in chosen:
        folder = tmp_path / f"at-{step}"
        shutil.copytree(fresh, folder)
        assert CRASHED == live(folder, step, timedelta()), step
        check(folder, step, after=False)
        assert 0 == live(folder, 0, timedelta(hours=1)), (step, (folder / "told").read_text())
        check(folder, step, after=True)
        shutil.rmtree(folder)


def check(folder: Path, step: int, *, after: bool) -> None:
    DEVICES.clear()
    sites = Sites.again(folder, START)
    sites.clock.passed = timedelta(hours=3)
    device = device_of(sites, folder)
    with sites.state() as state:
        assert isinstance(state, State)
        for deletion in state.deletions():
            assert deletion.cutoff in device.purges, f"step {step}: called deleted and never asked to"
        if after:
            assert {"daily", "saving-off"} >= {duty.rule for duty in state.duties()} >= {"daily"}, step
            assert state.deletions(), step
            assert not device.recording, step
            assert 0 == len([work for work in state.all_work() if work.owner]), step
    sites.close()
    if after:
        assert [] == [told for told in sites.problems() if not told.startswith(("torn-record", "run-cut-short"))], step
