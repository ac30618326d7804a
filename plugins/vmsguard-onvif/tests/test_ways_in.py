"""How the driver gets in, what it notes on the way, and when it keeps the login to itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from vmsguard_onvif.driver import OnvifDriver
from vmsguard_onvif.factory_accounts import is_factory_account, is_factory_login
from vmsguard_onvif.replies.device import User

from vmsguard.errors import LoginWeakened
from vmsguard.model.facts import FactKey
from vmsguard.model.vocabulary import WHOLE
from vmsguard.net.login import Login
from vmsguard.simulator.device_state import Account
from vmsguard.testing import open_session

LOGIN = Login("secret://test/onvif", "admin", "simulated")
Simulate = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.mark.parametrize("auth", ["wsse", "digest"])
async def test_the_session_says_how_its_login_travelled(simulate: Simulate, auth: str) -> None:
    async with simulate(auth=auth) as simulated, simulated.session() as session:
        assert auth == session.identity.login_mode


async def test_without_a_login_none_travelled(simulate: Simulate) -> None:
    async with simulate(auth="none") as simulated, simulated.session(login=None) as session:
        assert "none" == session.identity.login_mode


@pytest.mark.parametrize("auth", ["wsse", "none"])
async def test_who_asked_for_digest_before_gets_no_weaker_login(
    simulate: Simulate, auth: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> str:
        raise AssertionError("a token was made")

    monkeypatch.setattr("vmsguard_onvif.session.username_token", never)
    async with simulate(auth=auth) as simulated:
        with pytest.raises(LoginWeakened):
            async with open_session(OnvifDriver, simulated.target(), login=LOGIN, login_mode_before="digest"):
                pass


async def test_who_asks_for_digest_again_is_answered(simulate: Simulate) -> None:
    async with (
        simulate(auth="digest") as simulated,
        open_session(OnvifDriver, simulated.target(), login=LOGIN, login_mode_before="digest") as session,
    ):
        assert "digest" == session.identity.login_mode


async def test_a_stronger_login_than_before_is_taken(simulate: Simulate) -> None:
    async with (
        simulate(auth="digest") as simulated,
        open_session(OnvifDriver, simulated.target(), login=LOGIN, login_mode_before="wsse") as session,
    ):
        assert "digest" == session.identity.login_mode


async def test_the_inventorys_own_word_goes_before_what_was_before(simulate: Simulate) -> None:
    async with (
        simulate(auth="wsse") as simulated,
        open_session(OnvifDriver, simulated.target(auth="wsse"), login=LOGIN, login_mode_before="digest") as session,
    ):
        assert "wsse" == session.identity.login_mode


async def test_a_device_without_a_login_lists_its_accounts_to_anybody(simulate: Simulate) -> None:
    async with simulate(auth="none") as simulated, simulated.session() as session:
        assert {"no-auth-required", "accounts-without-login"} <= set(session.identity.notes)


async def test_a_device_with_a_login_is_asked_for_its_accounts_only_with_it(simulate: Simulate) -> None:
    async with simulate(auth="wsse") as simulated, simulated.session() as session:
        assert ("plain-http",) == session.identity.notes


async def test_no_login_travels_over_plain_http_where_there_is_none(simulate: Simulate) -> None:
    async with simulate(auth="none") as simulated, simulated.session(login=None) as session:
        assert "plain-http" not in session.identity.notes


@pytest.mark.parametrize(("offset", "told"), [(-59.0, False), (-3600.0, True), (3600.0, True)])
async def test_a_clock_more_than_a_minute_off_is_noted(simulate: Simulate, offset: float, told: bool) -> None:
    async with simulate() as simulated:
        simulated.simulator.session("cam").device.clock_offset = offset
        async with simulated.session() as session:
            assert told == ("clock-off" in session.identity.notes)


async def test_accounts_that_stand_for_everybody_are_told_by_their_level(simulate: Simulate) -> None:
    async with simulate() as simulated:
        simulated.simulator.session("cam").device.accounts.append(Account("visitor", "x", "Anonymous"))
        async with simulated.session() as session:
            facts = await session.read([])
            assert "anonymous-account" in session.identity.notes
            told = facts[FactKey("cam", WHOLE, "access.accounts")].reading.value.values
            assert [False, True] == [account.default for account in told]


@pytest.mark.parametrize(
    ("user", "password", "told"),
    [
        ("admin", "12345", True),
        ("Admin", "ADMIN", True),
        ("operator", "", True),
        ("666666", "666666", True),
        ("admin", "b8-Kestrel-51", False),
        ("viewer", "12345", False),
    ],
)
def test_a_factory_login_is_known_without_trying_one(user: str, password: str, told: bool) -> None:
    assert told == is_factory_login(Login("r", user, password))


@pytest.mark.parametrize(
    ("user", "told"),
    [
        (User("666666", "Operator"), True),
        (User("somebody", "Anonymous"), True),
        (User("admin", "Administrator"), True),
        (User("guard", "User"), False),
    ],
)
def test_a_factory_account_is_known_by_its_name_its_level_or_the_login_it_took(user: User, told: bool) -> None:
    assert told == is_factory_account(user, [Login("r", "admin", "admin")])


async def test_a_factory_login_that_is_taken_is_noted(simulate: Simulate) -> None:
    async with simulate(auth="digest") as simulated:
        simulated.simulator.session("cam").device.accounts.append(Account("root", "pass", "Administrator"))
        async with simulated.session(login=Login("r", "root", "pass")) as session:
            assert "factory-login" in session.identity.notes
