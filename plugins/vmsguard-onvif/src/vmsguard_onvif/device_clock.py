"""The device's clock: what ``GetSystemDateAndTime`` says, tolerant of what firmware writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from vmsguard_onvif.elements import TT, Element, descend, number, text
from vmsguard_onvif.namespaces import DEVICE

__all__ = ["device_time"]

_TDS = f"{{{DEVICE}}}"


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
