"""``vmsguard.lock``: strictly read, written whole or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

from vmsguard.errors import PolicyError
from vmsguard.evidence.disk import Disk
from vmsguard.model.lock import ROLE_PATTERN, Acceptance, Lock, LockedDuty, LockedPack, LockedPlugin
from vmsguard.policy.load_site_files import SHA256_PATTERN
from vmsguard.policy.syntax.reading import Fields, Reader
from vmsguard.policy.syntax.scalars import NO_INSTANT
from vmsguard.policy.syntax.strict_yaml import Node
from vmsguard.policy.syntax.yaml_files import API_VERSION, read_documents

__all__ = ["LOCK_NAME", "load_lock", "lock_text", "write_lock"]

LOCK_NAME = "vmsguard.lock"
"""Beside the configuration."""

_HEAD = """\
# What this installation enforces: written by `vmsguard policy lock`, kept under version control, changed by hand
# by nobody. A pack or plugin that is not as it stands here is only proposed until somebody accepts it.
#
# sha256 of a pack: of the canonical JSON of its pack.yaml (comments and the order of keys do not count).
# sha256 of a plugin: over `<sha256 of the content>  <path>` of every installed file of the distribution, sorted by
# path, without compiled files, scripts and what the installer notes of itself; for an editable installation the
# files of the packages behind its entry points.
# scope: of what the pack selects. duties: the deletions it owes, which go on while an upgrade waits.
"""

_SHA256 = re.compile(SHA256_PATTERN, re.ASCII)
_ROLE = re.compile(ROLE_PATTERN, re.ASCII)


def load_lock(path: Path) -> Lock | None:
    """What the lock file pins; None where there is none. Raises ``Problems`` with every mistake in it."""
    if not path.exists():
        return None
    first, *others = read_documents(path, error=PolicyError)
    reader = first.reader
    for other in others:
        reader.fault(other.node, "a second document in the lock file", "write the file with vmsguard policy lock")
    if first.kind != "Lock":
        reader.fault(first.node, f"expected kind: Lock, found kind: {first.kind}", "write it with vmsguard policy lock")
        reader.finish()
    with first.fields() as fields:
        packs = {name: _pack(reader, name, node) for name, node in fields.entries("packs", required=False)}
        plugins = {name: _plugin(reader, name, node) for name, node in fields.entries("plugins", required=False)}
    reader.finish()
    return Lock(packs=packs, plugins=plugins, origin=str(path))


def _pack(reader: Reader, name: str, node: Node) -> LockedPack:
    reader.identifier(Node(name, node.key_line, node.key_column), "a pack")
    with reader.fields(node, f"the pack {name!r}") as fields:
        return LockedPack(
            id=name,
            version=fields.text("version"),
            sha256=_digest(reader, fields, "sha256"),
            scope=_digest(reader, fields, "scope"),
            duties=tuple(_duty(reader, child) for child in fields.items("duties", required=False)),
            accepted=_acceptance(reader, fields),
            line=node.key_line or node.line,
        )


def _plugin(reader: Reader, name: str, node: Node) -> LockedPlugin:
    with reader.fields(node, f"the plugin {name!r}") as fields:
        return LockedPlugin(
            distribution=name,
            version=fields.read("version", _any_text, "", None),
            sha256=_digest(reader, fields, "sha256"),
            accepted=_acceptance(reader, fields),
            line=node.key_line or node.line,
        )


def _any_text(node: Node, what: str) -> str:
    """A module that no distribution brings has no version."""
    return node.value if isinstance(node.value, str) else ""


def _duty(reader: Reader, node: Node) -> LockedDuty:
    with reader.fields(node, "a duty") as fields:
        return LockedDuty(fields.identifier("rule"), fields.text("control"), fields.text("asks"))


def _digest(reader: Reader, fields: Fields, key: str) -> str:
    node = fields.need(key)
    if node is None:
        return ""
    if not isinstance(node.value, str) or not _SHA256.match(node.value):
        reader.fault(node, f"{key}: not a SHA-256 digest", "write the file with vmsguard policy lock")
        return ""
    return node.value


def _acceptance(reader: Reader, fields: Fields) -> Acceptance:
    node = fields.need("accepted")
    if node is None:
        return Acceptance("", NO_INSTANT)
    with reader.fields(node, "accepted") as inner:
        return Acceptance(
            inner.read("by", lambda child, what: _role(reader, child, what), "", None), inner.instant("at")
        )


def _role(reader: Reader, node: Node, what: str) -> str:
    before = len(reader.problems)
    told = reader.text(node, what)
    if len(reader.problems) == before and not _ROLE.match(told):
        reader.fault(node, f"{what}: {told!r} is not a role", "write an id such as role:privacy-officer")
    return told


def lock_text(lock: Lock) -> str:
    """The file that stands for a lock; the same lock gives the same bytes."""
    return _HEAD + "\n".join(_lines(lock)) + "\n"


def write_lock(path: Path, lock: Lock) -> None:
    """Put the lock where it belongs; a crash leaves the old file or the new one. Raises ``PolicyError``."""
    try:
        Disk().replace(path, lock_text(lock).encode())
    except OSError as error:
        hint = "make its folder writable, and leave room on the disk"
        raise PolicyError(f"cannot be written: {error.strerror}", file=path, hint=hint) from error


def _lines(lock: Lock) -> Iterator[str]:
    yield f"apiVersion: {API_VERSION}"
    yield "kind: Lock"
    if lock.packs:
        yield "packs:"
    for name, pack in sorted(lock.packs.items()):
        yield f"  {name}:"
        yield f"    version: {_quoted(pack.version)}"
        yield f"    sha256: {_quoted(pack.sha256)}"
        yield f"    scope: {_quoted(pack.scope)}"
        if pack.duties:
            yield "    duties:"
        for duty in sorted(pack.duties):
            told = {"rule": duty.rule, "control": duty.control, "asks": duty.asks}
            yield f"      - {{{', '.join(f'{key}: {_quoted(text)}' for key, text in told.items())}}}"
        yield f"    accepted: {_accepted(pack.accepted)}"
    if lock.plugins:
        yield "plugins:"
    for name, plugin in sorted(lock.plugins.items()):
        yield f"  {_quoted(name)}:"
        yield f"    version: {_quoted(plugin.version)}"
        yield f"    sha256: {_quoted(plugin.sha256)}"
        yield f"    accepted: {_accepted(plugin.accepted)}"


def _accepted(accepted: Acceptance) -> str:
    return f"{{by: {_quoted(accepted.by)}, at: {_quoted(accepted.at.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ'))}}}"


def _quoted(text: str) -> str:
    """Text in double quotes, as YAML and JSON both read it."""
    return json.dumps(text, ensure_ascii=False)
