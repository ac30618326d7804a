from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from vmsguard_zoneminder.driver import ZoneMinderDriver
from zoneminder_enrolled import Opening
from zoneminder_fake import FakeZoneMinder, admin

from vmsguard.errors import Refused
from vmsguard.model.fact_values import RecordingJob, StreamService
from vmsguard.model.facts import FactKey, Items, Known, Unknown
from vmsguard.model.manifest import Identity
from vmsguard.model.vocabulary import Layer, Support


def items(facts: object, name: str, layer: Layer = Layer.RUNTIME, channel: str = "1") -> Items[object]:
    fact = facts[FactKey("t-zm", channel, name, layer)]  # type: ignore[index]
    assert isinstance(fact.reading, Known)
    value: Items[object] = fact.reading.value
    return value


async def test_channels_tell_where_pictures_come_from_and_no_secret(fake: FakeZoneMinder, opening: Opening) -> None:
    async with opening(fake) as session:
        channels = await session.channels()

    assert [("1", "192.0.2.1", 8554, "/stream1?channel=2"), ("2", "192.0.2.2", 8554, "/stream2?channel=2")] == [
        (channel.id, channel.source_host, channel.source_port, channel.source_path) for channel in channels
    ]
    assert "hunter2" not in str(channels)


async def test_monitors_marked_deleted_are_no_channels(later: FakeZoneMinder, opening: Opening) -> None:
    later.add_monitor(2, Deleted=True)

    async with opening(later) as session:
        assert ["1"] == [channel.id for channel in await session.channels()]


async def test_an_account_that_sees_some_monitors_lists_none(fake: FakeZoneMinder, opening: Opening) -> None:
    fake.users = [admin(MonitorIds="1,2")]

    async with opening(fake) as session:
        with pytest.raises(Refused) as refused:
            await session.channels()

    assert "account-restricted" == refused.value.code
    assert "account-sees-some-monitors" in session.identity.notes


async def test_a_recording_monitor_records_as_set_and_as_running(fake: FakeZoneMinder, opening: Opening) -> None:
    async with opening(fake) as session:
        facts = await session.read(["1", "2"])

    for layer in (Layer.STORED, Layer.RUNTIME):
        assert (RecordingJob("1", True),) == items(facts, "recording.jobs", layer).values
        assert (RecordingJob("2", False),) == items(facts, "recording.jobs", layer, "2").values


async def test_a_monitor_that_records_on_motion_is_on_even_while_it_is_quiet(
    fake: FakeZoneMinder, opening: Opening
) -> None:
    fake.add_monitor(3, Function="Nodect")

    async with opening(fake) as session:
        facts = await session.read(["3"])

    assert (RecordingJob("3", True, "event"),) == items(facts, "recording.jobs", Layer.STORED, "3").values
    assert (RecordingJob("3", None, "event"),) == items(facts, "recording.jobs", Layer.RUNTIME, "3").values


async def test_a_disabled_monitor_set_to_record_still_records(fake: FakeZoneMinder, opening: Opening) -> None:
    fake.monitors[1]["Enabled"] = 0

    async with opening(fake) as session:
        facts = await session.read(["1"])

    assert (RecordingJob("1", True),) == items(facts, "recording.jobs", Layer.STORED).values


async def test_an_open_event_outweighs_a_setting_that_says_off(fake: FakeZoneMinder, opening: Opening) -> None:
    fake.monitors[1]["Function"] = "Monitor"

    async with opening(fake) as session:
        facts = await session.read(["1"])

    assert (RecordingJob("1", True),) == items(facts, "recording.jobs").values


async def test_rows_are_all_there_is_only_where_files_can_be_looked_at(
    fake: FakeZoneMinder, opening: Opening, storage: Path
) -> None:
    async with opening(fake) as session:
        blind = items(await session.read(["1"]), "footage.recordings")
    async with opening(fake, storage_path=f"{storage}/") as session:
        seen = items(await session.read(["1"]), "footage.recordings")
    fake.configs["ZM_OPT_FAST_DELETE"] = "1"
    async with opening(fake, storage_path=str(storage)) as session:
        fast = items(await session.read(["1"]), "footage.recordings")

    assert (False, True, False) == (blind.complete, seen.complete, fast.complete)
    assert "set the target's option storage_path" in blind.missing
    assert "ZM_OPT_FAST_DELETE" in fast.missing


