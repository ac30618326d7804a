"""Challenges without end, without sense, and of a kind that would have to be answered in clear."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping

from hostile_camera.case import Case
from hostile_camera.http_tricks import everywhere
from hostile_camera.server import Asked, Trick, says
from vmsguard.model.vocabulary import Why

__all__ = ["LOGIN_CASES", "challenges"]

REFUSED = "GetSystemDateAndTime: the login was refused (401)"
BROKEN = "GetSystemDateAndTime: the reply breaks HTTP or its authentication scheme"


def challenges(header: str) -> Trick:
    """401 to everything; ``{n}`` in the header is another number each time."""
    numbers = itertools.count()

    async def trick(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await says(b"", "401 Unauthorized", f"WWW-Authenticate: {header.replace('{n}', str(next(numbers)))}")(
            asked, writer
        )

    return trick


def first_then(first: str, second: str) -> Trick:
    """One challenge to whoever shows no login, another to whoever answered it."""

    async def trick(asked: Asked, writer: asyncio.StreamWriter) -> None:
        header = second if "authorization" in asked.headers else first
        await says(b"", "401 Unauthorized", f"WWW-Authenticate: {header}")(asked, writer)

    return trick


def asking(header: str, detail: str = REFUSED, why: Why = Why.AUTH) -> Case:
    return Case(everywhere(challenges(header)), why, detail)


def broken(header: str) -> Case:
    return asking(header, BROKEN, Why.PROTOCOL)


GOOD = 'Digest realm="r", nonce="n{n}"'

LOGIN_CASES: Mapping[str, Case] = {
    "a new nonce each time": asking(f'{GOOD}, qop="auth"'),
    "stale for ever": asking(f'{GOOD}, qop="auth", stale=true'),
    "integrity of the body": asking(f'{GOOD}, qop="auth-int"'),
    "both qualities": asking(f'{GOOD}, qop="auth,auth-int"'),
    "Basic": asking('Basic realm="r"'),
    "Basic beside a Digest of nothing": asking('Basic realm="r", Digest'),
    "a scheme of its own": asking("Digest-Plain password=please"),
    "no scheme": asking(""),
    "a quality nobody has": broken(f'{GOOD}, qop="clear"'),
    "a quality of 4,000 characters": broken(f'{GOOD}, qop="{"q" * 4000}"'),
    "an algorithm nobody has": broken(f"{GOOD}, algorithm=PLAIN"),
    "no nonce": broken('Digest realm="r", qop="auth"'),
    "an empty nonce": broken('Digest realm="r", nonce="", qop="auth"'),
    "no realm": broken('Digest nonce="n", qop="auth"'),
    "a realm that is no text": broken('Digest realm="\xff\xfe", nonce="n"'),
    "a domain that is no address": broken(f'{GOOD}, domain="http://[::1"'),
    "a domain elsewhere": asking(f'{GOOD}, domain="http://127.0.0.2/"'),
    "7,000 parameters": asking(f"{GOOD}, {'a=b,' * 1700}"),
    "quotes that do not end": broken('Digest realm="' + '\\"' * 3000),
    "MD5 of the session": asking(f'{GOOD}, qop="auth", algorithm=MD5-sess'),
    "SHA-256 of the session": asking(f'{GOOD}, qop="auth", algorithm=SHA-256-sess'),
    "an algorithm of the session without a quality": asking(f"{GOOD}, algorithm=MD5-sess"),
    "an algorithm in quotes": asking(f'{GOOD}, algorithm="MD5"'),
    "SHA-512-256, which nobody here speaks": broken(f'{GOOD}, qop="auth", algorithm=SHA-512-256'),
    "a name that is to be hashed": asking(f'{GOOD}, qop="auth", userhash=true, charset=UTF-8'),
    "a nonce of 7,000 characters": asking(f'Digest realm="r", nonce="{"n" * 7_000}", qop="auth"'),
    "a nonce of a million characters": Case(
        everywhere(challenges('Digest realm="r", nonce="' + "n" * 1_000_000 + '"')),
        Why.PROTOCOL,
        "GetDeviceInformation: the reply is not HTTP within our header limits",
    ),
    "a realm that would end its quotes": asking('Digest realm="a\\", uri=\\"http://127.0.0.2/", nonce="n"'),
    "a realm that goes on in the next line": asking('Digest realm="a\r\n X-B: c", nonce="n"'),
    "a realm, a nonce and a quality of two kinds each": asking(
        'Digest realm="r", realm="s", nonce="n", nonce="m", qop="auth", qop="auth-int"'
    ),
    "another place in the challenge": asking(f'{GOOD}, uri="http://127.0.0.2/", username="root", response="0"'),
    "60 challenges": asking(", ".join(f'Digest realm="r{number}", nonce="n"' for number in range(60))),
    "a digest behind another scheme in the same header": asking(f'Basic realm="r", {GOOD}'),
    "Negotiate and NTLM": asking("Negotiate, NTLM TlRMTVNTUAACAAAA"),
    "Bearer": asking('Bearer realm="r", scope="all"'),
    "a proxy that wants a login": Case(
        everywhere(says(b"", "407 Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="r"')),
        Why.FAULT,
        "GetDeviceInformation: status 407",
    ),
    "a digest, and then the password as it is": Case(
        everywhere(first_then(f'{GOOD}, qop="auth"', 'Basic realm="r"')), Why.AUTH, REFUSED
    ),
    "a digest by SHA-256 and then by MD5": Case(
        everywhere(first_then(f'{GOOD}, qop="auth", algorithm=SHA-256', f"{GOOD}, algorithm=MD5")), Why.AUTH, REFUSED
    ),
}
