"""``vmsguard agent run`` beside a real ZoneMinder: it deletes on time, repairs, and says so when it cannot."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from real_agent import ROLE, Installation, moment, now
from real_program import until
from real_zoneminder import RealZoneMinder
from vmsguard_zoneminder.driver import ZoneMinderDriver
from zoneminder_site import TARGET, enrolled

from vmsguard.agent.schedule.triggers import changed
from vmsguard.model.last_seen import LastSeen
from vmsguard.model.manifest import Identity
from vmsguard.testing import open_session

pytestmark = pytest.mark.real


@pytest.fixture
def door(zoneminder: RealZoneMinder) -> Iterator[str]:
    """A second monitor, that shows a live picture and records nothing."""
    monitor = zoneminder.create_monitor("door", function="Monitor")
    yield monitor
    zoneminder.remove_monitor(monitor)


def purges(site: Installation) -> list[dict[str, Any]]:
    return site.records("purge")


def wait_for(what: str, look: Callable[[], Any], site: Installation, seconds: float) -> Any:
    """As ``until``, with what the agent printed where it does not come."""
    try:
        return until(look, seconds=seconds, what=what, every=0.5)
    except pytest.fail.Exception as failed:
        raise AssertionError(f"{failed}\n{site.journal()[-6000:]}") from failed


def pictures(server: RealZoneMinder, monitor: str) -> dict[Path, float]:
    """The monitor's files, with when each was written."""
    found: dict[Path, float] = {}
    for path in (server.storage_path / monitor).rglob("*"):
        try:
            if path.is_file():
                found[path] = path.stat().st_mtime
        except FileNotFoundError:  # deleted while we look
            continue
    return found


def function(server: RealZoneMinder, monitor: str) -> str:
    return server.sql(f"select Function from Monitors where Id = {monitor}")[0][0]


def test_it_deletes_every_minute_switches_recording_off_again_and_lives_through_an_outage(
    zoneminder: RealZoneMinder, recording_monitor: str, door: str, tmp_path: Path
) -> None:
    hall = recording_monitor
    site = enrolled(tmp_path / "site", zoneminder, {"hall": hall, "door": door}, sweep="PT30S", watch="PT10S")
    site.assign("short", "enforce")
    until(lambda: zoneminder.events(hall, closed=True), seconds=60, what="a recorded event")
    before = pictures(zoneminder, hall)

    with site.agent():
        # The first deletion is a person's to approve: counted, and told by the agent.
        (waiting,) = wait_for("the first count", lambda: site.status().get("first_deletions"), site, 40)
        assert (TARGET, True) == (waiting["target"], waiting["recordings"] >= 1)
        assert [] == purges(site)
        assert before.keys() <= pictures(zoneminder, hall).keys()
        assert 0 == site.run("agent", "approve", TARGET, "--purge", "1000", "--by", ROLE)[0]
        wait_for("the first deletion", lambda: purges(site), site, 30)
        assert not before.keys() & pictures(zoneminder, hall).keys()

        # A person switches recording on where it has to be off.
        wait_for("a look at the door", lambda: verdicts(site, "door"), site, 30)
        switched_on = now()
        zoneminder.set_function(door, "Record")
        wait_for("the repair", lambda: function(zoneminder, door) == "Monitor", site, 45)
        repaired = wait_for("the window", lambda: windows(site, "door"), site, 30)[0]
        assert switched_on <= moment(repaired["exposure_to"])
        assert ("pass", "verified") == (repaired["verdict"], repaired["remediation"])

        # Meanwhile the duty goes on, each deletion in time.
        wait_for("the next deletion", lambda: len(purges(site)) >= 2, site, 90)
        assert [] == site.records("duty.missed")
        last = purges(site)[-1]
        oldest = min(pictures(zoneminder, hall).values(), default=time.time())
        assert (
            oldest >= moment(last["cutoff"]).timestamp() - 6
        )  # an event that began just before may go on for a section

        # ZoneMinder goes away for longer than the gap.
        zoneminder.stop()
        away, seen = now(), len(purges(site))
        wait_for("the miss", lambda: site.records("duty.missed", since=away), site, 90)
        assert ["duty.warned", "duty.paged", "duty.missed"] == [
            record["event"] for record in site.records("duty.warned", "duty.paged", "duty.missed", since=away)
        ]
        assert {TARGET} == {record["target"] for record in site.records("device.unreachable", since=away)}
        assert [] == [
            record
            for record in verdicts(site, "hall", "door")
            if moment(record["ts"]) > away and record["verdict"] == "pass"
        ]
        assert (seen, []) == (len(purges(site)), site.records("duty.met", since=away))
        assert site.status()["status"]

        # And comes back, by itself.
        zoneminder.start()
        back = now()
        wait_for("the deletion that was overdue", lambda: len(purges(site)) > seen, site, 40)
        assert now() - back < timedelta(seconds=40)
        wait_for("a look at the door", lambda: passes(site, "door", since=back), site, 40)
        assert not pictures(zoneminder, hall).keys() & before.keys()

        code, told = site.run("agent", "status")
        assert (0, True) == (code, "1 target" in told)
        assert 0 == site.stop()

    assert "stopped in order" in site.journal()
    code, told = site.run("evidence", "verify", "evidence", "--trust", "trust.policy")
    assert 0 == code, told
    assert zoneminder.password not in site.journal()


