from __future__ import annotations

from datetime import timedelta

import pytest
from zoneminder_enrolled import Opening
from zoneminder_fake import OPENED, FakeZoneMinder

from vmsguard.errors import DeviceFault, NotSupported, Refused
from vmsguard.model.changes import Change
from vmsguard.model.vocabulary import Effect

LONG_AFTER = (OPENED + timedelta(days=1)).isoformat()


def change(verb: str, channel: str = "1", **arguments: str) -> Change:
    return Change(verb, "t-zm", channel, arguments)


async def test_recording_stops_and_live_view_stays(fake: FakeZoneMinder, opening: Opening) -> None:
    async with opening(fake, write_allowed=True) as session:
        receipt = await session.change(change("recording.stop", job="1"))

    assert "accepted" == receipt.reported
    assert [{"Function": "Monitor"}] == fake.posted


async def test_a_monitor_that_captures_nothing_is_not_switched_on_to_stop_its_recording(
    fake: FakeZoneMinder, opening: Opening
) -> None:
    fake.monitors[1]["Function"] = "None"

    async with opening(fake, write_allowed=True) as session:
        receipt = await session.change(change("recording.stop", job="1"))

    assert ("already", 0) == (receipt.reported, receipt.requests)
    assert [] == fake.posted


@pytest.mark.parametrize(
    ("verb", "arguments", "sent"),
    [
        ("recording.stop", {"job": "1"}, {"Recording": "None"}),
        ("stream.stop", {"service": "zms"}, {"Capturing": "None"}),
    ],
)
async def test_function_is_never_sent_to_a_release_that_no_longer_reads_it(
    later: FakeZoneMinder, opening: Opening, verb: str, arguments: dict[str, str], sent: dict[str, str]
) -> None:
    async with opening(later, write_allowed=True) as session:
        await session.change(change(verb, **arguments))

    assert [sent] == later.posted
    assert "Record" == later.monitors[1]["Function"]


async def test_the_leftover_function_field_proves_nothing(later: FakeZoneMinder, opening: Opening) -> None:
    later.monitors[1]["Function"] = "None"

    async with opening(later) as session:
        facts = await session.read(["1"])

    jobs = [fact.reading.value for key, fact in facts.items() if key.name == "recording.jobs"]  # type: ignore[union-attr]
    assert True in [job.active for items in jobs for job in items.values]


@pytest.mark.parametrize(
    ("destination", "sent"),
    [("1:event-start-command", {"EventStartCommand": ""}), ("1:mqtt", {"MQTT_Enabled": "0"})],
)
async def test_event_commands_and_mqtt_are_switched_off(
    later: FakeZoneMinder, opening: Opening, destination: str, sent: dict[str, str]
) -> None:
    async with opening(later, write_allowed=True) as session:
        first = await session.change(change("push.stop", "*", destination=destination))
        second = await session.change(change("push.stop", "*", destination=destination))

    assert ["accepted", "already"] == [first.reported, second.reported]
    assert [sent] == later.posted


async def test_a_gateway_is_switched_off_by_its_flag(later: FakeZoneMinder, opening: Opening) -> None:
    later.monitors[1]["Go2RTCEnabled"] = True

    async with opening(later, write_allowed=True) as session:
        await session.change(change("stream.stop", service="go2rtc"))

    assert [{"Go2RTCEnabled": "0"}] == later.posted
    assert later.monitors[1]["Go2RTCEnabled"] is False


@pytest.mark.parametrize(
    "asked",
    [
        change("stream.stop", service="smoke-signals"),
        change("stream.stop", service="go2rtc"),  # 1.36 has no such flag
        change("push.stop", "*", destination="filters:upload"),
        change("push.stop", "*", destination="event-server"),
        change("recording.stop", job="2"),
        change("footage.purge", "*", cutoff=LONG_AFTER),
        change("footage.purge", cutoff="yesterday"),
        change("footage.purge", cutoff="2026-11-20T00:00:00"),
    ],
)
async def test_what_the_driver_cannot_do_is_no_proof_that_zoneminder_cannot(
    fake: FakeZoneMinder, opening: Opening, asked: Change
) -> None:
    async with opening(fake, write_allowed=True) as session:
        with pytest.raises(DeviceFault):
            await session.change(asked)

    assert 0 == session.client.requests[Effect.WRITE]


async def test_a_verb_that_is_not_ours_is_not_supported(fake: FakeZoneMinder, opening: Opening) -> None:
    async with opening(fake, write_allowed=True) as session:
        with pytest.raises(NotSupported):
            await session.change(change("retention.set", store="1", seconds="60"))


async def test_a_purge_deletes_one_by_one_and_leaves_other_monitors_alone(
    fake: FakeZoneMinder, opening: Opening
) -> None:
    fake.add_event(2)

    async with opening(fake, write_allowed=True) as session:
        receipt = await session.change(change("footage.purge", cutoff=LONG_AFTER))

    assert ("accepted", 3) == (receipt.reported, receipt.requests)
    assert [4] == list(fake.events)


async def test_archived_events_are_left_and_reported_and_never_unlocked(fake: FakeZoneMinder, opening: Opening) -> None:
    fake.events[2]["Archived"] = 1

    async with opening(fake, write_allowed=True) as session:
        with pytest.raises(Refused) as refused:
            await session.change(change("footage.purge", cutoff=LONG_AFTER))
        facts = await session.read(["1"])

    assert "archived" == refused.value.code
    assert [2] == list(fake.events)
    (footage,) = [fact.reading.value for key, fact in facts.items() if key.name == "footage.recordings"]  # type: ignore[union-attr]
    assert [("2", True)] == [(item.id, item.locked) for item in footage.values]
    assert not [seen for seen in fake.seen if seen.startswith("POST events")]


async def test_ages_that_cannot_be_told_stop_a_purge_before_it_begins(fake: FakeZoneMinder, opening: Opening) -> None:
    fake.logs.clear()
    soon_after = (OPENED + timedelta(hours=1)).isoformat()

    async with opening(fake, write_allowed=True) as session:
        with pytest.raises(Refused) as refused:
            await session.change(change("footage.purge", cutoff=soon_after))

    assert "times-unknown" == refused.value.code
    assert 3 == len(fake.events)
    assert 0 == session.client.requests[Effect.WRITE]


async def test_events_gone_before_we_came_are_no_failure(fake: FakeZoneMinder, opening: Opening) -> None:
    def faster(request: object) -> None:
        if fake.seen[-1].startswith("DELETE"):
            fake.events.clear()

    fake.before_reply = faster
    async with opening(fake, write_allowed=True) as session:
        receipt = await session.change(change("footage.purge", cutoff=LONG_AFTER))

    assert "accepted" == receipt.reported
    assert {} == fake.events
