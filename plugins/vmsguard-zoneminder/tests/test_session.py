from __future__ import annotations

import traceback
from datetime import UTC, datetime

import msgspec
import pytest
from aiohttp import web
from vmsguard_zoneminder.driver import ZoneMinderDriver
from zoneminder_enrolled import Opening, enrolled
from zoneminder_fake import FakeZoneMinder, admin

from vmsguard.errors import AuthRejected, DeviceFault, DriverError, GuardTripped, ProtocolViolation, Refused
from vmsguard.model.changes import Change
from vmsguard.model.facts import Known, Unknown
from vmsguard.model.vocabulary import Effect, Why
from vmsguard.net.login import Login
from vmsguard.testing import open_session


class OwnClock:
    """A clock a test turns on."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


async def test_a_wrong_password_is_refused_once_and_named_as_such(fake: FakeZoneMinder, opening: Opening) -> None:
    with pytest.raises(AuthRejected):
        async with opening(fake, login=Login("secret://test", "admin", "wrong")):
            pass

    assert ["POST host/login.json"] == fake.seen


@pytest.mark.parametrize(
    ("reason", "words"),
    [("API disabled for: admin", "Switch the API on"), ("Please create a valid AUTH_HASH_SECRET", "AUTH_HASH_SECRET")],
)
async def test_a_refusal_says_what_to_do(fake: FakeZoneMinder, opening: Opening, reason: str, words: str) -> None:
    fake.before_reply = lambda request: web.json_response({"data": {"name": reason}}, status=401)

    with pytest.raises(AuthRejected) as refused:
        async with opening(fake):
            pass

    assert words in refused.value.hint


async def test_neither_token_nor_password_reaches_an_error(fake: FakeZoneMinder, opening: Opening) -> None:
    errors: list[DriverError] = []
    async with opening(fake) as session:
        token = session.driver._session._token  # type: ignore[attr-defined]
        for status in (200, 401, 404, 500, 302):

            def failing(request: web.Request, status: int = status) -> web.Response:
                return web.json_response({"data": {"name": str(request.rel_url)}}, status=status)

            fake.before_reply = failing
            with pytest.raises(DriverError) as failed:
                _ = [channel async for channel in session.driver.channels()]
            errors.append(failed.value)

    told = "".join("".join(traceback.format_exception(error)) + error.hint for error in errors)
    assert 5 == len(errors)
    assert token
    assert token not in told
    assert fake.password not in told


async def test_a_token_is_renewed_before_it_ends(fake: FakeZoneMinder) -> None:
    clock = OwnClock()
    login = Login("secret://test", "admin", fake.password)
    async with open_session(ZoneMinderDriver, enrolled(fake), login=login, clock=clock) as session:
        await session.channels()
        clock.seconds = 7100.0
        await session.channels()

    assert 2 == fake.seen.count("POST host/login.json")


async def test_a_password_does_not_travel_in_clear_text_over_a_network(fake: FakeZoneMinder) -> None:
    target = msgspec.structs.replace(enrolled(fake), url="http://192.0.2.1/zm")

    with pytest.raises(GuardTripped):
        async with open_session(ZoneMinderDriver, target, login=Login("secret://test", "admin", "x")) as session:
            pytest.fail(f"opened {session.identity}")

    assert [] == fake.seen


async def test_what_is_no_zoneminder_is_a_protocol_violation(fake: FakeZoneMinder, opening: Opening) -> None:
    fake.before_reply = lambda request: web.Response(text="<html>It works!</html>")

    with pytest.raises(ProtocolViolation) as violation:
        async with opening(fake):
            pass

    assert "/api" in violation.value.hint


async def test_without_authentication_everybody_is_an_administrator(fake: FakeZoneMinder) -> None:
    fake.auth = False

    async with open_session(ZoneMinderDriver, enrolled(fake)) as session:
        facts = await session.read(["1"])

    assert ("no-auth-required", "plain-http") == session.identity.notes
    assert session.identity.as_administrator is True
    assert [True] == [fact.reading.value for key, fact in facts.items() if key.name == "access.anonymous"]  # type: ignore[union-attr]


async def test_a_missing_login_is_told_as_one(fake: FakeZoneMinder) -> None:
    with pytest.raises(AuthRejected) as refused:
        async with open_session(ZoneMinderDriver, enrolled(fake)):
            pass

    assert "Give the target a login" in refused.value.hint


@pytest.mark.parametrize(
    ("user", "proven"), [(admin(), True), (admin(System="View"), False), (admin(Username="other"), None)]
)
async def test_an_administrator_is_proven_by_the_own_account_alone(
    fake: FakeZoneMinder, opening: Opening, user: dict[str, object], proven: bool | None
) -> None:
    fake.users = [user]

    async with opening(fake) as session:
        assert proven is session.identity.as_administrator


async def test_an_account_without_a_right_makes_facts_unknown_and_names_the_right(
    fake: FakeZoneMinder, opening: Opening
) -> None:
    def closed(request: web.Request) -> web.Response | None:
        if not request.match_info["path"].startswith(("users", "storage", "logs")):
            return None
        return web.json_response({"data": {"name": "Insufficient Privileges"}}, status=401)

    fake.before_reply = closed
    async with opening(fake, storage_path="/srv/events") as session:
        facts = {key.name: fact.reading for key, fact in (await session.read(["1"])).items()}

    assert session.identity.as_administrator is False
    stores, accounts, footage = facts["stores"], facts["access.accounts"], facts["footage.recordings"]
    assert isinstance(stores, Unknown)
    assert Why.AUTH is stores.why
    assert "System=View" in stores.detail
    assert isinstance(accounts, Unknown)
    assert isinstance(footage, Known)
    assert [None, None, None] == [recording.start for recording in footage.value.values]
    assert not footage.value.complete


async def test_a_validation_error_in_a_200_is_no_success(fake: FakeZoneMinder, opening: Opening) -> None:
    def invalid(request: web.Request) -> web.Response | None:
        return (
            web.json_response({"message": "Error Array()"})
            if request.path.endswith("monitors/1.json") and (request.method == "POST")
            else None
        )

    fake.before_reply = invalid
    change = Change("recording.stop", "t-zm", "1", {"job": "1"})
    async with opening(fake, write_allowed=True) as session:
        with pytest.raises(Refused) as refused:
            await session.change(change)

    assert "not-saved" == refused.value.code
    assert 1 == session.client.requests[Effect.WRITE]


async def test_a_server_error_is_a_fault_with_its_status(fake: FakeZoneMinder, opening: Opening) -> None:
    async with opening(fake) as session:
        fake.before_reply = lambda request: web.json_response({"data": {"name": "An Internal Error"}}, status=500)
        with pytest.raises(DeviceFault) as fault:
            _ = [channel async for channel in session.driver.channels()]

    assert "http-500" == fault.value.code