@pytest.mark.parametrize("place", ["1", "nowhere"])
async def test_a_storage_path_that_shows_nothing_is_no_sight(
    fake: FakeZoneMinder, opening: Opening, storage: Path, place: str
) -> None:
    async with opening(fake, storage_path=str(storage / place)) as session:
        footage = items(await session.read(["1"]), "footage.recordings")

    assert not footage.complete
    assert "shows nothing" in footage.missing


@pytest.mark.parametrize(("event_storage", "complete"), [(1, True), (2, False)])
async def test_footage_in_another_storage_area_is_not_seen(
    fake: FakeZoneMinder, opening: Opening, storage: Path, event_storage: int, complete: bool
) -> None:
    fake.storage[0]["Path"] = str(storage)
    fake.storage.append({"Id": 2, "Path": "/mnt/more", "Type": "s3fs"})
    fake.events[1]["StorageId"] = event_storage

    async with opening(fake, storage_path=str(storage)) as session:
        facts = await session.read(["1"])

    assert complete is items(facts, "footage.recordings").complete
    assert [("2", "s3fs", False)] == [
        (place.id, place.kind, place.in_use)  # type: ignore[attr-defined]
        for place in items(facts, "storage.external", channel="*").values
    ]


async def test_events_of_monitors_that_are_gone_are_counted_among_what_is_missing(
    fake: FakeZoneMinder, opening: Opening
) -> None:
    fake.add_event(77)

    async with opening(fake) as session:
        stores = items(await session.read(["1"]), "stores", channel="*")

    assert not stores.complete
    assert "1 events belong to monitors that no longer exist" in stores.missing


async def test_a_cleared_flag_says_nothing_about_a_gateway_that_still_runs(
    fake: FakeZoneMinder, opening: Opening
) -> None:
    fake.configs["ZM_MIN_RTSP_PORT"] = "8555"

    async with opening(fake) as session:
        facts = await session.read(["1"])
        points = session.driver.witness_points("1")

    assert StreamService("rtsp-server", "rtsp", False) in items(facts, "stream.services", Layer.STORED).values
    assert StreamService("rtsp-server", "rtsp", None) in items(facts, "stream.services").values
    assert [("rtsp", 8555, "/hall1")] == [(point.kind, point.port, point.path) for point in points]


async def test_files_are_a_witness_where_they_can_be_seen(fake: FakeZoneMinder, opening: Opening) -> None:
    async with opening(fake, storage_path="/srv/events") as session:
        points = session.driver.witness_points("1")

    assert [("file", "footage.grows", "1"), ("file", "footage.files", "1")] == [
        (point.kind, point.proves, point.path) for point in points
    ]


async def test_what_rest_does_not_show_is_never_a_complete_list(fake: FakeZoneMinder, opening: Opening) -> None:
    async with opening(fake, storage_path="/srv/events") as session:
        facts = await session.read(["1"])

    partial = ("stores", "storage.external", "push.destinations", "cloud.links")
    assert [False] * 4 == [items(facts, name, channel="*").complete for name in partial]
    assert [False] * 2 == [items(facts, n).complete for n in ("analytics.functions", "recognition.consumers")]
    unknown = ("recording.retention", "storage.encrypted", "face_library.sizes", "access.log_enabled")
    assert [True] * 4 == [
        isinstance(fact.reading, Unknown) for key, fact in sorted(facts.items()) if key.name in unknown
    ]


async def test_a_monitor_that_is_not_listed_is_unknown(fake: FakeZoneMinder, opening: Opening) -> None:
    async with opening(fake) as session:
        facts = await session.read(["99"])

    assert all(isinstance(fact.reading, Unknown) for key, fact in facts.items() if key.channel == "99")
    assert FactKey("t-zm", "99", "recording.jobs", Layer.STORED) in facts


@pytest.mark.parametrize(
    ("version", "support"), [("1.36.33", Support.SUPPORTED), ("1.38.4", Support.DOCUMENTED), ("", Support.DOCUMENTED)]
)
def test_only_what_was_run_is_called_supported(version: str, support: Support) -> None:
    manifest = ZoneMinderDriver.manifest(Identity(firmware=version))

    assert {support} == {fact.support for fact in manifest.facts}


def test_registering_loads_no_driver_and_no_network() -> None:
    code = (
        "import sys, vmsguard_zoneminder.plugin as p; [entry] = p.vmsguard_register_drivers();"
        "print(entry.path, sorted({'aiohttp', 'vmsguard_zoneminder.driver'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "vmsguard_zoneminder.driver:ZoneMinderDriver []" == told.strip()
