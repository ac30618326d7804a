"""``vmsguard agent run --once`` is stopped at every durable step of a purge and of a repair, at a camera that is real.

Each life is a forked process that speaks HTTP through the guarded client, so that the steps are those of an agent that
runs: before a write leaves and when its answer is there, at each record and at each commit.
"""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from history import false_deletions, interleaved_runs, unannounced_writes
from kept_site import KeptSite

from vmsguard.evidence.problems import Level
from vmsguard.model.crash_point import CRASHED, crash_at, steps_taken

SOAK = bool(os.environ.get("VMSGUARD_SOAK"))
SEED = int(os.environ.get("VMSGUARD_FLEET_SEED", "7"))
MOST_STEPS = 400


class Lives:
    """One installation of one camera, copied for each step at which its agent is stopped."""

    def __init__(self, folder: Path, modality: str) -> None:
        self.site = KeptSite(folder / "fresh", 1, 3600, SEED)
        self.cameras = KeptSite(folder / "cameras", MOST_STEPS, 3600, SEED)
        self.cameras.cameras.start()
        self.cameras.wait_for(self._up, 20, "cameras")
        inventory = self.site.folder / "inventory.yaml"
        inventory.write_text(inventory.read_text().replace("modality: visible", f"modality: {modality}"))
        self._folder = folder

    def _up(self) -> bool:
        try:
            return bool(self.cameras.ask_camera(0, ""))
        except OSError:
            return False

    def at(self, number: int) -> KeptSite:
        """A copy of the installation, with a camera of its own."""
        folder = self._folder / f"at-{number}"
        shutil.copytree(self.site.folder, folder)
        inventory = folder / "inventory.yaml"
        here = f"http://127.0.0.1:{self.cameras.cameras_port}/c/{number}"
        text = inventory.read_text()
        inventory.write_text(text.replace(f"http://127.0.0.1:{self.site.cameras_port}/c/0", here))
        copy = object.__new__(KeptSite)
        copy.__dict__.update(self.site.__dict__, folder=folder)
        return copy

    def live(self, site: KeptSite, step: int) -> int:
        """One life of an agent that works off what is due; its exit status. ``steps`` holds how many there were."""
        child = os.fork()
        if child == 0:
            os._exit(_live(site, step))
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)

    def problems(self, site: KeptSite, number: int, worst: Level) -> list[str]:
        """What is wrong with what it left behind, where problems up to a level are no wonder."""
        here = (f"t-{number}", "t-0")  # what was done before the copies were made was done at the first camera
        asked = [replace(one, target="t-0") for one in self.cameras.asked() if one.target in here and one.process]
        records = site.records()
        levels = list(Level)[: list(Level).index(worst)]
        return [
            *(f"{one.kind}: {one.message}" for one in site.verified().problems if one.level in levels),
            *interleaved_runs(records),
            *unannounced_writes(asked, records),
            *false_deletions(asked, records, site.ledger()),
        ]


def _live(site: KeptSite, step: int) -> int:
    from vmsguard.cli.main import main

    os.chdir(site.folder)
    os.environ["VMSGUARD_PLUGINS"] = "kept_camera_plugin"
    with (site.folder / "told.txt").open("a") as told:
        os.dup2(told.fileno(), 1)
        os.dup2(told.fileno(), 2)
    crash_at(step or 1_000_000)
    try:
        main(["agent", "run", "--once"])
    except SystemExit as ended:
        (site.folder / "steps").write_text(str(steps_taken()))
        return int(ended.code or 0)
    except BaseException as error:  # noqa: BLE001 - told to the parent, which fails
        (site.folder / "told.txt").write_text(repr(error))
    return 1


@pytest.fixture(params=["purge", "repair"])
def lives(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lives]:
    made = Lives(tmp_path, "visible" if request.param == "purge" else "thermal")
    try:
        if request.param == "repair":
            # What is repaired was in order before: the camera was emptied once and did not record.
            whole = made.at(0)
            assert 0 == made.live(whole, 0), (whole.folder / "told.txt").read_text()
            for left in (*whole.folder.glob("state.db*"), whole.folder / "evidence"):
                copy = shutil.copytree if left.is_dir() else shutil.copy
                copy(left, made.site.folder / left.name)
        yield made
    finally:
        made.cameras.end()


def drifted(lives: Lives, site: KeptSite, number: int) -> None:
    """The camera of this life was emptied and switched off as well, and then a person switched it on."""
    if site.ledger():
        lives.cameras.ask_camera(number, "stop")
        lives.cameras.ask_camera(number, "purge", cutoff=time.time())
        lives.cameras.ask_camera(number, "by-hand")
        with site.state() as state:
            state.wake_work(["t-0"], datetime.now(UTC))


@pytest.mark.slow
def test_no_step_of_a_purge_or_a_repair_is_a_step_to_be_lost_at(lives: Lives) -> None:
    whole = lives.at(1)
    drifted(lives, whole, 1)
    repairs = bool(whole.ledger())
    assert lives.live(whole, 0) in (0, 3), (whole.folder / "told.txt").read_text()
    steps = range(1, int((whole.folder / "steps").read_text()) + 1)
    verbs = {record["verb"] for record in whole.records()[len(lives.site.records()) :] if "verb" in record}
    assert {"recording.stop"} == verbs if repairs else {"footage.purge"} == verbs
    assert 30 < len(steps) < MOST_STEPS - 2
    print(f"seed {SEED}: {len(steps)} steps")
    chosen = steps if SOAK else sorted(random.Random(SEED).sample(steps, len(steps) // 10))
    for step in chosen:
        number = step + 1
        site = lives.at(number)
        drifted(lives, site, number)
        assert CRASHED == lives.live(site, step), (step, (site.folder / "told.txt").read_text())
        assert [] == lives.problems(site, number, Level.INCOMPLETE), step
        assert lives.live(site, 0) in (0, 3), (step, (site.folder / "told.txt").read_text())
        assert [] == lives.problems(site, number, Level.NOTICE), step
        with site.state() as state:
            assert {"emptied"} == {duty.rule for duty in state.duties()}, step
            assert state.deletions(), step
            assert not any(work.owner for work in state.all_work()), step
        assert lives.cameras.ask_camera(number, "")["recording"] is not repairs, step
        shutil.rmtree(site.folder)
