"""What of a foreign string may be written: device ids and device words pass a safe form or become pseudonyms.

Strings a device or its operator chose cannot be trusted to hold no name, password or picture, and a
hostile one must not be able to stop the log. So they are replaced, visibly, never refused and never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from vmsguard.errors import EvidenceError
from vmsguard.evidence.plain_ids import plain_argument, plain_change, plain_id, plain_place

__all__ = [
    "Pseudonym",
    "footage_hour",
    "holds_image",
    "safe_approver",
    "safe_arguments",
    "safe_change",
    "safe_device_id",
    "safe_exchanges",
    "safe_found",
    "safe_place",
    "safe_reason",
    "safe_text",
    "safe_token",
    "stamp",
]

Pseudonym: TypeAlias = Callable[[str], str]

KNOWN_ARGUMENTS = frozenset(
    (
        "count",
        "cutoff",
        "destination",
        "function",
        "job",
        "library",
        "link",
        "recordings",
        "seconds",
        "service",
        "store",
    )
)
"""Argument names of core verbs; the value of any other (a plugin's own) is written as a pseudonym."""

_TOKEN = re.compile(r"[A-Za-z0-9_.:/#*,-]{0,64}")
_REASON = re.compile(r"[a-z0-9-]{0,64}")
_FOUND = re.compile(
    r"\d{1,15} [a-z -]{1,32}"  # a count with its unit
    r"|[a-z0-9][a-z0-9._-]{0,63}(?: sha256:[0-9a-f]{12})?"  # a rule, a control, a reason code, a paper of ours
)
_ROLE = re.compile(r"role:[a-z0-9][a-z0-9-]{0,63}(?=\s|\Z)")
_TEXT = re.compile(r"[ -~–—…·→≤≥×%]{0,64}")
_ARGUMENT_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d):\d\d(?::\d\d(?:[.,]\d+)?)?")
_LOGIN = re.compile(
    r"//[^/\s]*@|(?:pass(?:word|wd)?|pwd|secret|api_?key|authorization|nonce|(?:access|auth|session)_?token)\s*[=:]",
    re.IGNORECASE,
)
_PACKED = re.compile(r"[A-Za-z0-9+/_=-]{257}")
_PICTURE = re.compile(r"/9j/|iVBORw0KGgo|ffd8ff|89504e47|\xff\xd8\xff|\x89PNG", re.IGNORECASE)


def safe_token(value: Any, pseudonym: Pseudonym) -> str:
    """An id of ours or the operator's, or the name of a version, where it is short and plain; else its pseudonym."""
    text = str(value)
    plain = _TOKEN.fullmatch(text) and not (":" in text and _LOGIN.search(text))
    return text if plain else pseudonym(text)


def safe_approver(value: Any, pseudonym: Pseudonym) -> str:
    """Who approved: a role as ``role:<id>``, and a pseudonym for whatever else stands there."""
    text = str(value)
    role = _ROLE.match(text)
    if role is None:
        return pseudonym(text)
    return text if role.end() == len(text) else f"{role.group()} {pseudonym(text)}"


def safe_change(value: Any, pseudonym: Pseudonym) -> str:
    """The id of a change, which has the channel and its arguments' values inside."""
    return plain_change(str(value), pseudonym)


def safe_device_id(value: Any, pseudonym: Pseudonym) -> str:
    """What a device calls one of its parts: somebody may have named it after a person."""
    return plain_id(str(value), pseudonym)


def safe_place(value: Any, pseudonym: Pseudonym) -> str:
    """A camera, a target, or a channel of one."""
    return plain_place(str(value), pseudonym)


def safe_text(value: Any, pseudonym: Pseudonym) -> str:
    """A device's words when they are short, plain and hold no login or picture; instants rounded to the hour."""
    text = str(value)
    if not _TEXT.fullmatch(text) or _LOGIN.search(text) or holds_image(text):
        return pseudonym(text)
    return _INSTANT.sub(r"\1:00", text) if ":" in text else text


def safe_exchanges(value: Any, pseudonym: Pseudonym) -> list[dict[str, Any]]:
    """Requests and their replies: digests, counts, and what the driver calls the operation."""
    return [{**exchange, "operation": safe_token(exchange["operation"], pseudonym)} for exchange in value]


def safe_found(value: Any, pseudonym: Pseudonym) -> str:
    """What was found, where it is a count, a stable code or an id of ours, alone or ``at`` an endpoint."""
    text = str(value)
    head, at, place = text.partition(" at ")
    if at and _FOUND.fullmatch(head):
        return f"{head} at {plain_place(place, pseudonym)}"
    return text if _FOUND.fullmatch(text) else pseudonym(text)


def safe_reason(value: Any, pseudonym: Pseudonym) -> str:
    """A stable reason code, or ``not-a-code``: a plugin's sentence must neither be written nor stop the log."""
    text = str(value)
    return text if _REASON.fullmatch(text) else "not-a-code"


def safe_arguments(value: Any, pseudonym: Pseudonym) -> dict[str, str]:
    """Arguments of a change: core verbs' values where they are plain, a plugin's own only as pseudonyms."""
    if not isinstance(value, Mapping):
        raise EvidenceError("arguments are not a mapping", hint="pass the change's own arguments")
    return {_argument_name(name): _argument(name, item, pseudonym) for name, item in value.items()}


def footage_hour(value: Any, pseudonym: Pseudonym) -> str:
    """A time of footage, rounded down to the hour: to the second it could place a person."""
    return _INSTANT.sub(r"\1:00:00", stamp(value, pseudonym)).replace(":00:00.000000", ":00:00")


def stamp(value: Any, pseudonym: Pseudonym | None = None) -> str:
    """An instant as RFC 3339 in UTC with six digits; strings that already are pass."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise EvidenceError("a time without a zone cannot be recorded", hint="pass an aware datetime")
        utc: datetime = value if value.tzinfo is UTC else value.astimezone(UTC)
        return utc.isoformat(timespec="microseconds")[:-6] + "Z"
    return str(value).replace("+00:00", "Z")


def holds_image(text: str) -> bool:
    """Whether the string could be binary data in disguise: a picture's first bytes, or a long base64 run."""
    if len(text) > 256 and _PACKED.search(text):
        return True
    return len(text) > 64 and _PICTURE.search(text) is not None


def _argument_name(name: str) -> str:
    if not _ARGUMENT_NAME.fullmatch(name):
        raise EvidenceError("an argument name is not [a-z][a-z0-9_]*", hint="declare it so in the verb")
    return name


def _argument(name: str, value: Any, pseudonym: Pseudonym) -> str:
    if name == "cutoff":
        return stamp(value)
    if name in KNOWN_ARGUMENTS:
        return plain_argument(name, str(value), pseudonym)
    return pseudonym(str(value))
