from __future__ import annotations

from typing import Any

import pytest
from motion_enrolled import Opening, everything
from motion_fake import FakeMotion

from vmsguard.model.facts import Absent, Fact, FactKey, Items, Known, Reading, Unknown
from vmsguard.model.vocabulary import Layer, Why

Facts = dict[FactKey, Fact]


def reading(facts: Facts, name: str, channel: str = "1", layer: Layer = Layer.RUNTIME) -> Reading:
    return facts[FactKey("t-motion", channel, name, layer)].reading


def listed(facts: Facts, name: str, channel: str = "1", layer: Layer = Layer.RUNTIME) -> Items[Any]:
    told = reading(facts, name, channel, layer)
    assert isinstance(told, Known), told
    value: Items[Any] = told.value
    return value


def jobs(facts: Facts, layer: Layer = Layer.RUNTIME) -> dict[str, bool | None]:
    return {item.id: item.active for item in listed(facts, "recording.jobs", "1", layer).values}


async def read(opening: Opening, fake: FakeMotion, **options: str) -> Facts:
    async with opening(fake, **options) as session:
        return await session.read()


async def test_memory_and_files_are_two_layers(fake: FakeMotion, opening: Opening) -> None:
    fake.memory["1"] |= {"picture_output": "off", "snapshot_interval": "5"}
    facts = await read(opening, fake, **everything(fake))
    on = {name for name, active in jobs(facts).items() if active}
    assert {"movies", "snapshots"} == on
    assert {"movies", "pictures"} == {name for name, active in jobs(facts, Layer.STORED).items() if active}


async def test_without_a_visible_file_nobody_knows_what_a_restart_brings(fake: FakeMotion, opening: Opening) -> None:
    facts = await read(opening, fake)
    for name in ("recording.jobs", "stream.services", "analytics.functions"):
        told = reading(facts, name, layer=Layer.STORED)
        assert isinstance(told, Unknown)
        assert "config_path" in told.detail


async def test_the_file_of_another_motion_is_not_believed(fake: FakeMotion, opening: Opening) -> None:
    fake.stored["0"]["webcontrol_port"] = "1"
    fake.set_both(1)
    told = reading(await read(opening, fake, **everything(fake)), "recording.jobs", layer=Layer.STORED)
    assert isinstance(told, Unknown)
    assert "another motion" in told.detail


async def test_a_camera_that_the_files_do_not_name_is_unknown_after_a_restart(
    fake: FakeMotion, opening: Opening
) -> None:
    del fake.stored["2"]
    fake.set_both(1)
    facts = await read(opening, fake, **everything(fake))
    assert isinstance(reading(facts, "recording.jobs", "2", Layer.STORED), Unknown)
    assert isinstance(reading(facts, "recording.jobs", "1", Layer.STORED), Known)


@pytest.mark.parametrize("word", ["banana", "ON", ""])
async def test_a_word_nobody_knows_is_neither_on_nor_off(fake: FakeMotion, opening: Opening, word: str) -> None:
    fake.memory["1"]["picture_output"] = word
    assert jobs(await read(opening, fake))["pictures"] is None


async def test_nothing_shown_is_nothing_known(fake: FakeMotion, opening: Opening) -> None:
    fake.level = 0
    facts = await read(opening, fake)
    told = reading(facts, "recording.jobs")
    assert isinstance(told, Unknown)
    assert "webcontrol_parms" in told.detail
    assert not listed(facts, "footage.recordings").complete
    assert isinstance(reading(facts, "recording.retention"), Unknown)


async def test_motion_keeps_for_ever_and_says_so(fake: FakeMotion, opening: Opening) -> None:
    assert isinstance(reading(await read(opening, fake), "recording.retention"), Absent)


async def test_footage_is_complete_where_it_is_seen(fake: FakeMotion, opening: Opening) -> None:
    seen = listed(await read(opening, fake, **everything(fake)), "footage.recordings")
    assert (True, 1) == (seen.complete, len(seen.values))
    unseen = listed(await read(opening, fake), "footage.recordings")
    assert ((), False) == (unseen.values, unseen.complete)
    assert "storage_path" in unseen.missing


