"""An inventory that lost more than one camera in twenty: one by one, with its target, or with its whole site."""

from __future__ import annotations

import pytest
import yaml
from sites import HOUR, Sites, utc

from vmsguard.agent.shrinking import shrank_too_far
from vmsguard.model.standing_orders import PauseScope

CAMERA = {"country": "DE", "modality": "visible"}
ZONES = {"berlin": "Europe/Berlin", "lab": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("before", "lost", "retired", "stops"),
    [
        (2, 1, 0, True),
        (1, 1, 0, True),
        (20, 1, 0, False),
        (20, 2, 0, True),
        (100, 5, 0, False),
        (100, 6, 0, True),
        (2, 1, 1, False),
        (100, 8, 3, False),
        (100, 9, 3, True),
        (0, 0, 0, False),
    ],
)
def test_more_than_one_in_twenty_without_a_record_of_its_disposal(
    before: int, lost: int, retired: int, stops: bool
) -> None:
    names = [f"cam-{number}" for number in range(before)]
    assert stops is shrank_too_far(names, names[lost:], names[:retired])


@pytest.mark.parametrize("with_target", [False, True], ids=["camera", "target"])
async def test_writes_stand_still_and_the_lost_one_is_deleted_from_all_the_same(
    sites: Sites, with_target: bool
) -> None:
    zone = {"berlin": "Europe/Berlin"}
    sites.enrol(zone, {"ber-1": ("berlin", CAMERA), "ber-2": ("berlin", CAMERA)})
    sites.accept()
    sites.approve()
    async with sites.living():
        await sites.live(utc(25, 2), HOUR)
        targets = yaml.safe_load((sites.folder / "inventory.yaml").read_text())["targets"]
        sites.enrol(zone, {"ber-1": ("berlin", CAMERA)})
        if not with_target:
            inventory = yaml.safe_load((sites.folder / "inventory.yaml").read_text())
            sites.write("inventory.yaml", {**inventory, "targets": targets})
        await sites.live(utc(25, 16), 2 * HOUR)
        with sites.state() as state:
            (pause,) = state.pauses(sites.clock.now())
    assert (PauseScope.ALL, "agent", "inventory-shrank") == (pause.scope, pause.by, pause.reason)
    assert ["ber-2"] == [alert.subject for alert in sites.alerts if alert.code == "inventory-shrank"]
    assert all(sites.devices[name].purges[-1] > utc(25, 12) for name in ("t-ber-1", "t-ber-2"))


async def test_an_inventory_that_lost_a_whole_site_that_policies_are_assigned_to_is_not_taken_over(
    sites: Sites,
) -> None:
    sites.enrol(ZONES, {"ber-1": ("berlin", CAMERA), "lab-2": ("lab", CAMERA)})
    sites.accept()
    sites.approve()
    async with sites.living():
        await sites.live(utc(25, 2), HOUR)
        assignments = (sites.folder / "assignments.yaml").read_text()
        sites.enrol({"berlin": "Europe/Berlin"}, {"ber-1": ("berlin", CAMERA)})
        sites.write("assignments.yaml", assignments)
        await sites.live(utc(25, 16), 2 * HOUR)
        assert sites.agent is not None
        assert "lab" in sites.agent.in_force.trouble
    assert all(sites.devices[name].purges[-1] > utc(25, 12) for name in ("t-ber-1", "t-lab-2"))


async def test_a_whole_site_that_is_gone_from_all_files_is_deleted_from_under_the_policies_it_had(
    sites: Sites,
) -> None:
    visible = {"country": "DE", "modality": "visible"}
    both = {"ber-1": ("berlin", visible), "nyc-1": ("york", visible)}
    zones = {"berlin": "Europe/Berlin", "york": "America/New_York"}
    sites.enrol(zones, both)
    sites.accept()
    sites.approve()
    device = sites.devices["t-nyc-1"]
    async with sites.living():
        await sites.live(utc(25, 3))
        sites.enrol({"berlin": "Europe/Berlin"}, {"ber-1": both["ber-1"]})
        await sites.live(utc(27, 3), 2 * HOUR)
        assert sites.agent is not None
        assert "America/New_York" == sites.agent.in_force.fleet.zone_at("york")
        assert {"berlin"} == sites.agent.in_force.as_in_the_files.rules.keys()
        assert len([one for one in device.purges if one > utc(25, 3)]) in range(3, 6), "about one every twelve hours"
        assert device.purges[-1] > utc(26, 12)
        with sites.state() as state:
            assert {"nyc-1"} <= {duty.camera for duty in state.duties()}
    assert [] == sites.events("duty.missed", "duty.ended")
    assert "site-lost" not in {alert.code for alert in sites.alerts}

    purges = len(device.purges)
    async with sites.living():
        await sites.live(utc(28, 12), 3 * HOUR)
        assert purges == len(device.purges)
    assert ["york"] == [alert.subject for alert in sites.alerts if alert.code == "site-lost"]
    assert "duty-missed" in {alert.code for alert in sites.alerts}
    assert [] == sites.events("duty.ended")

    sites.enrol(zones, both)
    async with sites.living():
        await sites.live(utc(28, 14))
    assert device.purges[-1] > utc(28, 11)
