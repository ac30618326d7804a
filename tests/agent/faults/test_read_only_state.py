"""A state that is read and not written: every duty raises its alarm once, and all goes on when it can be written."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sites import HOUR, Sites, utc

MINUTE = timedelta(minutes=1)


def let_write(sites: Sites, may: bool) -> None:
    """What SQLite answers on a file system that was made read-only under it."""
    with sites.state() as state, state._database.read() as connection:
        connection.exec_driver_sql(f"PRAGMA query_only={int(not may)}")


async def live_in_spite(sites: Sites, until: datetime, step: timedelta) -> None:
    assert sites.agent is not None
    while sites.clock.real() <= until:
        await sites.agent.round_in_spite_of_the_state()
        await sites.executor.idle()
        sites.clock.passed += step


async def test_every_alarm_is_raised_and_recorded_once_and_it_goes_on_by_itself(sites: Sites) -> None:
    sites.enrol({"berlin": "Europe/Berlin"}, {"ber-1": ("berlin", {"country": "DE", "modality": "visible"})})
    sites.accept()
    sites.approve()
    device = sites.devices["t-ber-1"]
    async with sites.living():
        await live_in_spite(sites, utc(25, 2), HOUR)
        assert sites.agent is not None
        begun, turns = len(device.purges), sites.agent.turns
        let_write(sites, False)
        await live_in_spite(sites, utc(26, 2), 20 * MINUTE)
        assert "readonly" in sites.agent.trouble
        assert begun == len(device.purges), "no lease, no deletion"
        assert sites.agent.turns == turns + 70, "the loop goes round, and is not started anew"
        codes = Counter(alert.code for alert in sites.alerts)
        assert {"state-stopped", "duty-slow", "duty-late", "duty-missed"} <= codes.keys()
        events = sites.events("duty.warned", "duty.paged", "duty.missed")
        assert ["duty.warned", "duty.paged", "duty.missed"] == [one["event"] for one in events]

        let_write(sites, True)
        await live_in_spite(sites, utc(26, 8), 20 * MINUTE)
        assert not sites.agent.trouble
        assert begun < len(device.purges)
        with sites.state() as state:
            (duty,) = (one for one in state.duties() if one.rule == "daily")
        assert duty.next_due > utc(26, 20)
    assert ["duty.missed"] == [one["event"] for one in sites.events("duty.missed") if one["rule"] == "daily"][:1]
    told = [one for one in sites.problems() if not one.startswith("run-cut-short")]
    assert [] == told


async def test_an_inventory_that_shrank_meanwhile_stops_writes_once_that_can_be_kept(sites: Sites) -> None:
    cameras = {name: ("berlin", {"country": "DE", "modality": "visible"}) for name in ("ber-1", "ber-2")}
    sites.enrol({"berlin": "Europe/Berlin"}, cameras)
    sites.accept()
    async with sites.living():
        await live_in_spite(sites, utc(25, 2), HOUR)
        let_write(sites, False)
        sites.enrol({"berlin": "Europe/Berlin"}, {"ber-1": cameras["ber-1"]})
        await live_in_spite(sites, utc(25, 3), 10 * MINUTE)
        let_write(sites, True)
        await live_in_spite(sites, utc(25, 4), 10 * MINUTE)
        with sites.state() as state:
            (pause,) = state.pauses(sites.clock.now())
    assert "inventory-shrank" == pause.reason
    assert {"ber-2"} == {alert.subject for alert in sites.alerts if alert.code == "inventory-shrank"}
