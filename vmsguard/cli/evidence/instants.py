"""Times on the command line of the evidence commands."""

from __future__ import annotations

from datetime import UTC, datetime

from vmsguard.errors import UsageError

__all__ = ["instant_option", "no_later_than"]


def instant_option(option: str, text: str) -> datetime | None:
    """The time an option states, in UTC unless it names a zone; None for an empty one."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{option} {text} is not a time", hint="write 2026-11-22 or 2026-11-22T09:00:00+09:00"
        ) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def no_later_than(first: str, begins: datetime | None, second: str, ends: datetime | None) -> None:
    """Refuse two options of which the second must not name an earlier time than the first."""
    if begins is not None and ends is not None and ends < begins:
        raise UsageError(f"{second} is before {first}", hint="check the zones: without one a time is in UTC")
