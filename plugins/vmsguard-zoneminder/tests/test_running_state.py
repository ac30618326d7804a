from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from vmsguard_zoneminder.rows import LogLine
from vmsguard_zoneminder.running_state import began_in, since_in
from zoneminder_enrolled import Opening
from zoneminder_fake import FakeZoneMinder, admin

from vmsguard.model.manifest import Identity

BEGAN = datetime(2026, 11, 22, 16, 16, 28, tzinfo=UTC)


async def who(fake: FakeZoneMinder, opening: Opening) -> Identity:
    async with opening(fake) as session:
        return session.identity


async def test_an_administrator_is_told_that_it_runs_and_the_log_since_when(
    fake: FakeZoneMinder, opening: Opening
) -> None:
    fake.start(BEGAN)

    told = await who(fake, opening)

    assert "running, state 1" == told.run_state
    assert told.booted_at is not None
    assert abs(told.booted_at - BEGAN) <= timedelta(seconds=2)  # the fake's clock is ours


async def test_an_account_that_may_look_is_told_since_when_it_runs(fake: FakeZoneMinder, opening: Opening) -> None:
    fake.users = [admin(System="View")]
    fake.start(BEGAN)

    told = await who(fake, opening)

    assert ("running since 26/11/22 16:16:28, state 1", None) == (told.run_state, told.booted_at)


@pytest.mark.parametrize("right", ["View", "Edit"])
async def test_daemons_that_were_stopped_are_told_though_the_interface_answers(
    fake: FakeZoneMinder, opening: Opening, right: str
) -> None:
    fake.users = [admin(System=right)]
    fake.running_since = ""

    assert "stopped, state 1" == (await who(fake, opening)).run_state


async def test_another_run_state_is_another_word_and_its_name_is_not_told(
    fake: FakeZoneMinder, opening: Opening
) -> None:
    for row in fake.states:
        row["IsActive"] = 0
    fake.states.append({"Id": 7, "Name": "kim-is-home", "Definition": "1:None:1", "IsActive": 1})

    assert "running, state 7" == (await who(fake, opening)).run_state


async def test_an_account_without_a_right_on_the_system_is_told_that_it_runs(
    fake: FakeZoneMinder, opening: Opening
) -> None:
    def denied(request: web.Request) -> web.StreamResponse | None:
        closed = ("/users", "/states.json", "/logs.json")
        if any(part in request.path for part in closed):
            return web.json_response({"data": {"name": "Insufficient privileges"}}, status=401)
        return None

    fake.before_reply = denied

    told = await who(fake, opening)

    assert ("running", None) == (told.run_state, told.booted_at)


@pytest.mark.parametrize("path", ["host/daemonCheck.json", "states.json", "logs.json"])
async def test_a_part_that_cannot_be_read_now_tells_nothing_and_ends_no_session(
    fake: FakeZoneMinder, opening: Opening, path: str
) -> None:
    fake.before_reply = lambda request: web.Response(status=500) if request.path.endswith(path) else None

    told = await who(fake, opening)

    assert ("", None, "1.36.33") == (told.run_state, told.booted_at, told.firmware)


async def test_a_start_that_newer_lines_pushed_out_of_the_log_is_not_told(
    fake: FakeZoneMinder, opening: Opening
) -> None:
    fake.start(BEGAN)
    for _ in range(100):
        fake.add_event(1)

    assert None is (await who(fake, opening)).booted_at


@pytest.mark.parametrize("told", [None, 1, "", "'zmwatch.pl' not running", "running since yesterday"])
def test_what_is_no_time_is_no_since(told: object) -> None:
    assert "" == since_in(told)


def test_of_several_starts_the_last_counts() -> None:
    at = BEGAN.timestamp()
    lines = [LogLine(at - number, "zmdc", "Server starting at 26/11/22") for number in (60, 0, 30)]

    assert began_in([*lines, LogLine(at + 9, "zmdc", "'zmc -m 1' starting at 26/11/22")]) == BEGAN
    assert None is began_in([LogLine(at, "zmc_m1", "Server starting at 26/11/22")])


@given(st.lists(st.floats(allow_nan=True)))
def test_no_time_in_a_log_is_too_strange(times: list[float]) -> None:
    found = began_in(LogLine(time, "zmdc", "Server starting at x") for time in times)

    assert found is None or found.year >= 2000
