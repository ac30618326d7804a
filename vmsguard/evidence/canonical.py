"""Canonical JSON: the RFC 8785 form, reached by rules strict enough that orjson's sorted keys produce it.

orjson differs from RFC 8785 only for floats, for keys outside ASCII (code-point instead of UTF-16 order)
and for integers of 2^53 and beyond. Records have none of these, so no slow canonicaliser is needed.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from vmsguard.errors import EvidenceError

__all__ = ["MAX_INTEGER", "canonical_json", "check_canonical", "check_value"]

MAX_INTEGER = 2**53 - 1

_KEY = re.compile(r"[A-Za-z0-9_.-]+")


def canonical_json(value: Any) -> bytes:
    """The one byte string that stands for ``value``; the caller has checked the value or built it from checked parts.

    A lone surrogate has no UTF-8 form and is an ``EvidenceError``.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise EvidenceError(
            f"value has no canonical JSON form: {error}", hint="use str, int, bool, list and dict"
        ) from error


def check_value(value: Any) -> str:
    """What keeps ``value`` from having a canonical form, or an empty string."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return "" if -MAX_INTEGER <= value <= MAX_INTEGER else "an integer beyond 2^53-1"
    if isinstance(value, str):
        return "" if value.isascii() or value.isprintable() or _encodable(value) else "a lone surrogate"
    if isinstance(value, dict):
        return next((found for key, item in value.items() if (found := _check_member(key, item))), "")
    if isinstance(value, list | tuple):
        return next((found for item in value if (found := check_value(item))), "")
    return f"a {type(value).__name__}"


def check_canonical(line: bytes) -> tuple[Any, str]:
    """The value a stored line holds, and what is wrong with its form (empty: nothing).

    Re-encoding and comparing rejects duplicate keys, spaces, other escapes and numbers that lost digits.
    """
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return None, f"not JSON ({error.msg})"
    try:
        wrong = check_value(value)
    except RecursionError:
        wrong = "nested too deeply"
    if not wrong and orjson.dumps(value, option=orjson.OPT_SORT_KEYS) != line:
        wrong = "not in canonical form"
    return value, wrong


def _check_member(key: Any, value: Any) -> str:
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        return "a key outside [A-Za-z0-9_.-]"
    return check_value(value)


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
