from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from vmsguard.errors import AuthRejected, DeviceFault, GuardTripped, Unreachable
from vmsguard.model.changes import Permit
from vmsguard.model.inventory import Limits
from vmsguard.model.vocabulary import Effect
from vmsguard.net.client import HttpAuth
from vmsguard.net.login import Login

LOGIN = Login("secret://test", "admin", "s3cret-Pa55")
PERMIT = Permit("run", "change", 1, datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=1))

READ = {"effect": Effect.READ, "operation": "GetThing"}
WRITE = {"effect": Effect.WRITE, "operation": "SetThing"}


def says(body: bytes = b"ok", status: str = "200 OK", *headers: str):
    async def answer(asked, writer) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + body)

    return answer


def hangs_up(times: int = 10**6):
    """Closes the connection instead of answering, for the first so many requests."""
    left = [times]

    async def answer(asked, writer) -> None:
        if left[0]:
            left[0] -= 1
            writer.transport.abort()
        else:
            await says()(asked, writer)

    return answer


async def test_a_reply_is_handed_over_whole(start_server, connect) -> None:
    server = await start_server(says(b"body", "200 OK", "X-Thing: 1"))
    reply = await connect(server.url).request("POST", "/a?b=c", body=b"asked", headers={"Content-Type": "x/y"}, **READ)
    assert (200, b"body", "1") == (reply.status, reply.body, reply.headers["x-thing"])
    asked = server.asked[0]
    assert ("POST", "/a?b=c", b"asked", "x/y") == (asked.method, asked.path, asked.body, asked.headers["content-type"])
    assert asked.headers["accept-encoding"] == "identity"


async def test_parameters_are_encoded_into_the_query(start_server, connect) -> None:
    server = await start_server()
    await connect(server.url).request("GET", "/a", params={"token": "x&y=z"}, **READ)
    assert server.asked[0].path == "/a?token=x%26y%3Dz"


async def test_a_path_without_a_slash_is_below_the_enrolled_path(start_server, connect) -> None:
    server = await start_server()
    await connect(f"{server.url}/zm/").request("GET", "api/host.json", **READ)
    assert server.asked[0].path == "/zm/api/host.json"


