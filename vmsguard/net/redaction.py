"""Takes secrets out of text and log events: by where they stand, and by known value.

The evidence log does not rely on this: it allows fields by name. This guards the diagnostic log, into
which a library may write what it sends.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any
from urllib.parse import quote

__all__ = ["REDACTED", "Redactor", "redact", "redact_event"]

REDACTED = "[redacted]"

_SECRET_WORD = (
    r"pass(?:word|wd|phrase)?|pwd|secret|token|access[_-]?token|refresh[_-]?token|api[_-]?key|auth|credentials?"
)
_SECRET_KEY = re.compile(
    rf"(?:.*[_-])?(?:{_SECRET_WORD}|login|authorization|cookie|set-cookie|nonce|digest|signature|private[_-]?key)",
    re.IGNORECASE,
)

_IN_TEXT: tuple[tuple[re.Pattern[str], str], ...] = (
    # user info of any URL, RTSP ones above all
    (re.compile(r"\b([a-z][a-z0-9+.-]*://)[^\s/@\"'<>]+(?::[^\s/\"'<>]*)?@", re.IGNORECASE), rf"\1{REDACTED}@"),
    # WS-Security user name tokens (WSS 1.1), with any prefix
    (
        re.compile(r"(<(?:[\w.-]+:)?(Username|Password|Nonce|Created)\b[^>]*>)[^<]*(</)", re.IGNORECASE),
        rf"\1{REDACTED}\3",
    ),
    # header lines, however they are quoted
    (
        re.compile(
            r"((?:proxy-)?authorization|www-authenticate|(?:set-)?cookie)(['\"]?\s*[:=]\s*['\"]?)[^\r\n'}\]]+",
            re.IGNORECASE,
        ),
        rf"\1\2{REDACTED}",
    ),
    # JSON and Python pairs: "password": "x"
    (
        re.compile(rf"(['\"](?:\w*[_-])?(?:{_SECRET_WORD})['\"]\s*:\s*)(['\"])(?:\\.|(?!\2).)*\2", re.IGNORECASE),
        rf"\1\2{REDACTED}\2",
    ),
    # query and form pairs: token=x&
    (re.compile(rf"\b((?:\w*[_-])?(?:{_SECRET_WORD})=)[^\s&;,'\"<>]+", re.IGNORECASE), rf"\1{REDACTED}"),
    # JSON web tokens
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"), REDACTED),
    # long base64: keys, digests, pictures
    (re.compile(r"(?<![\w+/=-])(?=[\w+/-]*[A-Z])(?=[\w+/-]*[a-z])(?=[\w+/-]*\d)[\w+/-]{40,}={0,2}"), REDACTED),
)


def redact(text: str) -> str:
    """The text without user info of URLs, secret pairs, authentication headers, tokens and long base64."""
    for pattern, instead in _IN_TEXT:
        text = pattern.sub(instead, text)
    return text


class Redactor:
    """A structlog processor; knows secrets by position and, where told, by value.

    Values are looked for raw, URL-encoded and in Base64.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {form for secret in secrets if len(secret) >= 4 for form in _forms(secret)}
        self._known = re.compile("|".join(re.escape(form) for form in sorted(known, key=len, reverse=True)) or r"(?!)")

    def text(self, text: str) -> str:
        return redact(self._known.sub(REDACTED, text))

    def __call__(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for key in event:
            event[key] = self._field(key, event[key], depth=0)
        return event

    def _field(self, key: str, value: Any, depth: int) -> Any:
        if _SECRET_KEY.fullmatch(key) and value not in (None, "", True, False):
            return REDACTED
        return self._value(value, depth)

    def _value(self, value: Any, depth: int) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if depth > 8:
            return REDACTED
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes | bytearray | memoryview):
            return f"[{len(value)} bytes]"
        if isinstance(value, Mapping):
            return {str(key): self._field(str(key), item, depth + 1) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value(item, depth + 1) for item in value]
        if isinstance(value, BaseException):
            return self.text(f"{type(value).__name__}: {value}")
        return self.text(str(value))


def _forms(secret: str) -> Iterable[str]:
    yield secret
    yield quote(secret, safe="")
    yield base64.b64encode(secret.encode()).decode("ascii")


redact_event = Redactor()
"""The processor for logs that know no secret by value."""
