"""The ZoneMinder driver on a real ZoneMinder: what it reads, what its changes do, and what replies hide."""

from __future__ import annotations

import shutil
import time
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest
from real_program import until
from real_zoneminder import RealZoneMinder
from vmsguard_zoneminder.driver import ZoneMinderDriver

from vmsguard.controls.base import NoParams
from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.controls.view import View
from vmsguard.errors import AuthRejected, Refused
from vmsguard.model.changes import Change
from vmsguard.model.clock import SystemClock
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.fact_values import StoredRecording
from vmsguard.model.facts import Fact, FactKey, Items, Known, Unknown
from vmsguard.model.held_window import HeldWindow, write_windows
from vmsguard.model.inventory import Camera, Endpoint
from vmsguard.model.results import Outcome
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.vocabulary import Basis, Effect, Layer, Role, Verdict
from vmsguard.net.login import Login
from vmsguard.testing import Session, open_session
from vmsguard.witness.look import look

pytestmark = pytest.mark.real

Facts = dict[FactKey, Fact]


def opened(
    server: RealZoneMinder, *, write_allowed: bool = False, login: Login | None = None
) -> AbstractAsyncContextManager[Session]:
    return open_session(ZoneMinderDriver, server.target(), login=login or server.login, write_allowed=write_allowed)


async def read(server: RealZoneMinder, monitor: str) -> Facts:
    async with opened(server) as session:
        return await session.read([monitor])


async def send(server: RealZoneMinder, monitor: str, verb: str, **arguments: str) -> str:
    async with opened(server, write_allowed=True) as session:
        return (await session.change(Change(verb, "zm-real", monitor, arguments))).reported


async def purge(server: RealZoneMinder, monitor: str) -> str:
    return await send(server, monitor, "footage.purge", cutoff=datetime.now(UTC).isoformat(), recordings="")


async def files_seen(server: RealZoneMinder, monitor: str) -> tuple[bool | None, int | None]:
    """What the core's own look at the disk shows: still written to, and how many files."""
    async with opened(server) as session:
        (point,) = [p for p in session.driver.witness_points(monitor) if p.proves == "footage.files"]
    sighting = await look(point, server.target(), clock=SystemClock())
    return sighting.answered, sighting.files


def listed(facts: Facts, name: str, monitor: str, layer: Layer = Layer.RUNTIME) -> Items[object]:
    reading = facts[FactKey("zm-real", monitor, name, layer)].reading
    assert isinstance(reading, Known), reading
    value: Items[object] = reading.value
    return value


def recordings(facts: Facts, monitor: str) -> tuple[StoredRecording, ...]:
    return listed(facts, "footage.recordings", monitor).values  # type: ignore[return-value]


def recording(facts: Facts, monitor: str) -> dict[Layer, bool | None]:
    layers = (Layer.STORED, Layer.RUNTIME)
    return {layer: listed(facts, "recording.jobs", monitor, layer).values[0].active for layer in layers}  # type: ignore[attr-defined]


def residue(facts: Facts, monitor: str, files: int | None) -> Outcome:
    """The verdict on "what was stored before is gone", from the read-back and the look at the disk."""
    now = datetime.now(UTC)
    deletions = FactKey("zm-real", monitor, "deletion.verified")
    told = {**facts, deletions: Fact(deletions, Known(Items()), Basis.READ_BACK, now)}
    if files is not None:
        key = FactKey("zm-real", monitor, "footage.files")
        told[key] = Fact(key, Known(files), Basis.OBSERVED, now)
    endpoint = Endpoint("zm-real", monitor, Role.RECORDER)
    snapshot = CameraSnapshot(camera=Camera(id="cam", site="test"), endpoints=(endpoint,), facts=told)
    return CORE_CONTROLS["storage.residue.empty"].judge(NoParams(), View(snapshot, endpoint, now, CORE_FACTS))


async def test_recording_is_seen_stopped_purged_and_seen_again_when_switched_on(
    zoneminder: RealZoneMinder, recording_monitor: str
) -> None:
    monitor = recording_monitor
    until(lambda: zoneminder.events(monitor, closed=True), seconds=60, what="a closed event")
    until(
        lambda: len(zoneminder.events(monitor)) > len(zoneminder.events(monitor, closed=True)),
        seconds=20,
        what="an open event",
    )

    facts = await read(zoneminder, monitor)
    assert {Layer.STORED: True, Layer.RUNTIME: True} == recording(facts, monitor)
    begun = [item.start for item in recordings(facts, monitor)]
    assert begun
    assert all(start is not None and abs(datetime.now(UTC) - start) < timedelta(minutes=5) for start in begun)
    grows, files = await files_seen(zoneminder, monitor)
    assert grows is True
    assert files

    assert "accepted" == await send(zoneminder, monitor, "recording.stop", job=monitor)
    facts = await read(zoneminder, monitor)
    assert {Layer.STORED: False, Layer.RUNTIME: False} == recording(facts, monitor)
    before = zoneminder.events(monitor), zoneminder.files(monitor)
    time.sleep(10)
    assert before == (zoneminder.events(monitor), zoneminder.files(monitor))
    assert "already" == await send(zoneminder, monitor, "recording.stop", job=monitor)

    assert "accepted" == await purge(zoneminder, monitor)
    facts = await read(zoneminder, monitor)
    left = listed(facts, "footage.recordings", monitor)
    assert ((), True) == (left.values, left.complete)
    assert [] == zoneminder.events(monitor)
    assert 0 == zoneminder.files(monitor)
    grows, files = await files_seen(zoneminder, monitor)
    assert (False, 0) == (grows, files)
    outcome = residue(facts, monitor, files)
    assert (Verdict.PASS, Basis.OBSERVED) == (outcome.verdict, outcome.basis)

    zoneminder.set_function(monitor, "Record")
    assert recording(await read(zoneminder, monitor), monitor)[Layer.STORED] is True
    until(lambda: zoneminder.events(monitor), seconds=60, what="a new event")
    assert {Layer.STORED: True, Layer.RUNTIME: True} == recording(await read(zoneminder, monitor), monitor)