async def test_headers_only_hangs_up_before_the_body(start_server, connect) -> None:
    async def never_ends(asked, writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 1000000000\r\n\r\n")

    server = await start_server(never_ends)
    reply = await connect(server.url).request("GET", "/snap", headers_only=True, **READ)
    assert (200, b"", "image/jpeg") == (reply.status, reply.body, reply.headers["Content-Type"])


# --- effects ---------------------------------------------------------------------------------------------


async def test_a_read_is_sent_a_second_time_when_the_connection_was_lost(start_server, connect) -> None:
    server = await start_server(hangs_up(1))
    client = connect(server.url)
    reply = await client.request("POST", "/", **READ)
    assert (reply.body, len(server.asked), client.requests[Effect.READ]) == (b"ok", 2, 2)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_read_is_not_sent_a_third_time(start_server, connect, method) -> None:
    server = await start_server(hangs_up())
    with pytest.raises(Unreachable):
        await connect(server.url).request(method, "/", **READ)
    assert len(server.asked) == 2


@pytest.mark.parametrize("effect", [Effect.SESSION, Effect.WRITE])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_a_session_or_write_is_sent_once_whatever_the_method(start_server, connect, effect, method) -> None:
    server = await start_server(hangs_up())
    client = connect(server.url, write_allowed=True)
    with pytest.raises(Unreachable):
        await client.request(method, "/", effect=effect, operation="x", permit=PERMIT)
    assert (len(server.asked), client.requests[effect]) == (1, 1)


async def test_a_write_opens_a_connection_of_its_own(start_server, connect) -> None:
    server = await start_server()
    client = connect(server.url, write_allowed=True)
    for _ in range(2):
        await client.request("POST", "/", **READ)
    for _ in range(2):
        await client.request("POST", "/", permit=PERMIT, **WRITE)
    numbers = [asked.connection for asked in server.asked]
    assert numbers == [1, 1, 2, 3]


@pytest.mark.parametrize(("effect", "steps"), [(Effect.WRITE, [0, 1]), (Effect.SESSION, []), (Effect.READ, [])])
async def test_a_process_can_be_stopped_before_a_write_leaves_and_when_its_answer_is_there(
    start_server, connect, monkeypatch, effect, steps
) -> None:
    server = await start_server()
    arrived: list[int] = []
    monkeypatch.setattr("vmsguard.net.client.durable_step", lambda: arrived.append(len(server.asked)))
    client = connect(server.url, write_allowed=True)
    await client.request("POST", "/", effect=effect, operation="x", permit=PERMIT)
    assert steps == arrived


async def test_a_write_that_no_answer_came_to_is_no_second_step(start_server, connect, monkeypatch) -> None:
    server = await start_server(hangs_up())
    arrived: list[int] = []
    monkeypatch.setattr("vmsguard.net.client.durable_step", lambda: arrived.append(len(server.asked)))
    with pytest.raises(Unreachable):
        await connect(server.url, write_allowed=True).request("POST", "/", permit=PERMIT, **WRITE)
    assert [0] == arrived


@pytest.mark.parametrize(
    ("write_allowed", "permit", "live"),
    [(False, PERMIT, True), (True, None, True), (True, PERMIT, False)],
    ids=["session may not write", "no permit", "permit ended"],
)
async def test_a_write_needs_a_session_that_may_and_a_live_permit(
    start_server, connect, write_allowed, permit, live
) -> None:
    server = await start_server()
    client = connect(server.url, write_allowed=write_allowed, permit_is_live=lambda permit: live)
    with pytest.raises(GuardTripped, match="without a live permit"):
        await client.request("POST", "/", permit=permit, **WRITE)
    assert (server.asked, client.requests.total()) == ([], 0)


async def test_a_write_whose_permit_ended_while_it_waited_for_its_turn_is_not_sent(start_server, connect) -> None:
    server = await start_server()
    looks = iter([True, False])
    client = connect(server.url, write_allowed=True, permit_is_live=lambda permit: next(looks))
    with pytest.raises(GuardTripped, match="without a live permit"):
        await client.request("POST", "/", permit=PERMIT, **WRITE)
    assert (server.asked, client.requests.total()) == ([], 0)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_a_read_may_not_use_a_method_that_changes(start_server, connect, method) -> None:
    server = await start_server()
    with pytest.raises(GuardTripped, match="not a read"):
        await connect(server.url).request(method, "/", **READ)
    assert server.asked == []


# --- status ----------------------------------------------------------------------------------------------


async def test_an_unexpected_status_is_a_fault_with_its_code(start_server, connect) -> None:
    server = await start_server(says(b"secret text", "500 Oh admin:s3cret"))
    with pytest.raises(DeviceFault) as raised:
        await connect(server.url).request("GET", "/", **READ)
    assert ("http-500", "t-1: GetThing: status 500") == (raised.value.code, str(raised.value))
    assert len(server.asked) == 1


async def test_an_accepted_status_is_handed_over(start_server, connect) -> None:
    server = await start_server(says(b"fault", "400 Bad Request"))
    reply = await connect(server.url).request("POST", "/", accept_status=frozenset({400}), **READ)
    assert (400, b"fault") == (reply.status, reply.body)


async def test_an_unasked_401_is_auth_rejected_and_not_repeated(start_server, connect) -> None:
    server = await start_server(says(b"", "401 Unauthorized"))
    with pytest.raises(AuthRejected):
        await connect(server.url).request("GET", "/", **READ)
    assert len(server.asked) == 1


# --- rate ------------------------------------------------------------------------------------------------


async def test_one_request_of_a_target_is_in_flight_at_a_time(start_server, connect) -> None:
    flying, most = [0], [0]

    async def slow(asked, writer) -> None:
        flying[0] += 1
        most[0] = max(most[0], flying[0])
        await asyncio.sleep(0.01)
        flying[0] -= 1
        await says()(asked, writer)

    server = await start_server(slow)
    first, second = connect(server.url), connect(server.url)
    await asyncio.gather(*(client.request("GET", "/", **READ) for client in (first, second, first, second)))
    assert (most[0], len(server.asked)) == (1, 4)


async def test_targets_that_share_a_host_do_not_wait_for_each_other(start_server, connect) -> None:
    both = asyncio.Barrier(2)

    async def together(asked, writer) -> None:
        await both.wait()
        await says()(asked, writer)

    server = await start_server(together)
    clients = [connect(server.url, id="t-1"), connect(server.url, id="t-2")]
    replies = await asyncio.gather(*(client.request("GET", "/", **READ) for client in clients))
    assert [200, 200] == [reply.status for reply in replies]


# --- construction ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"url": "http://admin:s3cret@127.0.0.1/"}, "user info"),
        ({"url": "ftp://127.0.0.1/"}, "not an http or https"),
        ({"url": "http:///x"}, "not an http or https"),
        ({"url": "http://127.0.0.1:99999/"}, "not a URL"),
        ({"url": "http://127.0.0.1/", "tls_pin": "00" * 32}, "not https"),
        ({"url": "http://127.0.0.1/", "limits": Limits(requests_per_second=0)}, "above zero"),
    ],
)
async def test_a_target_that_cannot_be_guarded_is_refused(connect, fields, says) -> None:
    url = fields.pop("url")
    with pytest.raises(GuardTripped, match=says) as raised:
        connect(url, **fields)
    assert "s3cret" not in repr(raised.value)


async def test_nothing_about_a_client_shows_its_login(start_server, connect) -> None:
    client = connect("http://127.0.0.1:1/", login=LOGIN)
    assert LOGIN.password not in repr(client) + str(vars(client))
    with pytest.raises(Unreachable, match="refused") as raised:
        await client.request("GET", "/x?token=t0k", auth=HttpAuth.DIGEST, **READ)
    assert "t0k" not in str(raised.value)
