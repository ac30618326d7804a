from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from motion_enrolled import Opening, everything
from motion_fake import FakeMotion

from vmsguard.errors import DeviceFault, DriverError, GuardTripped, NotSupported, Refused, Unreachable
from vmsguard.model.changes import Change, Receipt
from vmsguard.model.vocabulary import Effect


async def send(
    opening: Opening, fake: FakeMotion, verb: str, channel: str = "1", *, options: dict[str, str], **arguments: str
) -> Receipt:
    async with opening(fake, write_allowed=True, **options) as session:
        return await session.change(Change(verb, "t-motion", channel, arguments))


async def stop(opening: Opening, fake: FakeMotion, job: str = "movies", **options: str) -> Receipt:
    return await send(opening, fake, "recording.stop", options=options, job=job)


async def purge(opening: Opening, fake: FakeMotion, **arguments: str) -> Receipt:
    told = {"cutoff": datetime.now(UTC).isoformat(), "recordings": "", **arguments}
    return await send(opening, fake, "footage.purge", options={"storage_path": str(fake.footage)}, **told)


def writes(fake: FakeMotion) -> list[str]:
    return [path for path in fake.seen if "/config/set" in path or "/action/" in path or path.endswith("/write")]


async def test_a_movie_is_switched_off_its_event_ended_and_the_files_written(
    fake: FakeMotion, opening: Opening
) -> None:
    receipt = await stop(opening, fake, **everything(fake))
    sent = ["/1/config/set?movie_output=off", "/1/action/eventend", "/1/config/write"]
    assert (sent, "accepted", 3) == (writes(fake), receipt.reported, receipt.requests)
    assert "off" == fake.stored["1"]["movie_output"]


async def test_pictures_need_no_end_of_the_event(fake: FakeMotion, opening: Opening) -> None:
    await stop(opening, fake, "pictures")
    assert ["/1/config/set?picture_output=off"] == writes(fake)


async def test_what_is_off_already_is_not_sent_again(fake: FakeMotion, opening: Opening) -> None:
    fake.set_both(1, movie_output="off")
    receipt = await stop(opening, fake, **everything(fake))
    assert ([], "already") == (writes(fake), receipt.reported)


async def test_what_is_off_in_memory_alone_is_written_without_being_set_again(
    fake: FakeMotion, opening: Opening
) -> None:
    fake.memory["1"]["movie_output"] = "off"
    await stop(opening, fake, **everything(fake))
    assert ["/1/config/write"] == writes(fake)


@pytest.mark.parametrize(
    ("without", "code"), [("config_write", "memory-only"), ("config_path", "")], ids=["not allowed", "not visible"]
)
async def test_without_leave_nothing_is_written(fake: FakeMotion, opening: Opening, without: str, code: str) -> None:
    options = everything(fake)
    del options[without]
    if code:
        with pytest.raises(Refused) as refused:
            await stop(opening, fake, **options)
        assert code == refused.value.code
    else:
        await stop(opening, fake, **options)
    assert "off" == fake.memory["1"]["movie_output"]
    assert "/1/config/write" not in writes(fake)


async def test_a_file_that_cannot_be_read_is_not_written(fake: FakeMotion, opening: Opening) -> None:
    options = {**everything(fake), "config_path": str(fake.folder / "missing.conf")}
    with pytest.raises(Refused) as refused:
        await stop(opening, fake, **options)
    assert "files-unknown" == refused.value.code
    assert "/1/config/write" not in writes(fake)


async def test_a_write_that_changed_nothing_is_not_believed(fake: FakeMotion, opening: Opening) -> None:
    fake.writable = False
    with pytest.raises(Refused) as refused:
        await stop(opening, fake, **everything(fake))
    assert "not-written" == refused.value.code