async def test_an_archived_event_survives_its_deletion_and_is_not_called_deleted(
    zoneminder: RealZoneMinder, quiet_monitor: str
) -> None:
    kept, directory = zoneminder.add_event(quiet_monitor, archived=True)
    other, _ = zoneminder.add_event(quiet_monitor)
    assert (200, None) == zoneminder.rest("DELETE", f"events/{kept}.json")  # the reply that lies

    with pytest.raises(Refused) as refused:
        await purge(zoneminder, quiet_monitor)

    assert "archived" == refused.value.code
    assert [kept] == zoneminder.events(quiet_monitor)
    assert directory.is_dir()
    facts = await read(zoneminder, quiet_monitor)
    assert [(kept, True)] == [(item.id, item.locked) for item in recordings(facts, quiet_monitor)]
    assert other not in zoneminder.events(quiet_monitor)
    _, files = await files_seen(zoneminder, quiet_monitor)
    assert Verdict.FAIL is residue(facts, quiet_monitor, files).verdict


async def test_fast_delete_takes_the_row_and_is_not_called_deleted(
    zoneminder: RealZoneMinder, quiet_monitor: str
) -> None:
    _, directory = zoneminder.add_event(quiet_monitor)
    zoneminder.set_config("ZM_OPT_FAST_DELETE", "1")

    assert "accepted" == await purge(zoneminder, quiet_monitor)

    assert [] == zoneminder.events(quiet_monitor)
    assert directory.is_dir()
    facts = await read(zoneminder, quiet_monitor)
    left = listed(facts, "footage.recordings", quiet_monitor)
    assert ((), False) == (left.values, left.complete)
    assert "ZM_OPT_FAST_DELETE" in left.missing
    _, files = await files_seen(zoneminder, quiet_monitor)
    assert 2 == files
    assert Verdict.FAIL is residue(facts, quiet_monitor, files).verdict
    assert Verdict.UNKNOWN is residue(facts, quiet_monitor, None).verdict


async def test_a_directory_that_cannot_be_written_keeps_its_files_and_is_not_called_deleted(
    zoneminder: RealZoneMinder, quiet_monitor: str
) -> None:
    _, directory = zoneminder.add_event(quiet_monitor)
    for place in (directory, directory.parent):
        shutil.chown(place, "root", "root")
        place.chmod(0o555)

    assert "accepted" == await purge(zoneminder, quiet_monitor)

    assert [] == zoneminder.events(quiet_monitor)
    facts = await read(zoneminder, quiet_monitor)
    assert () == recordings(facts, quiet_monitor)
    _, files = await files_seen(zoneminder, quiet_monitor)
    assert 2 == files
    assert Verdict.FAIL is residue(facts, quiet_monitor, files).verdict


async def test_a_storage_area_that_is_not_mounted_proves_no_deletion(
    zoneminder: RealZoneMinder, quiet_monitor: str
) -> None:
    _, directory = zoneminder.add_event(quiet_monitor)
    away = zoneminder.storage_path.with_name("away")
    zoneminder.storage_path.rename(away)
    try:
        assert "accepted" == await purge(zoneminder, quiet_monitor)
        facts = await read(zoneminder, quiet_monitor)
        assert () == recordings(facts, quiet_monitor)
        assert (None, None) == await files_seen(zoneminder, quiet_monitor)
        assert Verdict.UNKNOWN is residue(facts, quiet_monitor, None).verdict
    finally:
        shutil.rmtree(zoneminder.storage_path, ignore_errors=True)
        away.rename(zoneminder.storage_path)

    assert directory.is_dir()
    assert (False, 2) == await files_seen(zoneminder, quiet_monitor)


async def test_only_footage_from_before_the_cutoff_goes(zoneminder: RealZoneMinder, quiet_monitor: str) -> None:
    zoneminder.add_event(quiet_monitor, age=timedelta(days=3))
    young, _ = zoneminder.add_event(quiet_monitor, age=timedelta(hours=1))
    cutoff = (datetime.now(UTC) - timedelta(days=1)).isoformat()

    assert "accepted" == await send(zoneminder, quiet_monitor, "footage.purge", cutoff=cutoff, recordings="")

    assert [young] == zoneminder.events(quiet_monitor)