async def test_stores_are_complete_only_where_nothing_else_can_hold_pictures(
    fake: FakeMotion, opening: Opening
) -> None:
    options = everything(fake)
    assert listed(await read(opening, fake, **options), "stores", "*").complete
    fake.memory["2"]["on_picture_save"] = "/bin/copy %f"
    assert not listed(await read(opening, fake, **options), "stores", "*").complete
    fake.memory["2"]["on_picture_save"] = ""
    (fake.footage / "camera-of-before").mkdir()
    told = listed(await read(opening, fake, **options), "stores", "*")
    assert (False, "1 entries of storage_path are no camera's") == (told.complete, told.missing)


async def test_a_database_is_a_store(fake: FakeMotion, opening: Opening) -> None:
    fake.memory["1"]["database_type"] = "sqlite3"
    stores = listed(await read(opening, fake, **everything(fake)), "stores", "*").values
    assert [("files", "footage"), ("database", "metadata")] == [(store.id, store.kind) for store in stores]


async def test_commands_are_named_by_camera_and_parameter_and_never_by_what_they_say(
    fake: FakeMotion, opening: Opening
) -> None:
    fake.memory["1"] |= {"on_event_start": "/opt/faces hunter2", "video_pipe": "/dev/video9", "movie_extpipe": "x"}
    facts = await read(opening, fake)
    found = {(item.id, item.kind, item.enabled) for item in listed(facts, "push.destinations", "*").values}
    assert {
        ("1:on_event_start", "command", True),
        ("1:video_pipe", "pipe", True),
        ("1:movie_extpipe", "command", False),
    } == found
    assert ["1:detection", "1:on_event_start"] == [item.id for item in listed(facts, "analytics.functions").values]
    for name in ("cloud.links", "face_library.sizes"):
        assert not listed(facts, name, "*").complete
    assert "hunter2" not in repr(facts)


async def test_without_commands_there_is_no_cloud_and_no_gallery(fake: FakeMotion, opening: Opening) -> None:
    facts = await read(opening, fake)
    for name in ("push.destinations", "cloud.links", "face_library.sizes"):
        assert Items() == listed(facts, name, "*")


async def test_a_paused_detection_is_off_and_its_recording_is_not(fake: FakeMotion, opening: Opening) -> None:
    fake.paused.add("1")
    facts = await read(opening, fake)
    assert [False] == [item.enabled for item in listed(facts, "analytics.functions").values]
    assert jobs(facts)["movies"] is True


async def test_channels_name_where_pictures_come_from_and_no_login(fake: FakeMotion, opening: Opening) -> None:
    async with opening(fake) as session:
        first, second = await session.channels()
    assert ("1", "192.0.2.1", 8554, "/s1?channel=2") == (
        first.id,
        first.source_host,
        first.source_port,
        first.source_path,
    )
    assert "hunter2" not in repr((first, second))


async def test_the_witness_goes_to_the_cameras_directory_and_to_every_port(fake: FakeMotion, opening: Opening) -> None:
    async with opening(fake, **everything(fake), stream_ports="8099") as session:
        assert () == tuple(session.driver.witness_points("2"))
        await session.read()
        points = session.driver.witness_points("2")
        assert () == tuple(session.driver.witness_points("7"))
    told = [(point.kind, point.proves, point.path, point.port) for point in points]
    assert [
        ("file", "footage.grows", "2", 0),
        ("file", "footage.files", "2", 0),
        ("tcp", "stream.answers", "", 8092),
        ("tcp", "stream.answers", "", 8099),
    ] == told


async def test_one_camera_that_cannot_be_read_hides_whose_files_are_whose(fake: FakeMotion, opening: Opening) -> None:
    async with opening(fake, **everything(fake)) as session:
        channels = [channel.id for channel in await session.channels()]
        spoilt = fake.memory.pop("2")
        fake.memory["2"] = {**spoilt, "text_left": "x\n  picture_output = off"}
        facts = await session.read(channels)
    told = reading(facts, "recording.jobs", "2")
    assert isinstance(told, Unknown)
    assert Why.PROTOCOL is told.why
    assert not listed(facts, "footage.recordings", "1").complete
    assert jobs(facts)["movies"] is True