@pytest.mark.parametrize(
    ("number", "parameters"),
    [
        ("2", {"snapshot_interval": "60"}),
        ("2", {"stream_port": "8099"}),
        ("2", {"on_event_start": "/bin/x"}),
        ("2", {"target_dir": "/elsewhere"}),
        ("0", {"stream_port": "8081"}),
        ("0", {"webcontrol_localhost": "off"}),
    ],
)
async def test_what_somebody_switched_on_in_memory_is_not_made_permanent(
    fake: FakeMotion, opening: Opening, number: str, parameters: dict[str, str]
) -> None:
    fake.set_both(2, stream_port="0")
    fake.memory[number] |= parameters
    with pytest.raises(Refused) as refused:
        await stop(opening, fake, **everything(fake))
    assert ("memory-differs", False) == (refused.value.code, "/1/config/write" in writes(fake))
    assert f"{number}:{next(iter(parameters))}" in refused.value.detail


async def test_what_somebody_switched_off_in_memory_stands_in_nobodys_way(fake: FakeMotion, opening: Opening) -> None:
    fake.memory["2"] |= {"picture_output": "off", "stream_port": "0"}
    fake.stored["2"]["video_pipe"] = "/dev/video9"
    fake.set_both(2)
    await stop(opening, fake, **everything(fake))
    assert "off" == fake.stored["2"]["picture_output"]


async def test_a_parameter_that_is_not_shown_is_refused(fake: FakeMotion, opening: Opening) -> None:
    fake.level = 0
    with pytest.raises(Refused) as refused:
        await stop(opening, fake)
    assert "not-set" == refused.value.code
    assert "webcontrol_parms" in refused.value.hint


async def test_a_stream_is_stopped_in_memory_in_the_files_and_by_a_restart(fake: FakeMotion, opening: Opening) -> None:
    await send(opening, fake, "stream.stop", "2", options=everything(fake), service="stream")
    sent = ["/2/config/set?stream_port=0", "/2/config/write", "/0/action/restart"]
    assert (sent, 1) == (writes(fake), fake.restarts)
    fake.memory["0"]["stream_port"] = fake.stored["0"]["stream_port"] = "8081"
    fake.set_both(1)
    await send(opening, fake, "stream.stop", "1", options=everything(fake), service="shared-stream")
    assert "/0/config/set?stream_port=0" in writes(fake)


@pytest.mark.parametrize("without", ["config_path", "config_write", "restart"])
async def test_a_stream_is_not_touched_without_leave_for_all_of_it(
    fake: FakeMotion, opening: Opening, without: str
) -> None:
    options = everything(fake)
    del options[without]
    with pytest.raises(Refused) as refused:
        await send(opening, fake, "stream.stop", "2", options=options, service="stream")
    assert ("needs-restart", []) == (refused.value.code, writes(fake))


