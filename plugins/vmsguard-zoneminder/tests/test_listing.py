from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp import web
from zoneminder_enrolled import Opening
from zoneminder_fake import OPENED, FakeZoneMinder, admin

from vmsguard.model.facts import Known, Unknown
from vmsguard.model.vocabulary import Why


async def test_every_event_is_listed_past_the_silent_cap_of_a_page(fake: FakeZoneMinder, opening: Opening) -> None:
    for _ in range(250):
        fake.add_event(2)

    async with opening(fake) as session:
        facts = await session.read(["2"])

    (footage,) = [fact.reading.value for key, fact in facts.items() if key.name == "footage.recordings"]  # type: ignore[union-attr]
    assert [str(id_) for id_ in range(4, 254)] == [recording.id for recording in footage.values]


async def test_an_event_deleted_between_two_pages_hides_no_other(fake: FakeZoneMinder, opening: Opening) -> None:
    for _ in range(150):
        fake.add_event(2)

    def shift(request: web.Request) -> None:
        if request.match_info["path"].startswith("events/index/Id >:1"):
            fake.events.pop(4, None)

    fake.before_reply = shift
    async with opening(fake) as session:
        facts = await session.read(["2"])

    (footage,) = [fact.reading.value for key, fact in facts.items() if key.name == "footage.recordings"]  # type: ignore[union-attr]
    assert {str(id_) for id_ in range(5, 154)} <= {recording.id for recording in footage.values}


async def test_a_list_in_another_order_is_not_trusted(fake: FakeZoneMinder, opening: Opening) -> None:
    def disordered(request: web.Request) -> web.Response | None:
        if not request.match_info["path"].startswith("events/index/Id"):
            return None
        rows = [{"Event": fake.events[2]}, {"Event": fake.events[1]}]
        return web.json_response({"events": rows, "pagination": {"nextPage": False}})

    fake.before_reply = disordered
    async with opening(fake) as session:
        facts = await session.read(["1"])

    (footage,) = [fact.reading for key, fact in facts.items() if key.name == "footage.recordings"]
    assert isinstance(footage, Unknown)
    assert Why.PROTOCOL is footage.why


async def test_accounts_past_the_first_page_are_counted(fake: FakeZoneMinder, opening: Opening) -> None:
    fake.users = [admin(), *(admin(Id=id_, Username=f"person-{id_}", System="None") for id_ in range(2, 46))]

    async with opening(fake) as session:
        facts = await session.read(["1"])

    (accounts,) = [fact.reading.value.values for key, fact in facts.items() if key.name == "access.accounts"]  # type: ignore[union-attr]
    assert 45 == len(accounts)
    assert [("u1", "administrator", True)] == [(a.id, a.level, a.default) for a in accounts if a.default]
    assert "person" not in str(accounts)


@pytest.mark.parametrize("hours", [-8, 0, 9])
async def test_times_are_utc_whatever_the_recorder_calls_local(hours: int, opening: Opening) -> None:
    async with FakeZoneMinder(offset_hours=hours) as server:
        server.add_monitor(1)
        server.add_event(1)
        async with opening(server) as session:
            facts = await session.read(["1"])

    (footage,) = [fact.reading.value for key, fact in facts.items() if key.name == "footage.recordings"]  # type: ignore[union-attr]
    assert [(OPENED, OPENED + timedelta(minutes=10))] == [(item.start, item.end) for item in footage.values]


async def test_the_log_may_tell_the_offset_from_another_monitors_event(opening: Opening) -> None:
    async with FakeZoneMinder(offset_hours=9) as server:
        server.add_monitor(1)
        server.add_monitor(2)
        server.add_event(1)
        server.logs.clear()
        server.add_event(2)
        async with opening(server) as session:
            facts = await session.read(["1"])

    (footage,) = [fact.reading for key, fact in facts.items() if key.name == "footage.recordings"]
    assert isinstance(footage, Known)
    assert [OPENED] == [item.start for item in footage.value.values]


async def test_without_a_log_that_tells_times_are_not_known(fake: FakeZoneMinder, opening: Opening) -> None:
    fake.logs.clear()

    async with opening(fake) as session:
        facts = await session.read(["1"])

    (footage,) = [fact.reading for key, fact in facts.items() if key.name == "footage.recordings"]
    assert isinstance(footage, Known)
    assert [None, None, None] == [item.start for item in footage.value.values]
