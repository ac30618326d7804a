"""The device's clock: what ``GetSystemDateAndTime`` says, tolerant of what firmware writes."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from vmsguard_onvif.elements import TT, Element, descend, number, text
from vmsguard_onvif.namespaces import DEVICE

__all__ = ["device_time", "whole_seconds_off"]

_TDS = f"{{{DEVICE}}}"
_MOST_DOUBT = 0.5
"""Seconds of a long way there and back that are taken into account: more would call a wrong clock right."""


def device_time(reply: Element) -> datetime | None:
    """The device's UTC time, or None where it did not give one.

    ``UTCDateTime`` is optional, and some firmware counts minutes past 59, which is carried over.
    """
    told = descend(reply, f"{_TDS}SystemDateAndTime", f"{TT}UTCDateTime")
    if told is None:
        return None
    year, month, day = (number(text(told, f"{TT}Date", f"{TT}{part}")) for part in ("Year", "Month", "Day"))
    hour, minute, second = (number(text(told, f"{TT}Time", f"{TT}{part}")) for part in ("Hour", "Minute", "Second"))
    if year is None or month is None or day is None or hour is None or minute is None or second is None:
        return None
    try:
        return datetime(year, month, day, tzinfo=UTC) + timedelta(hours=hour, minutes=minute, seconds=second)
    except (ValueError, OverflowError):
        return None


def whole_seconds_off(offset: timedelta, doubt: timedelta) -> int:
    """The device's clock minus ours in whole seconds, from what it told minus our time in the middle of asking.

    A device leaves its fraction of a second out: one whose clock is ours seems up to a second behind. ``doubt``
    is half of what the question took.
    """
    seen, within = offset.total_seconds(), min(doubt.total_seconds(), _MOST_DOUBT)
    return 0 if -1 - within <= seen <= within else math.ceil(seen - within)