def test_a_run_state_that_records_again_is_looked_at_and_repaired_at_once(
    zoneminder: RealZoneMinder, door: str, tmp_path: Path
) -> None:
    site = enrolled(tmp_path / "site", zoneminder, {"door": door}, sweep="P1D", watch="PT10S")
    site.assign("short", "enforce")
    told = zoneminder.rest("POST", "states.json", {"State[Name]": "open", "State[Definition]": f"{door}:Record:1"})
    assert 200 == told[0]
    try:
        with site.agent():
            before = wait_for("who it is", lambda: site.last_seen(TARGET), site, 30)
            assert [] == site.records("run.planned")  # the next sweep is hours away
            zoneminder.change_state("open")
            wait_for("a look", lambda: site.records("run.planned"), site, 40)
            after = site.last_seen(TARGET)
            assert after is not None
            assert "run-state" in changed(before, after)
            wait_for("the repair", lambda: function(zoneminder, door) == "Monitor", site, 30)
            assert 0 == site.stop()
    finally:
        zoneminder.sql("delete from States where Name = 'open'; update States set IsActive = 1")


async def test_daemons_that_stop_and_start_are_told_apart_and_so_is_a_restart(zoneminder: RealZoneMinder) -> None:
    before = await who(zoneminder)
    assert "running, state 1" == before.run_state
    assert before.booted_at is not None

    zoneminder.change_state("stop")  # the web server goes on, and answers every request
    stopped = await who(zoneminder)
    assert "stopped, state 1" == stopped.run_state
    assert ("run-state",) == changed(as_seen(before), as_seen(stopped))

    begun = now()
    zoneminder.change_state("start")
    after = await who(zoneminder)
    assert "running, state 1" == after.run_state
    assert after.booted_at is not None
    assert begun - timedelta(seconds=2) <= after.booted_at <= now()
    earlier = as_seen(before, booted_at=before.booted_at - timedelta(hours=1))  # as if it had run for a while
    assert ("restarted",) == changed(earlier, as_seen(after))


async def who(server: RealZoneMinder) -> Identity:
    async with open_session(ZoneMinderDriver, server.target(), login=server.login) as session:
        return session.identity


def as_seen(told: Identity, **otherwise: Any) -> LastSeen:
    """What the watch remembers of who answered."""
    known = {"booted_at": told.booted_at, **otherwise}
    return LastSeen(target="zm", at=now(), run_state=told.run_state, **known)


def verdicts(site: Installation, *cameras: str) -> list[dict[str, Any]]:
    """The verdicts of the cameras' rules."""
    return [
        record
        for record in site.records("verify")
        if record["camera"] in cameras and record.get("rule") and not record.get("control")
    ]


def passes(site: Installation, camera: str, since: Any) -> list[dict[str, Any]]:
    return [one for one in verdicts(site, camera) if one["verdict"] == "pass" and moment(one["ts"]) > since]


def windows(site: Installation, camera: str) -> list[dict[str, Any]]:
    """Windows in which a rule of the camera was broken, that are over."""
    return [record for record in verdicts(site, camera) if record.get("exposure_to")]
