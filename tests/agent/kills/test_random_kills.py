"""Whole sites as real processes, killed with signal 9 at random: nothing is lost, doubled, or called done that is not.

In its whole form (``VMSGUARD_SOAK=1``): 1,000 cameras, four workers, 60 kills. ``VMSGUARD_FLEET_SEED`` sets the chance.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from kept_site import KeptSite
from killing import Killer, Pace

SOAK = bool(os.environ.get("VMSGUARD_SOAK"))
SEED = int(os.environ.get("VMSGUARD_FLEET_SEED", "7"))
CAMERAS = 1000 if SOAK else 100
GAP = 900 if SOAK else 60
PACE = (
    Pace(kills=60, between=(2.0, 10.0), down=(0.0, 3.0), by_hand=5)
    if SOAK
    else Pace(kills=6, between=(2.0, 6.0), down=(0.0, 1.0), by_hand=2)
)


def killed_and_judged(site: KeptSite) -> None:
    """Run the kills, let the site settle, stop it in order, and look at everything."""
    print(f"seed {SEED}: {site.folder}")
    killer = Killer(site, PACE, SEED)
    try:
        killer.run()
        site.wait_for(killer.settled, site.gap, "every camera emptied and none recording")
        assert [0] * len(site.workers) == [worker.stop() for worker in site.workers], site.told()
        assert 0 == site.agent.stop(), site.told()
    finally:
        site.end()
    assert [] == [*killer.broken(), *killer.left_undone()]
    emptied = sum(one.what == "purge" for one in site.asked())
    took = round(time.time() - killer.began)
    numbers = {"cameras": site.count, "killed": dict(killer.killed), "redone": killer.redone(), "purges": emptied}
    print(json.dumps({**numbers, "records": len(site.records()), "seconds": took}))
    assert PACE.kills == killer.killed.total()


@pytest.mark.slow
def test_an_agent_of_one_process_is_killed_again_and_again(tmp_path: Path) -> None:
    killed_and_judged(KeptSite(tmp_path / "site", CAMERAS, GAP, SEED))
