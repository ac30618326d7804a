"""Two hundred cameras and three recorders at random, under every policy that ships: no verdict is better than what is
so inside, none calls broken what is not, and looking changes nothing.

``VMSGUARD_FLEET_SEED`` sets the seed, which every failure names; ``VMSGUARD_SOAK`` runs many seeds and applies to
every camera.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime
from random import Random
from types import ModuleType
from typing import Any

import pytest

from vmsguard.policy.builtin import builtin_folder
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_packs

CAMERAS = 200
SOAK = bool(os.environ.get("VMSGUARD_SOAK"))
FIRST = int(os.environ.get("VMSGUARD_FLEET_SEED", "20261122"))
SEEDS = range(FIRST, FIRST + (8 if SOAK else 1))
CHANGED = CAMERAS if SOAK else 20
"""On how many of the cameras changes are applied."""
LIMITS = {"requests_per_second": 500, "deadline_seconds": 2}


class Judged:
    """One random fleet beside an installation, and what its insides say of the answers of commands."""

    def __init__(self, site: Any, fleet: ModuleType, truths: ModuleType, seed: int) -> None:
        self.site, self.truths, self.seed = site, truths, seed
        random = Random(seed)
        groups, recorders = fleet.random_fleet(random, CAMERAS)
        self.characters = {group["id"]: group["persona"] for group in groups}
        # Simulators of other processes do not look for ports here; one that took a closed port would be seen to stream.
        self.simulator = site.simulate(groups, recorders, rtsp_first_port=32300)
        cameras = list(self.characters)
        site.inside(lambda: fleet.settle_at_random(random, self.simulator, cameras))
        self.inventory = {**self.simulator.inventory(), "defaults": {"limits": LIMITS}}
        fleet.unclaimed_at_random(random, self.inventory)
        site.write("inventory.yaml", self.inventory)
        site.write("assignments.yaml", fleet.random_assignments(random))
        papers = fleet.random_papers(random, cameras, datetime.now(UTC))
        for file, paper in papers.items():
            site.write(file, paper)
        self.held = papers["holds/h.yaml"]["cameras"]
        self.chosen = sorted({*random.sample(cameras, CHANGED), *self.held[:4]})
        self.limit = [] if SOAK else [word for camera in self.chosen for word in ("--limit", camera)]
        self.passed: Counter[str] = Counter()
        self.broken: Counter[str] = Counter()

    def wrong(self, answer: Any, *, but: frozenset[str] = frozenset()) -> list[tuple[str, Any]]:
        """Every verdict that the inside contradicts, either way, with the character of the camera it is of."""
        inside = self.site.inside(lambda: self.truths.look_inside(self.simulator, self.inventory))
        self.passed += self.truths.passes(answer)
        self.broken += self.truths.seen_through(answer, inside)
        found = [*self.truths.false_passes(answer, inside), *self.truths.false_alarms(answer, inside)]
        return [(self.characters[one.camera], one) for one in found if one.camera not in but]

    def digests(self) -> dict[str, str]:
        # At this pace a camera that restarts under load does so, and its sockets follow what is stored.
        steady = [name for name in self.simulator.ids() if "overload-restarts" not in self.characters.get(name, "")]
        told: dict[str, str] = self.site.inside(lambda: {name: self.simulator.digest(name) for name in steady})
        return told

    def footage(self) -> dict[str, list[int]]:
        """How often something was deleted of each camera that a hold covers."""
        return {
            camera: [data.purges for data in self.simulator.camera(camera).state.footage.values()]
            for camera in self.held
        }


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_no_camera_at_random_gets_a_verdict_that_its_inside_contradicts(
    site: Any, fleet: ModuleType, truths: ModuleType, seed: int
) -> None:
    print(f"seed {seed}; again with VMSGUARD_FLEET_SEED={seed}")
    judged = Judged(site, fleet, truths, seed)
    simulator, limit = judged.simulator, judged.limit

    before = judged.digests()
    for command in ("check", "plan"):
        looked = site.run(command, "--format", "json")
        assert (seed, command, []) == (seed, command, judged.wrong(looked))
        assert {result["camera"] for result in looked.json["results"]} <= set(judged.characters)
    assert (seed, 0) == (seed, simulator.writes)
    assert before == judged.digests()

    applied = site.run("apply", *limit, "--yes", "--confirm-purge", "100000", "--format", "json")
    assert simulator.writes > 0
    written = {name for name in simulator.ids() if simulator.writes_of(name)}
    assert written <= {*judged.chosen, *fleet.RECORDERS}
    # A configuration that another writer put back since then was so when it was seen: it is looked at again.
    reverting = frozenset(camera for camera, persona in judged.characters.items() if "reverts" in persona)
    assert (seed, []) == (seed, judged.wrong(applied, but=reverting))
    assert {0} == {purges for counts in judged.footage().values() for purges in counts}
    for restarted in (False, True):
        if restarted:
            site.inside(lambda: [simulator.reboot(camera) for camera in judged.chosen])
        again = site.run("check", *limit, "--format", "json")
        assert (seed, restarted, []) == (seed, restarted, judged.wrong(again))
    # A control that no camera could pass, or none could break, would be proven by nothing.
    assert [] == [control for control in truths.PASSABLE if judged.passed[control] < 3]
    assert [] == [control for control in truths.BREAKABLE if judged.broken[control] < 3]
    print(f"passed {dict(judged.passed)}, forbidden and not passed {dict(judged.broken)}")


def test_every_pack_that_ships_is_among_them(fleet: ModuleType) -> None:
    packs = load_packs([builtin_folder()], Catalogue.core()).values()
    assert {pack.id: tuple(sorted(pack.profiles)) or ("",) for pack in packs} == dict(fleet.PACKS)
