"""``select``: which cameras a pack, profile or rule is about, as a tree of attribute tests."""

from __future__ import annotations

from vmsguard.model.pack import AllOf, AnyOf, AttributeTest, Selector
from vmsguard.policy.attributes import known_attribute, read_attribute
from vmsguard.policy.syntax.reading import Reader
from vmsguard.policy.syntax.strict_yaml import Node

__all__ = ["EVERY_CAMERA", "read_selector"]

EVERY_CAMERA = "every-camera"
"""In place of a map: no condition at all. An empty map would be too easily written by mistake."""


def read_selector(reader: Reader, node: Node, what: str = "select") -> Selector:
    """Every entry of the map must hold; ``any`` and ``all`` take lists of such maps."""
    if node.value == EVERY_CAMERA:
        return AllOf()
    entries = reader.entries(node, what, least=1)
    parts = tuple(_part(reader, key, child) for key, child in entries)
    return parts[0] if len(parts) == 1 else AllOf(parts)


def _part(reader: Reader, key: str, node: Node) -> Selector:
    if node.value is None:
        reader.fault(node, f"{key}: nothing stands here", "write a value, or remove the key", at_key=True)
        return AllOf()
    if key == "any":
        return AnyOf(_parts(reader, node, key))
    if key == "all":
        return AllOf(_parts(reader, node, key))
    if not known_attribute(reader, key, node):
        return AllOf()
    if isinstance(node.value, list):
        values = reader.each(node, key, lambda item, _: read_attribute(reader, key, item), least=1)
        return AttributeTest(key, values)
    if isinstance(node.value, dict):
        reader.fault(node, f"{key}: expected a value or a list of values, found a map", f"write {key}: [one, another]")
        return AllOf()
    return AttributeTest(key, (read_attribute(reader, key, node),))


def _parts(reader: Reader, node: Node, what: str) -> tuple[Selector, ...]:
    return reader.each(node, what, lambda item, _: read_selector(reader, item, what), least=1)