async def test_a_motion_that_stays_away_after_its_restart_is_unreachable(
    fake: FakeMotion, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vmsguard_motion import persisting

    monkeypatch.setattr(persisting, "_AWAY_AT_MOST", 0.2)
    with pytest.raises(Unreachable, match="did not come back"):
        await send(opening, fake, "stream.stop", "2", options=everything(fake), service="stream")


async def test_a_purge_ends_the_event_and_deletes_the_files_of_the_camera_alone(
    fake: FakeMotion, opening: Opening
) -> None:
    receipt = await purge(opening, fake)
    assert (["/1/action/eventend"], "accepted") == (writes(fake), receipt.reported)
    assert ([], 2) == (fake.files(1), len(fake.files(2)))
    assert ("already", 1) == ((await purge(opening, fake)).reported, len(writes(fake)))


async def test_a_purge_of_many_files_stops_when_its_permit_ends(
    fake: FakeMotion, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vmsguard_motion import changing

    monkeypatch.setattr(changing, "_AT_ONCE", 1)
    change = Change("footage.purge", "t-motion", "1", {"cutoff": datetime.now(UTC).isoformat()})
    async with opening(fake, write_allowed=True, storage_path=str(fake.footage)) as session:
        permit = session.office.issue("contract", change.id, 1, timedelta(minutes=1))
        clock = session.driver.ctx.clock
        ends = iter([permit.expires - timedelta(seconds=1)] * 2 + [permit.expires])
        monkeypatch.setattr(type(clock), "now", lambda self: next(ends, permit.expires))
        with pytest.raises(GuardTripped):
            await session.driver.change(change, permit)
    assert 1 <= len(fake.files(1))


async def test_a_purge_without_a_permit_deletes_nothing(fake: FakeMotion, opening: Opening) -> None:
    change = Change("footage.purge", "t-motion", "1", {"cutoff": datetime.now(UTC).isoformat()})
    async with opening(fake, write_allowed=True, storage_path=str(fake.footage)) as session:
        permit = session.permit(change)
        session.office.revoke(permit)
        with pytest.raises(GuardTripped):
            await session.driver.change(change, permit)
    assert (2, 0) == (len(fake.files(1)), session.client.requests[Effect.WRITE])


async def test_files_that_are_not_motions_are_left_and_told(fake: FakeMotion, opening: Opening) -> None:
    fake.add_file(1, "note.txt")
    with pytest.raises(Refused) as refused:
        await purge(opening, fake)
    assert ("other-files", ["note.txt"]) == (refused.value.code, fake.files(1))


async def test_movies_of_any_length_are_left_where_they_may_be_younger(fake: FakeMotion, opening: Opening) -> None:
    fake.set_both(1, movie_max_time="0")
    cutoff = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    with pytest.raises(Refused) as refused:
        await purge(opening, fake, cutoff=cutoff)
    assert ("times-unknown", 2) == (refused.value.code, len(fake.files(1)))


@pytest.mark.parametrize("directory", ["/etc", "shared"])
async def test_no_directory_but_the_cameras_own_is_purged(fake: FakeMotion, opening: Opening, directory: str) -> None:
    told = str(fake.footage / "2") if directory == "shared" else directory
    fake.memory["1"]["target_dir"] = told
    with pytest.raises(Refused) as refused:
        await purge(opening, fake)
    assert ("files-not-visible", 4) == (refused.value.code, len(fake.files(1)) + len(fake.files(2)))
    assert [] == writes(fake)


async def test_without_a_visible_storage_nothing_is_purged(fake: FakeMotion, opening: Opening) -> None:
    with pytest.raises(Refused) as refused:
        await send(opening, fake, "footage.purge", options={}, cutoff=datetime.now(UTC).isoformat())
    assert "files-not-visible" == refused.value.code


@pytest.mark.parametrize(
    ("verb", "channel", "arguments"),
    [
        ("recording.stop", "1", {"job": "everything"}),
        ("recording.stop", "1/../0", {"job": "movies"}),
        ("stream.stop", "1", {"service": "rtsp"}),
        ("footage.purge", "x", {"cutoff": "2026-01-01T00:00:00Z"}),
        ("footage.purge", "1", {"cutoff": "yesterday"}),
        ("footage.purge", "1", {"cutoff": "2026-01-01T00:00:00"}),
        ("footage.purge", "1", {"cutoff": "2026-01-01T00:00:00Z", "held": "last week"}),
        ("footage.purge", "9", {"cutoff": "2026-01-01T00:00:00Z"}),
    ],
)
async def test_an_argument_that_names_nothing_is_no_proof_and_sends_nothing(
    fake: FakeMotion, opening: Opening, verb: str, channel: str, arguments: dict[str, str]
) -> None:
    with pytest.raises(DriverError) as refused:
        await send(opening, fake, verb, channel, options=everything(fake), **arguments)
    assert isinstance(refused.value, DeviceFault)
    assert [] == writes(fake)


async def test_a_verb_that_it_does_not_have_is_not_supported(fake: FakeMotion, opening: Opening) -> None:
    with pytest.raises(NotSupported):
        await send(opening, fake, "push.stop", options={}, destination="1:on_event_start")