async def test_edge_case_29_events_in_a_held_window_stay_with_their_files_and_the_rest_goes(
    zoneminder: RealZoneMinder, quiet_monitor: str
) -> None:
    held, kept = zoneminder.add_event(quiet_monitor, age=timedelta(days=10))
    free, gone = zoneminder.add_event(quiet_monitor, age=timedelta(days=5))
    now = datetime.now(UTC)
    # A day around it: the zone of the recorder's own times may be any.
    window = HeldWindow(now - timedelta(days=11), now - timedelta(days=9))

    reported = await send(
        zoneminder,
        quiet_monitor,
        "footage.purge",
        cutoff=now.isoformat(),
        recordings="",
        held=write_windows([window]),
    )

    assert "accepted" == reported
    assert [held] == zoneminder.events(quiet_monitor)
    assert (True, False) == (kept.is_dir(), gone.exists())
    assert free not in [item.id for item in recordings(await read(zoneminder, quiet_monitor), quiet_monitor)]


async def test_more_events_than_a_page_holds_are_all_listed(zoneminder: RealZoneMinder, quiet_monitor: str) -> None:
    zoneminder.sql(
        "insert into Events (MonitorId, Name, Notes, StateId, StartDateTime, EndDateTime) "
        f"select {quiet_monitor}, 'many', '', 1, '2026-01-01 00:00:00', '2026-01-01 00:05:00' from seq_1_to_230"
    )

    facts = await read(zoneminder, quiet_monitor)

    assert zoneminder.events(quiet_monitor) == [item.id for item in recordings(facts, quiet_monitor)]


async def test_reading_everything_changes_nothing(zoneminder: RealZoneMinder, quiet_monitor: str) -> None:
    zoneminder.add_event(quiet_monitor)
    before = zoneminder.digest()

    async with opened(zoneminder) as session:
        await session.read()

    assert before == zoneminder.digest()
    assert {Effect.READ, Effect.SESSION} == set(session.client.requests)


async def test_live_view_stops_and_no_witness_is_sent_to_its_placeholder(
    zoneminder: RealZoneMinder, quiet_monitor: str
) -> None:
    assert "accepted" == await send(zoneminder, quiet_monitor, "stream.stop", service="zms")

    facts = await read(zoneminder, quiet_monitor)
    for layer in (Layer.STORED, Layer.RUNTIME):
        services = {item.id: item.enabled for item in listed(facts, "stream.services", quiet_monitor, layer).values}  # type: ignore[attr-defined]
        assert {"zms": False, "rtsp-server": False} == services
    async with opened(zoneminder) as session:
        await session.read([quiet_monitor])
        # zms answers 200 with a picture that says it has none
        assert {"file"} == {point.kind for point in session.driver.witness_points(quiet_monitor)}


async def test_an_account_without_system_rights_knows_less_and_says_so(
    zoneminder: RealZoneMinder, quiet_monitor: str
) -> None:
    zoneminder.add_event(quiet_monitor)
    zoneminder.sql(
        "insert into Users (Username, Password, Enabled, Stream, Events, Monitors, System, APIEnabled) "
        "select 'viewer', Password, 1, 'None', 'View', 'View', 'None', 1 from Users where Username = 'admin'"
    )
    try:
        async with opened(zoneminder, login=Login("secret://test/viewer", "viewer", zoneminder.password)) as session:
            facts = await session.read([quiet_monitor])
    finally:
        zoneminder.sql("delete from Users where Username = 'viewer'")

    assert session.identity.as_administrator is False
    assert isinstance(facts[FactKey("zm-real", "*", "access.accounts")].reading, Unknown)
    footage = listed(facts, "footage.recordings", quiet_monitor)
    assert not footage.complete
    assert [None] == [item.start for item in recordings(facts, quiet_monitor)]


async def test_a_change_that_zoneminder_does_not_know_is_refused_though_it_answers_200(
    zoneminder: RealZoneMinder, quiet_monitor: str
) -> None:
    status, told = zoneminder.rest("POST", f"monitors/{quiet_monitor}.json", {"Monitor[Capturing]": "None"})

    assert 200 == status
    assert "Saved" != told["message"]


async def test_an_account_without_api_access_is_refused_and_told_why(zoneminder: RealZoneMinder) -> None:
    zoneminder.sql("update Users set APIEnabled = 0 where Username = 'admin'")
    try:
        with pytest.raises(AuthRejected) as refused:
            async with opened(zoneminder):
                pass
    finally:
        zoneminder.sql("update Users set APIEnabled = 1 where Username = 'admin'")

    assert "Switch the API on" in refused.value.hint


async def test_a_wrong_password_is_refused(zoneminder: RealZoneMinder) -> None:
    with pytest.raises(AuthRejected):
        async with opened(zoneminder, login=Login("secret://test/wrong", "admin", "wrong")):
            pass
