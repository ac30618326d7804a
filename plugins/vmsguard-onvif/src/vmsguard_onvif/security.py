"""The WS-UsernameToken header (digest only) and the device's clock that it depends on."""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from datetime import UTC, datetime, timedelta

from vmsguard.net.login import Login
from vmsguard_onvif.envelope import escape

__all__ = ["digest", "username_token"]

_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
_BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"

_BEFORE_USER = (
    f'<wsse:Security s:mustUnderstand="1" xmlns:wsse="{_WSSE}" xmlns:wsu="{_WSU}"><wsse:UsernameToken><wsse:Username>'
)
_BEFORE_DIGEST = f'</wsse:Username><wsse:Password Type="{_PROFILE}">'
_BEFORE_NONCE = f'</wsse:Password><wsse:Nonce EncodingType="{_BASE64}">'
_BEFORE_TIME = "</wsse:Nonce><wsu:Created>"
_AFTER_TIME = "</wsu:Created></wsse:UsernameToken></wsse:Security>"


def digest(nonce: bytes, created: str, password: str) -> str:
    """Base64(SHA-1(nonce + created + password)), as the UsernameToken profile 1.0 defines it."""
    # SHA-1 is what the profile demands and devices verify; it is no choice of ours.
    told = hashlib.sha1(nonce + created.encode() + password.encode(), usedforsecurity=False).digest()
    return _base64(told)


def _base64(told: bytes) -> str:
    return b2a_base64(told, newline=False).decode("ascii")


def username_token(login: Login, now: datetime, offset: timedelta, nonce: bytes) -> str:
    """A security header that is good once: a nonce never used before, the device's own time, written with ``Z``.

    Hikvision firmware rejects ``+00:00``, and windows are as small as five seconds, hence the offset.
    """
    created = f"{(now.astimezone(UTC) + offset).isoformat()[:19]}Z"
    told = digest(nonce, created, login.password)
    return (
        f"{_BEFORE_USER}{escape(login.user)}{_BEFORE_DIGEST}{told}{_BEFORE_NONCE}{_base64(nonce)}"
        f"{_BEFORE_TIME}{created}{_AFTER_TIME}"
    )
