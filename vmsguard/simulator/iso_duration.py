"""xs:duration as whole seconds, both ways; years and months have no fixed length and are refused."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["duration", "seconds"]

_SHAPE: Final = re.compile(
    r"P(?:([0-9]{1,9})D)?(?:T(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})(?:\.[0-9]+)?S)?)?"
)


def seconds(value: str) -> int | None:
    """Seconds of a duration of days, hours, minutes and seconds; None if it is no such duration."""
    match = _SHAPE.fullmatch(value)
    if match is None or not any(match.groups()) or value.endswith("T"):
        return None
    days, hours, minutes, rest = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest


def duration(total: int) -> str:
    days, rest = divmod(total, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    day = f"{days}D" if days else ""
    time = "".join(f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if count)
    return f"P{day}T{time}" if time else f"P{day}" if day else "PT0S"
