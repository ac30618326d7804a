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
}
