from __future__ import annotations

import hashlib
import re

import pytest

from vmsguard.errors import AuthRejected, GuardTripped, ProtocolViolation, Unreachable
from vmsguard.model.vocabulary import Effect
from vmsguard.net.client import HttpAuth
from vmsguard.net.login import Login

LOGIN = Login("secret://test", "admin", "s3cret-Pa55")
READ = {"effect": Effect.READ, "operation": "GetThing"}
REALM, NONCE = "cam", "n0nce"


def digest_server(
    *, password: str = LOGIN.password, algorithm: str = "MD5", refuse: frozenset[str] = frozenset(), before: str = ""
):
    """Answers Digest (RFC 7616, qop=auth) as a camera does; refuses the paths named even with the right login."""
    hashed = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[algorithm]

    def h(text: str) -> str:
        return hashed(text.encode()).hexdigest()

    async def answer(asked, writer) -> None:
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', asked.headers.get("authorization", "")))
        expected = h(
            f"{h(f'admin:{REALM}:{password}')}:{NONCE}:{given.get('nc')}:{given.get('cnonce')}:auth:"
            f"{h(f'{asked.method}:{asked.path}')}"
        )
        if given.get("response") == expected and asked.path not in refuse:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        else:
            challenge = before + f'Digest realm="{REALM}", nonce="{NONCE}", qop="auth", algorithm={algorithm}'
            writer.write(f"HTTP/1.1 401 No\r\nWWW-Authenticate: {challenge}\r\nContent-Length: 3\r\n\r\nno!".encode())

    return answer


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
async def test_a_digest_challenge_is_kept_for_the_session(start_server, connect, algorithm) -> None:
    server = await start_server(digest_server(algorithm=algorithm))
    client = connect(server.url, login=LOGIN)
    for path in ("/a", "/a", "/b"):
        reply = await client.request("GET", path, auth=HttpAuth.DIGEST, **READ)
        assert reply.body == b"ok"
    assert [False, True, True, True] == ["authorization" in asked.headers for asked in server.asked]


@pytest.mark.parametrize("between", ["\r\nWWW-Authenticate: ", ", "])
async def test_a_digest_is_answered_that_stands_behind_a_basic_challenge(start_server, connect, between) -> None:
    server = await start_server(digest_server(before=f'Basic realm="{REALM}"{between}'))
    client = connect(server.url, login=LOGIN)
    for _ in range(2):
        assert (await client.request("GET", "/a", auth=HttpAuth.DIGEST, **READ)).body == b"ok"
    assert ["", "Digest", "Digest"] == [asked.headers.get("authorization", "")[:6] for asked in server.asked]


async def test_a_wrong_password_is_answered_once_and_never_again(start_server, connect) -> None:
    server = await start_server(digest_server(password="another"))
    client = connect(server.url, login=LOGIN)
    for _ in range(3):
        with pytest.raises(AuthRejected):
            await client.request("GET", "/a", auth=HttpAuth.DIGEST, accept_status=frozenset({401}), **READ)
    assert [False, True] == ["authorization" in asked.headers for asked in server.asked]


async def test_one_refused_service_does_not_end_a_session_whose_login_was_taken(start_server, connect) -> None:
    server = await start_server(digest_server(refuse=frozenset({"/admin"})))
    client = connect(server.url, login=LOGIN)
    await client.request("GET", "/a", auth=HttpAuth.DIGEST, **READ)
    with pytest.raises(AuthRejected):
        await client.request("GET", "/admin", auth=HttpAuth.DIGEST, **READ)
    assert (await client.request("GET", "/a", auth=HttpAuth.DIGEST, **READ)).body == b"ok"


async def test_a_login_that_is_refused_twice_running_is_not_sent_again(start_server, connect) -> None:
    server = await start_server(digest_server(refuse=frozenset({"/admin"})))
    client = connect(server.url, login=LOGIN)
    await client.request("GET", "/a", auth=HttpAuth.DIGEST, **READ)
    for _ in range(2):
        with pytest.raises(AuthRejected):
            await client.request("GET", "/admin", auth=HttpAuth.DIGEST, **READ)
    sent = len(server.asked)
    with pytest.raises(AuthRejected, match="nothing was sent"):
        await client.request("GET", "/a", auth=HttpAuth.DIGEST, **READ)
    assert sent == len(server.asked)


async def test_a_basic_challenge_does_not_draw_a_digest_login_out(start_server, connect) -> None:
    async def lure(asked, writer) -> None:
        writer.write(b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n')

    server = await start_server(lure)
    with pytest.raises(AuthRejected):
        await connect(server.url, login=LOGIN).request("GET", "/", auth=HttpAuth.DIGEST, **READ)
    assert ["authorization" in asked.headers for asked in server.asked] == [False]


async def test_a_broken_challenge_is_a_protocol_violation_or_a_refusal(start_server, connect) -> None:
    async def broken(asked, writer) -> None:
        writer.write(b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest qop="auth"\r\nContent-Length: 0\r\n\r\n')

    server = await start_server(broken)
    with pytest.raises((ProtocolViolation, AuthRejected)) as raised:
        await connect(server.url, login=LOGIN).request("GET", "/", auth=HttpAuth.DIGEST, **READ)
    assert LOGIN.password not in str(raised.value)


async def test_basic_is_sent_to_loopback(start_server, connect) -> None:
    server = await start_server()
    await connect(server.url, login=LOGIN).request("GET", "/", auth=HttpAuth.BASIC, **READ)
    assert server.asked[0].headers["authorization"] == "Basic YWRtaW46czNjcmV0LVBhNTU="


async def test_basic_is_not_sent_in_clear_text_to_another_host(connect) -> None:
    client = connect("http://192.0.2.7/", login=LOGIN)
    with pytest.raises(GuardTripped, match="clear text"):
        await client.request("GET", "/", auth=HttpAuth.BASIC, **READ)
    assert client.requests.total() == 0


@pytest.mark.parametrize(
    ("headers", "says"), [({"Authorization": "Bearer x"}, "clear text"), ({"Host": "other"}, "Host header")]
)
async def test_a_driver_cannot_get_round_that_by_its_own_headers(connect, headers, says) -> None:
    client = connect("http://192.0.2.7/", login=LOGIN)
    with pytest.raises(GuardTripped, match=says):
        await client.request("GET", "/", headers=headers, **READ)


@pytest.mark.parametrize("auth", [HttpAuth.BASIC, HttpAuth.DIGEST])
async def test_without_a_login_the_target_decides(start_server, connect, auth) -> None:
    open_server, guarded = await start_server(), await start_server(digest_server())
    assert (await connect(open_server.url).request("GET", "/", auth=auth, **READ)).body == b"ok"
    with pytest.raises(AuthRejected):
        await connect(guarded.url).request("GET", "/", auth=auth, **READ)
    assert ["authorization" in asked.headers for asked in guarded.asked] == [False]


async def test_a_storm_of_challenges_ends(start_server, connect) -> None:
    nonces = [0]

    async def storm(asked, writer) -> None:
        nonces[0] += 1
        challenge = f'Digest realm="r", nonce="{nonces[0]}", qop="auth", stale=true'
        writer.write(f"HTTP/1.1 401 No\r\nWWW-Authenticate: {challenge}\r\nContent-Length: 0\r\n\r\n".encode())

    server = await start_server(storm)
    with pytest.raises((AuthRejected, Unreachable)):
        await connect(server.url, login=LOGIN).request("GET", "/", auth=HttpAuth.DIGEST, **READ)
    assert len(server.asked) == 2
