"""Whole sites as real processes, killed with signal 9 at random: nothing is lost, doubled, or called done that is not.

``VMSGUARD_SOAK=1`` runs the whole form, 1,000 cameras and 60 kills; else a tenth. ``VMSGUARD_FLEET_SEED`` is the seed.
"""

from __future__ import annotations

import json
import os
import resource
import time
from pathlib import Path

import pytest
from kept_site import KeptSite
from killing import Killer, Pace
from nats_server import nats_binary, required_nats

SOAK = bool(os.environ.get("VMSGUARD_SOAK"))
SEED = int(os.environ.get("VMSGUARD_FLEET_SEED", "7"))


def killed_and_judged(site: KeptSite, pace: Pace) -> None:
    """Run the kills, let the site settle, stop it in order, and look at everything."""
    print(f"seed {SEED}: {site.folder}")
    killer = Killer(site, pace, SEED)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        killer.run()
        site.wait_for(killer.settled, site.gap + site.lease, "every camera emptied and none recording", every=3)
        assert [0] * len(site.workers) == [worker.stop() for worker in site.workers], site.told()
        assert 0 == site.agent.stop(), site.told()
        ended = time.time()
    finally:
        site.end()
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = spent.ru_utime + spent.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({**killer.numbers(), "seconds": round(ended - killer.began), "cpu": round(cpu)}))
    assert [] == [*killer.broken(), *killer.left_undone(ended)]
    assert pace.kills == killer.killed.total() - killer.killed["hanging"]


@pytest.mark.slow
def test_an_agent_of_one_process_is_killed_again_and_again(tmp_path: Path) -> None:
    cameras, gap, kills = (300, 300, 30) if SOAK else (40, 40, 3)
    site = KeptSite(tmp_path / "site", cameras, gap, SEED)
    killed_and_judged(site, Pace(kills, between=(2.0, 6.0), down=(0.0, 1.0), by_hand=2))


@pytest.mark.slow
def test_four_workers_their_agent_and_their_server_are_killed_again_and_again(tmp_path: Path) -> None:
    binary = required_nats(nats_binary())
    cameras, gap, kills = (1000, 900, 60) if SOAK else (100, 90, 6)
    site = KeptSite(tmp_path / "site", cameras, gap, SEED, executor="nats", lease=15, binary=binary)
    killed_and_judged(site, Pace(kills, between=(2.0, 8.0), down=(0.0, 2.0), by_hand=3))
