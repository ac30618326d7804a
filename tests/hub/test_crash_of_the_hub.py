"""A hub that is ended at any durable step comes back to a copy that is proven, and goes on as if nothing had been."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package

from copied_site import SEGMENT, CopyOf, OwnClock, Site, files_of

from vmsguard.agent.uplink.messages import Batch, encode_batch
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.erasing.erase import erase_record
from vmsguard.evidence.keys import SigningKey
from vmsguard.model.crash_point import CRASHED, crash_at, steps_taken


def life(hub: CopyOf, batches: list[Batch]) -> None:
    for batch in batches:
        hub.copy.take(batch, encode_batch(batch))
    hub.copy.close()


def crashing(folder: Path, clock: OwnClock, key: SigningKey, batches: list[Batch], step: int) -> int:
    """Carry one life out in a child that ends at this step; its exit status."""
    child = os.fork()
    if not child:
        crash_at(step)
        try:
            life(CopyOf(folder, clock, key), batches)
        except BaseException:  # noqa: BLE001 - the child must not run the test's own end
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_crash_at_every_durable_step_loses_and_doubles_nothing(
    site: Site, clock: OwnClock, key: SigningKey, tmp_path: Path
) -> None:
    site.log.append("finding", code="weak-login", subject="cam-1")
    site.write(SEGMENT + 20)
    batches = site.batches()
    erase_record(site.log, site.folder, 1, "erasure-request", Disk())
    batches += site.batches()
    whole = tmp_path / "whole"
    crash_at(1 << 30)
    life(CopyOf(whole, clock, key), batches)
    steps = steps_taken()
    crash_at(0)
    expected = files_of(whole / "evidence")

    reached = 0
    for step in range(1, steps + 1):
        folder = tmp_path / f"hub-{step}"
        assert CRASHED == crashing(folder, clock, key, batches, step)
        reached += 1
        hub = CopyOf(folder, clock, key)
        told = hub.copy.confirmation()
        assert told.root == (site.tail.root_at(told.size) or b"").hex()
        life(hub, batches)
        assert expected == files_of(folder / "evidence")
    assert reached == steps > 30
    assert files_of(site.folder) == expected
