"""Whether two roles are two: who approves must not be who asks, however differently the same name is written."""

from __future__ import annotations

import unicodedata

__all__ = ["plain_role", "two_people"]

_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters that show nothing."""

_LOOKS_LIKE = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u04bb\u051b\u051d\u0501"
    "\u03b1\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u0131\u0585\u057d\u0570",
    "aeopcyxsijhqwdaikvoptuxiouh",
)
"""Small letters of other alphabets that nobody tells from Latin ones."""


def plain_role(role: str) -> str:
    """What is left of a role for comparing it: letters and digits as they look, without case, signs and spaces."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", role).casefold())
    return "".join(letter for letter in folded if letter.isalnum() and letter not in _UNSEEN).translate(_LOOKS_LIKE)


def two_people(author: str, approver: str) -> bool:
    """Whether both are named and a reader could tell one from the other."""
    first, second = plain_role(author), plain_role(approver)
    return bool(first) and bool(second) and first != second
