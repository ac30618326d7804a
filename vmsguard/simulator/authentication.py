"""Logins as devices check them: WS-UsernameToken digests with single-use nonces, and HTTP Digest."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from lxml import etree

from vmsguard.simulator.device_state import Account, Device

__all__ = ["HttpDigest", "UsernameTokens"]

_WSSE: Final = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
_WSU: Final = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"
_DIGEST_TYPE: Final = "#PasswordDigest"
_REALM: Final = "onvif"
_PAIR: Final = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')


def _account(device: Device, user: str) -> Account | None:
    return next((account for account in device.accounts if account.user == user), None)


class UsernameTokens:
    """WS-UsernameToken checks of one device: the digest, the Created window, every nonce once."""

    def __init__(self) -> None:
        self._seen: dict[bytes, datetime] = {}

    def check(self, header: etree._Element | None, device: Device, now: datetime) -> Account | None:
        """The account the header proves, or None."""
        token = None if header is None else header.find(f"{_WSSE}Security/{_WSSE}UsernameToken")
        if token is None:
            return None
        account = _account(device, (token.findtext(f"{_WSSE}Username") or "").strip())
        password = token.find(f"{_WSSE}Password")
        if account is None or password is None or not password.get("Type", "").endswith(_DIGEST_TYPE):
            return None
        created = (token.findtext(f"{_WSU}Created") or "").strip()
        try:
            nonce = base64.b64decode((token.findtext(f"{_WSSE}Nonce") or "").strip(), validate=True)
            stamp = datetime.fromisoformat(created)
        except (binascii.Error, ValueError):
            return None
        # SHA-1 is what WS-UsernameToken 1.0 prescribes.
        wanted = hashlib.sha1(nonce + created.encode() + account.password.encode()).digest()  # noqa: S324
        if not hmac.compare_digest(base64.b64encode(wanted).decode(), (password.text or "").strip()):
            return None
        return account if self._fresh(nonce, stamp, device, now) else None

    def _fresh(self, nonce: bytes, stamp: datetime, device: Device, now: datetime) -> bool:
        window = timedelta(seconds=device.created_window)
        local = now + timedelta(seconds=device.clock_offset)
        stamp = stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)
        # From the front only: a nonce behind a later one stays a little longer, and its Created is stale by then.
        while self._seen and next(iter(self._seen.values())) <= local:
            del self._seen[next(iter(self._seen))]
        if not nonce or nonce in self._seen or abs(stamp - local) > window:
            return False
        self._seen[nonce] = stamp + window + window
        return True


class HttpDigest:
    """RFC 7616 with qop=auth and MD5, the form cameras offer; nonces are of this process and do not expire."""

    def __init__(self, nonce: Callable[[], str]) -> None:
        self._new_nonce = nonce
        self._counts: dict[str, int] = {}
        """Highest nonce count seen, by nonce that was given out."""

    def challenge(self) -> str:
        nonce = self._new_nonce()
        self._counts[nonce] = 0
        if len(self._counts) > 64:
            del self._counts[next(iter(self._counts))]
        return f'Digest realm="{_REALM}", qop="auth", algorithm=MD5, nonce="{nonce}"'

    def check(self, authorization: str, method: str, uri: str, device: Device) -> Account | None:
        """The account an Authorization header proves for this request, or None."""
        scheme, _, rest = authorization.partition(" ")
        if scheme.lower() != "digest":
            return None
        said = {name.lower(): quoted or bare for name, quoted, bare in _PAIR.findall(rest)}
        account = _account(device, said.get("username", ""))
        nonce = said.get("nonce", "")
        try:
            count = int(said.get("nc", ""), 16)
        except ValueError:
            return None
        if account is None or nonce not in self._counts or count <= self._counts[nonce]:
            return None
        if said.get("uri") != uri or said.get("qop") != "auth" or said.get("realm") != _REALM:
            return None
        secret = _md5(f"{account.user}:{_REALM}:{account.password}")
        proof = _md5(f"{secret}:{nonce}:{said['nc']}:{said.get('cnonce', '')}:auth:{_md5(f'{method}:{uri}')}")
        if not hmac.compare_digest(proof, said.get("response", "")):
            return None
        self._counts[nonce] = count
        return account


def _md5(value: str) -> str:
    return hashlib.md5(value.encode()).hexdigest()  # noqa: S324 - the algorithm of HTTP Digest
