"""Logins are checked as devices check them, and each level may do what its access classes allow."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
import pytest

JOB = "<trc:JobToken>job-1</trc:JobToken><trc:Mode>Idle</trc:Mode>"
RTSP_OFF = (
    "<tds:NetworkProtocols><tt:Name>RTSP</tt:Name><tt:Enabled>false</tt:Enabled><tt:Port>554</tt:Port>"
    "</tds:NetworkProtocols>"
)
NOT_AUTHORIZED = ("Sender", "NotAuthorized")


async def test_the_clock_the_services_and_their_capabilities_need_no_login(run) -> None:
    async with run({"id": "cam"}) as caller:
        for operation, inner in (
            ("tds:GetSystemDateAndTime", ""),
            ("tds:GetServices", "<tds:IncludeCapability>true</tds:IncludeCapability>"),
            ("trc:GetServiceCapabilities", ""),
        ):
            assert (await caller.ask("cam", operation, inner, header="")).status == 200


@pytest.mark.parametrize(("auth", "status"), [("wsse", 400), ("digest", 401), ("both", 401)])
async def test_a_missing_login_is_refused_in_the_manner_of_the_device(run, auth, status) -> None:
    async with run({"id": "cam", "auth": auth}) as caller:
        answer = await caller.ask("cam", "tds:GetDeviceInformation", header="")
        assert (answer.status, answer.fault) == (status, NOT_AUTHORIZED)
        assert ("WWW-Authenticate" in answer.headers) == (status == 401)


async def test_a_device_without_authentication_answers_anybody(run) -> None:
    async with run({"id": "cam", "auth": "none"}) as caller:
        assert (await caller.ask("cam", "tds:GetUsers", header="")).status == 200


@pytest.mark.parametrize(
    ("user", "password", "late"),
    [("admin", "wrong", 0), ("nobody", "secret", 0), ("admin", "secret", 31), ("admin", "secret", -31)],
)
async def test_a_token_that_is_wrong_or_out_of_its_window_is_refused(run, clock, token, user, password, late) -> None:
    async with run({"id": "cam"}) as caller:
        header = token(user, password, clock.now() - timedelta(seconds=late))
        assert (await caller.ask("cam", "tds:GetDeviceInformation", header=header)).fault == NOT_AUTHORIZED


async def test_a_nonce_counts_once(run, clock, token) -> None:
    async with run({"id": "cam"}) as caller:
        header = token("admin", "secret", clock.now(), nonce=b"once and never again")
        statuses = [(await caller.ask("cam", "tds:GetDeviceInformation", header=header)).status for _ in range(2)]
        assert statuses == [200, 401]


async def test_a_wrong_clock_is_told_and_must_be_followed(run, clock, token) -> None:
    async with run({"id": "cam", "clock_offset": 3600}) as caller:
        told = await caller.ask("cam", "tds:GetSystemDateAndTime")
        assert told.text(".//tt:Hour") == "4"
        ours = token("admin", "secret", clock.now())
        assert (await caller.ask("cam", "tds:GetDeviceInformation", header=ours)).fault == NOT_AUTHORIZED
        theirs = token("admin", "secret", clock.now() + timedelta(hours=1))
        assert (await caller.ask("cam", "tds:GetDeviceInformation", header=theirs)).status == 200


async def test_a_password_in_the_clear_is_refused(run, clock, token) -> None:
    async with run({"id": "cam"}) as caller:
        header = token("admin", "secret", clock.now()).replace("#PasswordDigest", "#PasswordText")
        assert (await caller.ask("cam", "tds:GetDeviceInformation", header=header)).fault == NOT_AUTHORIZED


@pytest.mark.parametrize(("password", "status"), [("secret", 200), ("wrong", 401)])
@pytest.mark.parametrize("auth", ["digest", "both"])
async def test_http_digest_is_spoken_as_an_independent_client_speaks_it(run, auth, password, status) -> None:
    async with run({"id": "cam", "auth": auth}) as caller:
        digest = aiohttp.DigestAuthMiddleware("admin", password)
        for _ in range(2):  # the second with the nonce of the first and the next count
            answer = await caller.ask("cam", "tds:GetDeviceInformation", header="", middlewares=(digest,))
            assert answer.status == status


async def test_a_device_that_wants_http_digest_takes_no_token(run) -> None:
    async with run({"id": "cam", "auth": "digest"}) as caller:
        assert (await caller.ask("cam", "tds:GetDeviceInformation")).status == 401


async def test_a_replayed_authorization_header_is_refused(run) -> None:
    async with run({"id": "cam", "auth": "digest"}) as caller:
        digest = aiohttp.DigestAuthMiddleware("admin", "secret")
        sent: list[str] = []

        async def remember(request, handler):
            sent.append(request.headers.get("Authorization", ""))
            return await handler(request)

        await caller.ask("cam", "tds:GetDeviceInformation", header="", middlewares=(digest, remember))
        again = await caller.ask("cam", "tds:GetDeviceInformation", header="", headers={"Authorization": sent[-1]})
        assert (sent[-1][:7], again.status) == ("Digest ", 401)


@pytest.mark.parametrize(
    ("operation", "inner", "allowed"),
    [
        ("tds:GetDeviceInformation", "", {"viewer", "operator", "admin"}),
        ("trc:GetRecordings", "", {"viewer", "operator", "admin"}),
        ("trc:SetRecordingJobMode", JOB, {"operator", "admin"}),
        ("tds:GetUsers", "", {"admin"}),
        ("tds:SetNetworkProtocols", RTSP_OFF, {"admin"}),
        ("tds:SystemReboot", "", {"admin"}),
    ],
)
async def test_levels_may_do_what_their_access_classes_allow(run, clock, token, operation, inner, allowed) -> None:
    async with run({"id": "cam"}) as caller:
        passed = set()
        for user in ("viewer", "operator", "admin"):
            answer = await caller.ask("cam", operation, inner, header=token(user, "secret", clock.now()))
            if answer.status == 200:
                passed.add(user)
            else:
                assert answer.fault == (*NOT_AUTHORIZED, "OperationProhibited")
        assert passed == allowed


@pytest.mark.parametrize(("password", "status"), [("secret", 200), ("wrong", 401)])
async def test_snapshots_may_want_a_login_of_their_own(run, password, status) -> None:
    async with run({"id": "cam", "media_auth": True}) as caller:
        assert await caller.snapshot("cam") == 401
        digest = aiohttp.DigestAuthMiddleware("admin", password)
        assert await caller.snapshot("cam", middlewares=(digest,)) == status
