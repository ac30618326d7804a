"""The types fields of evidence records may have; nothing else can be written."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from vmsguard.evidence.canonical import MAX_INTEGER

__all__ = [
    "Code",
    "Count",
    "DeviceId",
    "Event",
    "Hex",
    "Id",
    "IdOrNone",
    "Instant",
    "Integer",
    "Place",
    "Reason",
    "Safe",
    "Words",
]

Id = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9_.:/-]{0,127}\Z")]
"""An id we or the operator gave: camera, target, pack, rule, control. Opaque, never a person's name."""

IdOrNone = Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9][A-Za-z0-9_.:/-]{0,127})?\Z")]
"""An id, or empty: a verdict of a rule names no control, one of a camera no rule."""

Code = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_.:-]{0,64}\Z")]
"""A word of a closed vocabulary of ours, or an error's class."""

Reason = Annotated[str, Meta(pattern=r"\A[a-z0-9-]{0,64}\Z")]
"""A stable reason code, never free text."""

Safe = Annotated[str, Meta(max_length=512, title="safe")]
"""A foreign string that went through ``redact``."""

DeviceId = Annotated[str, Meta(max_length=512, title="device id")]
"""What a device calls one of its parts, where it is made of technical words and small numbers; else a pseudonym."""

Place = Annotated[str, Meta(max_length=512, title="place")]
"""A camera or a target as the operator calls it, or ``target/channel`` with the channel as a ``DeviceId``."""

Words = Annotated[str, Meta(max_length=512, title="words")]
"""Words of a policy file or of this program."""

Hex = Annotated[str, Meta(pattern=r"\A(?:[0-9a-f]{64})?\Z")]
"""A SHA-256 digest, or empty."""

Instant = Annotated[str, Meta(pattern=r"\A(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z)?\Z")]
"""RFC 3339 in UTC, or empty."""

Count = Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
Integer = Annotated[int, Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)]


class Event(Struct, forbid_unknown_fields=True):
    """The allow-list of one event: a field that is not declared cannot be recorded."""
