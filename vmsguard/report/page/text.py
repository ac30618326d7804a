"""Strings, times and numbers as the page shows them: nothing invisible, nothing that depends on where it is read."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime

__all__ = ["day", "iso", "moment", "number", "shortened", "span", "visible"]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
# Letters by category, yet they draw nothing: two ids that differ in one of these would look alike.
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")


def visible(text: str) -> str:
    """``text`` with everything that draws nothing, or reorders what is drawn, written as its code point.

    Control characters, bidi controls, lone surrogates (which no encoder takes) and zero-width characters are
    what a hostile name uses to look like another one; U+0000 is also what HTML forbids.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(ch if _shows(ch) else f"⟨U+{ord(ch):04X}⟩" for ch in text)


def _shows(ch: str) -> bool:
    if ch.isprintable():
        return ch not in _FILLERS
    return ch in "\n\t" or unicodedata.category(ch) == "Zs"


def shortened(text: str, length: int) -> str:
    """At most ``length`` characters of ``text`` after `visible`; what is cut off shows as an ellipsis."""
    shown = visible(text)
    return shown if len(shown) <= length else shown[: length - 1].rstrip() + "…"


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def day(at: date) -> str:
    """As in ``5 Nov 2026``; of an instant, its day in UTC."""
    if isinstance(at, datetime):
        at = _utc(at)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def moment(at: datetime) -> str:
    """As in ``5 Nov 2026, 14:03``, in UTC; the page says once that all its times are."""
    at = _utc(at)
    return f"{day(at)}, {at:%H:%M}"


def iso(at: date) -> str:
    """For ``<time datetime>``: RFC 3339 in UTC, or a date."""
    return _utc(at).strftime("%Y-%m-%dT%H:%MZ") if isinstance(at, datetime) else at.isoformat()


def number(value: int) -> str:
    return f"{value:,}"


def span(seconds: int) -> str:
    """A length of time in its two largest units: ``19 days``, ``3 h 20 min``, ``under a minute``."""
    seconds = abs(seconds)
    if seconds < _MINUTE:
        return "under a minute"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < 2 * _DAY:
        hours, rest = divmod(seconds, _HOUR)
        return f"{hours} h {rest // _MINUTE} min" if rest >= _MINUTE else f"{hours} h"
    days, rest = divmod(seconds, _DAY)
    if days >= 7 or rest < _HOUR:
        return f"{number(days)} days"
    return f"{days} days {rest // _HOUR} h"
