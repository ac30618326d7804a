"""The few shapes all policy schemas are made of; nothing in them is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["closed", "documented", "listing", "mapping", "words"]


def closed(properties: Mapping[str, Any], required: Iterable[str] = ()) -> dict[str, Any]:
    """A map with these keys and no others."""
    needed = list(required)
    schema: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": dict(properties)}
    return {**schema, "required": needed} if needed else schema


def mapping(values: Mapping[str, Any]) -> dict[str, Any]:
    """A map from ids to values of one shape."""
    names = {"$ref": "#/$defs/id"}
    return {"type": "object", "minProperties": 1, "propertyNames": names, "additionalProperties": dict(values)}


def listing(items: Mapping[str, Any]) -> dict[str, Any]:
    """A list with at least one entry, no two of them equal."""
    return {"type": "array", "minItems": 1, "uniqueItems": True, "items": dict(items)}


def words(known: Iterable[str], meaning: str) -> dict[str, Any]:
    return documented({"enum": list(known)}, meaning)


def documented(schema: Mapping[str, Any], meaning: str) -> dict[str, Any]:
    """With the sentence that editors show."""
    return {**schema, "description": meaning}
