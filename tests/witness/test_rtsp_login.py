from __future__ import annotations

import asyncio
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.model.vocabulary import Why
from vmsguard.net.login import Login
from vmsguard.witness.place import Place
from vmsguard.witness.rtsp import look_rtsp
from vmsguard.witness.rtsp_login import answer, challenge_of

LOGIN = Login("secret://test", "admin", "s3cret-Pa55")
NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
MINE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


def head(*challenges: str) -> str:
    return "\r\n".join(["RTSP/1.0 401 Unauthorized", *(f"WWW-Authenticate: {told}" for told in challenges), "", ""])


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616_is_answered_as_it_says(algorithm: str, response: str) -> None:
    challenge = {"realm": "http-auth@example.org", "nonce": NONCE, "qop": "auth, auth-int", "algorithm": algorithm}
    login = Login("r", "Mufasa", "Circle of Life")
    told = answer(challenge, login, "GET", "/dir/index.html", client_nonce=MINE)
    assert told is not None
    assert f'response="{response}"' in told


def test_a_challenge_without_qop_is_answered_in_the_old_way() -> None:
    told = answer({"realm": "r", "nonce": "n"}, Login("r", "u", "p"), "DESCRIBE", "rtsp://h/x")
    assert told is not None
    assert 'response="d43942a69cea5a6702fa9c0d7a6b6c77"' in told
    assert "cnonce" not in told


@pytest.mark.parametrize(
    ("challenges", "nonce"),
    [
        (('Digest realm="r", nonce="a"',), "a"),
        (('Basic realm="r"', 'Digest realm="r", nonce="a", algorithm=MD5'), "a"),
        (('Digest realm="r", nonce="a", algorithm=SHA-512', 'digest realm="r",nonce="b"'), "b"),
        (('Basic realm="r"',), None),
        (('Digest realm="r"',), None),
        (('Digest realm="r\\"x", nonce="a"',), None),
        ((), None),
    ],
)
def test_the_first_challenge_that_can_be_answered_is_taken(challenges: tuple[str, ...], nonce: str | None) -> None:
    found = challenge_of(head(*challenges))
    assert nonce == (None if found is None else found["nonce"])


@pytest.mark.parametrize("user", ['a"b', "a\r\nPLAY", "a\\"])
def test_a_user_name_that_cannot_be_quoted_is_not_sent(user: str) -> None:
    assert answer({"realm": "r", "nonce": "n"}, Login("r", user, "p"), "DESCRIBE", "rtsp://h/x") is None


@given(told=st.text(max_size=80))
def test_no_challenge_breaks_the_line_of_the_answer(told: str) -> None:
    challenge = challenge_of(head(f'Digest realm="{told}", nonce="n", opaque="{told}"'))
    if challenge is not None:
        made = answer(challenge, LOGIN, "DESCRIBE", "rtsp://h/x")
        assert made is None or ("\r" not in made and "\n" not in made and LOGIN.password not in made)


class Guarded:
    """A camera that wants a login for DESCRIBE, and takes it or not."""

    def __init__(self, *, takes: bool, challenge: str = f'Digest realm="cam", nonce="{NONCE}", qop="auth"') -> None:
        self.takes = takes
        self.challenge = challenge
        self.logins: list[str] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            asked = (await reader.readuntil(b"\r\n\r\n")).decode()
            login = re.search(r"Authorization: (.*)\r\n", asked)
            if login:
                self.logins.append(login.group(1))
            if asked.startswith("OPTIONS") or (login and self.takes):
                writer.write(b"RTSP/1.0 200 OK\r\n\r\n")
            else:
                body = "<html>401</html>"
                lines = [f"WWW-Authenticate: {self.challenge}", f"Content-Length: {len(body)}", "", body]
                writer.write("\r\n".join(["RTSP/1.0 401 No", *lines]).encode())


async def test_a_stream_behind_a_login_is_seen_with_it(listen) -> None:
    camera = Guarded(takes=True)
    async with listen(camera) as port:
        assert (await look_rtsp(Place("127.0.0.1", port, 0.5), "live")).answered is None
        assert (await look_rtsp(Place("127.0.0.1", port, 0.5), "live", LOGIN)).answered is True
    assert len(camera.logins) == 1


async def test_a_refused_login_is_sent_once_and_proves_nothing(listen) -> None:
    camera = Guarded(takes=False)
    async with listen(camera) as port:
        sighting = await look_rtsp(Place("127.0.0.1", port, 0.5), "live", LOGIN)
    assert (sighting.answered, sighting.why, len(camera.logins)) == (None, Why.AUTH, 1)


@pytest.mark.parametrize(("takes", "without_login"), [(True, False), (False, None)])
async def test_the_root_is_a_stream_that_wants_a_login_if_it_is_shown_with_one(
    listen, takes: bool, without_login: bool | None
) -> None:
    async with listen(Guarded(takes=takes)) as port:
        sighting = await look_rtsp(Place("127.0.0.1", port, 0.5), "/", LOGIN)
    assert without_login is sighting.without_login


async def test_a_basic_challenge_draws_no_login_out(listen) -> None:
    camera = Guarded(takes=True, challenge='Basic realm="cam"')
    async with listen(camera) as port:
        sighting = await look_rtsp(Place("127.0.0.1", port, 0.5), "live", LOGIN)
    assert (sighting.answered, camera.logins) == (None, [])
