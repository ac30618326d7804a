"""Answers an RTSP server's digest challenge (RFC 7616, RFC 2326 D.1); never a Basic one, which tells the password."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping

from vmsguard.net.login import Login

__all__ = ["answer", "challenge_of"]

_HASHES: Mapping[str, Callable[[bytes], hashlib._Hash]] = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
# Possessive, and only from where a word begins: a long word without "=" would cost its length squared.
_PAIR = re.compile(r'(?<!\w)(\w++)=(?:"([^"\\\r\n]*)"|([^\s,"]+))')
_UNSAFE = re.compile(r'["\\\r\n]')


def challenge_of(head: str) -> Mapping[str, str] | None:
    """The first digest challenge of a reply's head that can be answered; None without one."""
    for line in head.split("\r\n")[1:]:
        name, _, value = line.partition(":")
        scheme, _, told = value.strip().partition(" ")
        if name.strip().lower() != "www-authenticate" or scheme.lower() != "digest":
            continue
        fields = {found[1].lower(): found[2] or found[3] or "" for found in _PAIR.finditer(told)}
        if {"realm", "nonce"} <= fields.keys() and fields.get("algorithm", "MD5").upper() in _HASHES:
            return fields
    return None


def answer(
    challenge: Mapping[str, str], login: Login, method: str, url: str, *, client_nonce: str | None = None
) -> str | None:
    """The ``Authorization`` value for one request; None where the names cannot be quoted safely."""
    if _UNSAFE.search(login.user) or _UNSAFE.search(url):
        return None
    algorithm = challenge.get("algorithm", "MD5")

    def h(text: str) -> str:
        return _HASHES[algorithm.upper()](text.encode()).hexdigest()

    nonce, realm = challenge["nonce"], challenge["realm"]
    user = h(f"{login.user}:{realm}:{login.password}")
    asked = h(f"{method}:{url}")
    parts = [f'username="{login.user}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{url}"']
    if "auth" in re.split(r"[\s,]+", challenge.get("qop", "")):
        mine = client_nonce or secrets.token_hex(8)
        response = h(f"{user}:{nonce}:00000001:{mine}:auth:{asked}")
        parts += ["qop=auth", "nc=00000001", f'cnonce="{mine}"']
    else:
        response = h(f"{user}:{nonce}:{asked}")
    parts.append(f'response="{response}"')
    if "algorithm" in challenge:
        parts.append(f"algorithm={algorithm}")
    if "opaque" in challenge:
        parts.append(f'opaque="{challenge["opaque"]}"')
    return "Digest " + ", ".join(parts)
