"""What ``vmsguard discover`` found, as the file a person looks through, and as entries read back from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct, to_builtins

from vmsguard.errors import ConfigError
from vmsguard.fleet.discover import Found
from vmsguard.policy.attributes import read_attribute
from vmsguard.policy.syntax.reading import Reader
from vmsguard.policy.syntax.strict_yaml import Node, read_yaml
from vmsguard.policy.syntax.yaml_files import API_VERSION

__all__ = ["KIND", "ImportEntry", "candidates_text", "candidates_value", "read_candidates"]

KIND = "Candidates"

_MOST_BYTES = 16 * 1024 * 1024
_HEAD = """\
# What answered when the network was asked who is there, as it describes itself: hints. Nothing of it is proven, and
# nothing is enrolled. Take out what is not yours; id, site, groups and attributes may be added to each candidate.
# Then: vmsguard inventory import FILE --site SITE
"""
_HINTS = ("interface", "names", "hardware", "types", "profiles", "warnings", "enrolled", "targets")
_NEWS = ("asked_at", "incomplete", "ways", "unread", "ignored")


class ImportEntry(Struct, frozen=True, kw_only=True):
    """One row of a file to import. What it does not state is empty, and stays unset."""

    place: str
    """``file:line``, for messages."""
    line: int
    address: str = ""
    """A host, perhaps with a port, as a person or the network told it."""
    url: str = ""
    names_no_url: bool = False
    """The device answered and named no address of its own: none is made up for it."""
    id: str = ""
    site: str = ""
    driver: str = ""
    groups: tuple[str, ...] = ()
    attributes: Mapping[str, bool | int | str] = {}


def candidates_value(found: Found, at: datetime) -> dict[str, Any]:
    """A discovery as JSON and YAML show it."""
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "asked_at": at.isoformat(timespec="seconds"),
        "incomplete": list(found.incomplete),
        "ways": to_builtins(found.ways),
        "candidates": to_builtins(found.candidates),
        "unread": [{"address": one.address, "why": one.why} for one in found.unread],
        "ignored": dict(sorted(found.ignored.items())),
    }


def candidates_text(found: Found, at: datetime) -> str:
    """The same as a file that a person edits and ``read_candidates`` reads."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    told = yaml.dump(candidates_value(found, at), Dumper=dumper, sort_keys=False, allow_unicode=True, width=120)
    return f"{_HEAD}{told}"


def read_candidates(path: Path) -> tuple[ImportEntry, ...]:
    """The candidates of a YAML or JSON file; raises ``Problems`` with every mistake in it."""
    reader = Reader(path, ConfigError)
    documents = read_yaml(path, max_bytes=_MOST_BYTES)
    if len(documents) != 1:
        reader.fault(Node(None, 1, 1), f"expected one document, found {len(documents)}", f"one of kind: {KIND}")
        reader.finish()
    with reader.fields(documents[0], f"kind {KIND}") as fields:
        fields.skip(*_NEWS)
        fields.word("apiVersion", (API_VERSION,))
        fields.word("kind", (KIND,))
        entries = tuple(_entry(reader, node) for node in fields.items("candidates"))
    reader.finish()
    return entries


def _entry(reader: Reader, node: Node) -> ImportEntry:
    url = None if not isinstance(node.value, dict) else node.value.get("url")
    names_no_url = url is not None and url.value in (None, "")

    def visible(child: Node, what: str) -> str:
        text = reader.text(child, what)
        if not text.isprintable():
            reader.fault(child, f"{what}: characters that cannot be seen", "write it anew")
        return text

    with reader.fields(node, "a candidate") as fields:
        # Names and hardware are what a device says of itself: nothing of it becomes an id or an attribute.
        fields.skip(*_HINTS, *(["url"] if names_no_url else []))
        return ImportEntry(
            place=f"{reader.file}:{node.line}",
            line=node.line,
            address=fields.read("address", visible, "", None),
            url="" if names_no_url else fields.read("url", visible, "", ""),
            names_no_url=names_no_url,
            id=fields.identifier("id", ""),
            site=fields.identifier("site", ""),
            driver=fields.identifier("driver", ""),
            groups=fields.identifiers("groups", ()),
            attributes={
                name: read_attribute(reader, name, child)
                for name, child in fields.entries("attributes", required=False)
            },
        )
