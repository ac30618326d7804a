"""New cameras as an inventory document, and the file it goes into: whole or not at all, never over another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from vmsguard.fleet.plan_import import NewCamera
from vmsguard.fleet.write_whole import add_to, write_new
from vmsguard.model.inventory import ALL_CHANNELS, LoginRefs
from vmsguard.policy.syntax.scalars import other_reading
from vmsguard.policy.syntax.yaml_files import API_VERSION

__all__ = ["add_document", "inventory_document"]

_PLAIN = re.compile(r"[a-z][a-z0-9.-]*")


def inventory_document(cameras: Sequence[NewCamera], head: Iterable[str]) -> str:
    """The document as text, under the lines of ``head`` as comments; attributes nobody stated are not in it."""
    lines = [*(f"# {line}" for line in head), f"apiVersion: {API_VERSION}", "kind: Inventory", "targets:"]
    for one in cameras:
        lines += _target(one)
    lines.append("cameras:")
    for one in cameras:
        lines += _camera(one)
    return "\n".join(lines) + "\n"


def add_document(path: Path, document: str, *, modeline: str) -> bool:
    """Write a new file that begins with ``modeline``, or add the document to one that is there; True if new."""
    if not path.exists():
        write_new(path, f"{modeline}{document}")
        return True
    add_to(path, f"---\n{document}")
    return False


def _target(one: NewCamera) -> Iterator[str]:
    yield f"  - id: {_text(one.target)}"
    yield f"    site: {_text(one.site)}"
    yield "    role: device"
    yield f"    driver: {_text(one.driver)}"
    yield f"    url: {_text(one.url)}"
    login = {key: told for key, told in _references(one.login) if told}
    if login:
        yield f"    login: {_map(login)}"


def _camera(one: NewCamera) -> Iterator[str]:
    yield f"  - id: {_text(one.id)}"
    yield f"    site: {_text(one.site)}"
    if one.groups:
        yield f"    groups: [{', '.join(map(_text, one.groups))}]"
    if one.attributes:
        yield f"    attributes: {_map(one.attributes)}"
    yield f"    endpoints: [{{target: {_text(one.target)}, channels: {ALL_CHANNELS}}}]"


def _references(login: LoginRefs) -> tuple[tuple[str, str], ...]:
    return ("read", login.read), ("change", login.change)


def _map(values: Mapping[str, bool | int | str]) -> str:
    return f"{{{', '.join(f'{_text(key)}: {_scalar(value)}' for key, value in values.items())}}}"


def _scalar(value: bool | int | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else _text(value)


def _text(value: str) -> str:
    """Without quotes where every YAML reader takes it for the same text; else as JSON and YAML both read it."""
    if _PLAIN.fullmatch(value) and not other_reading(value):
        return value
    return "".join(map(_visible, json.dumps(value, ensure_ascii=False)))


def _visible(char: str) -> str:
    """A character as it may stand in a file; YAML, unlike JSON, escapes those of other planes as one."""
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
