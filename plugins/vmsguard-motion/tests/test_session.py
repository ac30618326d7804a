from __future__ import annotations

import pytest
from aiohttp import web
from motion_enrolled import Opening, enrolled
from motion_fake import FakeMotion
from vmsguard_motion.driver import MotionDriver

from vmsguard.errors import AuthRejected, GuardTripped, LoginWeakened, ProtocolViolation
from vmsguard.net.login import Login
from vmsguard.testing import open_session


async def test_who_answered_and_as_whom_we_are_in(fake: FakeMotion, opening: Opening) -> None:
    async with opening(fake) as session:
        who = session.identity
    assert ("motion", "4.5.1", True, "basic") == (who.model, who.firmware, who.as_administrator, who.login_mode)
    assert ("plain-http",) == who.notes


async def test_whether_detection_is_paused_is_told_and_since_when_motion_runs_is_not(
    fake: FakeMotion, opening: Opening
) -> None:
    async with opening(fake) as session:
        before = session.identity
    fake.paused.add("2")
    async with opening(fake) as session:
        after = session.identity
    assert ("1 ACTIVE, 2 ACTIVE", "1 ACTIVE, 2 PAUSE", None) == (before.run_state, after.run_state, after.booted_at)


async def test_states_that_cannot_be_read_end_no_session(fake: FakeMotion, opening: Opening) -> None:
    fake.before_reply = lambda request: web.Response(status=500) if "status" in request.path else None
    async with opening(fake) as session:
        assert ("", "4.5.1") == (session.identity.run_state, session.identity.firmware)


async def test_the_first_request_carries_no_login(fake: FakeMotion, opening: Opening) -> None:
    sent: list[bool] = []

    def note(request: web.Request) -> None:
        sent.append("Authorization" in request.headers)

    fake.before_reply = note  # type: ignore[assignment]
    async with opening(fake):
        pass
    assert [False, True] == sent[:2]


async def test_a_login_that_nobody_asks_for_is_not_sent(fake: FakeMotion, opening: Opening) -> None:
    fake.password = ""
    async with opening(fake, login=Login("secret://test", "admin", "hunter2")) as session:
        assert ("no-auth-required", "plain-http") == session.identity.notes
        assert "none" == session.identity.login_mode


async def test_less_than_all_rights_is_no_administrator(fake: FakeMotion, opening: Opening) -> None:
    fake.level = 2
    async with opening(fake) as session:
        assert session.identity.as_administrator is False


async def test_a_wrong_password_is_refused_and_not_tried_again(fake: FakeMotion, opening: Opening) -> None:
    with pytest.raises(AuthRejected):
        async with opening(fake, login=Login("secret://test", "admin", "wrong")):
            pass
    assert 2 == len(fake.seen)


async def test_without_a_login_it_says_what_to_do(fake: FakeMotion) -> None:
    with pytest.raises(AuthRejected) as refused:
        async with open_session(MotionDriver, enrolled(fake)):
            pass
    assert "Give the target a login" in refused.value.hint


async def test_a_weaker_way_to_log_in_than_before_gets_no_password(fake: FakeMotion) -> None:
    login = Login("secret://test", "admin", fake.password)
    with pytest.raises(LoginWeakened):
        async with open_session(MotionDriver, enrolled(fake), login=login, login_mode_before="digest"):
            pass
    assert 1 == len(fake.seen)


@pytest.mark.parametrize("page", ["<!DOCTYPE html>\n<html lang=en>", "Motion 5.0.0 \n"])
async def test_pages_for_people_are_told_from_text(fake: FakeMotion, opening: Opening, page: str) -> None:
    fake.password = ""
    fake.before_reply = lambda request: web.Response(text=page)
    with pytest.raises(ProtocolViolation) as refused:
        async with opening(fake, login=Login("secret://test", "a", "b")):
            pass
    assert "webcontrol_interface 1" in refused.value.hint


async def test_later_releases_are_documented_and_not_supported(fake: FakeMotion, opening: Opening) -> None:
    fake.release = "4.7.1"
    async with opening(fake) as session:
        assert {"documented"} == {support.support.value for support in session.manifest.facts}


async def test_ports_that_are_none_are_a_mistake_of_the_inventory(fake: FakeMotion, opening: Opening) -> None:
    with pytest.raises(GuardTripped) as refused:
        async with opening(fake, stream_ports="http"):
            pass
    assert "port numbers" in refused.value.hint
